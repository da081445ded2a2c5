#pragma once

// What the person's desktop shows for one session, by its notification daemon (Desktop
// Notifications Specification). Every notification begins with the session's name, in our words.
// The daemon is taken for one that reads markup until it has said otherwise. Its numbers mean
// something only to the daemon that gave them: when another takes its place, all is forgotten.
//
// One thread. The bus must go before this does.

#include "session/base/Result.h"
#include "session/desk/Bus.h"
#include "session/desk/Notice.h"

#include <cstdint>
#include <map>
#include <set>

namespace entracte::desk {

inline constexpr std::size_t kMaxShown = 20; // at once; then the oldest goes

class Popups {
public:
    // Whose it is. Client 0 is ourselves: a question about `link`.
    struct Origin {
        std::uint32_t client = 0;
        std::uint32_t token = 0;
        std::string link;
        bool operator==(const Origin&) const = default;
    };
    class Listener {
    public:
        virtual void notShown(const Origin& origin) = 0;
        virtual void closed(const Origin& origin, std::uint32_t reason) = 0;
        virtual void pressed(const Origin& origin, const std::string& key) = 0;

    protected:
        ~Listener() = default;
    };

    Popups(Listener& listener, std::string session)
        : m_listener(listener), m_session(std::move(session)) {}

    // From now on on this bus. On failure it is of no use.
    Status begin(sd_bus* bus);
    // The bus is gone, or goes: nothing is shown any more.
    void end();
    // Closes all that is shown; nobody is told.
    void takeBack();

    // What the same client showed under the same token is replaced; a question replaces nothing.
    Status show(const Notice& notice, Origin origin);
    // Also one that is on its way.
    void close(std::uint32_t client, std::uint32_t token);
    std::size_t questions() const; // that nobody has answered

private:
    struct Shown {
        Origin origin;
        std::string daemon; // its unique name
        std::uint64_t order = 0;
    };
    struct Asked; // a call on its way

    std::uint32_t numberOf(const Origin& origin) const; // 0: none
    void forgetAll();
    void makeRoom();
    void askForMarkup();
    void closeNumber(std::uint32_t number);

    static int notified(sd_bus_message* reply, void* asked, sd_bus_error* error);
    static int capabilities(sd_bus_message* reply, void* self, sd_bus_error* error);
    static int ownerChanged(sd_bus_message* signal, void* self, sd_bus_error* error);
    static int closedThere(sd_bus_message* signal, void* self, sd_bus_error* error);
    static int pressedThere(sd_bus_message* signal, void* self, sd_bus_error* error);

    Listener& m_listener;
    const std::string m_session; // its name
    sd_bus* m_bus = nullptr;
    bool m_readsMarkup = true;
    Slot m_asksForMarkup;
    std::set<Asked*> m_pending;
    std::map<std::uint32_t, Shown> m_shown; // by the daemon's number
    std::uint64_t m_order = 0;
};

} // namespace entracte::desk
