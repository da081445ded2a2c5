#pragma once

// Who is on the other side of the bus. The uid is the bus's word (it asked the kernel), asked once
// for each connection: the bus never gives a unique name twice, so the answer stays true. Bus
// thread only.

#include "dbus/service/BusLoop.h"

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace entracte::service {

struct Caller {
    std::string name; // unique bus name, ":1.7"
    uid_t uid = static_cast<uid_t>(-1);
    bool mayAsk = false; // the message allows a dialog (ALLOW_INTERACTIVE_AUTHORIZATION)
};

class Callers {
public:
    explicit Callers(BusLoop& loop);

    // The sender of a message; from now on a listener until it leaves the bus. Asks the bus daemon
    // (not the caller) when the connection is new.
    Result<Caller> identify(sd_bus_message* message);

    // Told once that polkit lets this connection manage other people's sessions: from then on it
    // hears of them, until polkit's rules change or it leaves.
    void letSeeAll(const std::string& name);

    // Listeners that may hear about an object of `owner` (nullopt: of nobody in particular).
    std::vector<std::string> audience(std::optional<uid_t> owner) const;

private:
    struct Known {
        uid_t uid;
        bool seesAll;
    };
    void forgetGone();

    BusLoop& m_loop;
    std::map<std::string, Known> m_known;
    sdbus::Slot m_leaving;
    sdbus::Slot m_rulesChanged;
};

inline bool isOwn(uid_t caller, std::optional<uid_t> owner) {
    return !owner || caller == 0 || caller == *owner;
}

} // namespace entracte::service
