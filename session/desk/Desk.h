#pragma once

// The person's desktop, as far as a session may reach it: shows its notifications, opens its links,
// and has the helper save it when it asks for that.
// Runs as the person, outside, in one thread, as long as its line to the session and the helper
// live; what it shows goes with it. Everything that comes over the line is a stranger's: Notice.h
// bounds what is shown, Link.h what is opened, and how much in a time is bounded here. Without a
// desktop's bus every request is answered with "unavailable", and the bus is looked for again.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/desk/Bus.h"
#include "session/desk/Popups.h"

#include <chrono>

namespace entracte::desk {

struct DeskOptions {
    UniqueFd line;
    UniqueFd helper;       // Wish.h; closed at its other end: the helper is gone
    std::string session;   // its name, which every notification tells
    bool askLinks = false; // every link is opened when the person says so, and not before
    bool restored = false; // the session has just come out of a snapshot
    bool spent = false;    // the one before this ended: what it was still allowed is gone
};

// So many at once, and one more each `interval`.
class Allowance {
public:
    using Clock = std::chrono::steady_clock;
    Allowance(double most, std::chrono::milliseconds interval, bool spent)
        : m_most(most), m_left(spent ? 0 : most), m_interval(interval) {}
    bool take(Clock::time_point now);

private:
    double m_most;
    double m_left;
    std::chrono::duration<double> m_interval;
    Clock::time_point m_last = Clock::now();
};

class Desk final : Popups::Listener {
public:
    explicit Desk(DeskOptions options);
    ~Desk();

    // Until the line or the helper ends, or `end` becomes readable.
    Status run(int end);

private:
    void handle(const Frame& frame);
    void show(const Frame& frame);
    void open(const Frame& frame);
    void save(const Frame& frame);
    bool hearHelper();
    bool askToOpen(const std::string& link);
    void answer(Kind kind, std::uint32_t client, std::uint32_t token,
                const std::vector<std::string>& words = {});
    bool findBus();
    void loseBus();

    void notShown(const Popups::Origin& origin) override;
    void closed(const Popups::Origin& origin, std::uint32_t reason) override;
    void pressed(const Popups::Origin& origin, const std::string& key) override;

    DeskOptions m_options;
    Line m_line;
    Popups m_popups;
    Bus m_bus;
    Allowance::Clock::time_point m_nextLook; // for a bus
    Allowance m_notices;
    Allowance m_links;
    Allowance m_saves;
    struct Saving {
        std::uint32_t client, token; // who waits
        Allowance::Clock::time_point until;
    };
    std::optional<Saving> m_saving;
};

} // namespace entracte::desk
