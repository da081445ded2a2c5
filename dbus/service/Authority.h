#pragma once

// polkit decides who may do what. Two actions: org.entracte.use for one's own sessions, and
// org.entracte.manage-others for everybody else's. The answer comes later, in the bus thread, and
// the service goes on meanwhile: a person may sit before a password dialog for minutes. Fails
// closed: without polkit only root is served.

#include "dbus/service/Callers.h"

#include <functional>
#include <map>
#include <memory>

namespace entracte::service {

inline constexpr const char* kActionUse = "org.entracte.use";
inline constexpr const char* kActionManageOthers = "org.entracte.manage-others";

class Authority {
public:
    using Answer = std::function<void(Status)>; // NotAuthorized when polkit says no

    explicit Authority(BusLoop& loop);
    ~Authority();

    // May `caller` do this to what belongs to `owner`? A dialog only when the caller's message
    // allows it.
    void ask(const Caller& caller, uid_t owner, Answer answer);
    // The same, never with a dialog: for reading.
    void askSilently(const Caller& caller, uid_t owner, Answer answer);

private:
    class Question;
    void put(const Caller& caller, uid_t owner, bool silent, Answer answer);
    void finish(Question* question, Status verdict);

    BusLoop& m_loop;
    std::map<Question*, std::unique_ptr<Question>> m_pending;
};

} // namespace entracte::service
