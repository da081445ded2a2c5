#pragma once

// Work under way, as objects on the bus. A job runs in a worker thread; everything that is shown of
// it is changed in the bus thread. It stays readable for a minute after its end, so that who came
// late (or whose connection was slow) still learns how it went.
//
// One job at a time on a session: the second is refused at once, with Busy.

#include "dbus/service/Context.h"

#include <functional>
#include <map>
#include <string>

namespace entracte::service {

class Jobs {
public:
    // What the job does; its value is the path of the object that came of it ("/" when none).
    using Work = std::function<Result<std::string>(JobControl&)>;

    static constexpr std::chrono::seconds kKept{60};
    static constexpr std::size_t kMaxForOne = 8; // running jobs of one person

    explicit Jobs(Context& context) : m_context(context) {}

    // The path of the new job. `session` is empty for a job that makes the session.
    Result<std::string> start(const std::string& kind, const SessionId& session, uid_t owner,
                              Work work);
    // Busy when a job holds the session.
    Status checkIdle(const SessionId& session) const;
    // Asks every job to stop but those of one kind, for the end of the helper.
    void cancelAll(const std::string& butKind);

private:
    struct Running {
        std::string kind;
        SessionId session;
        uid_t owner;
        std::shared_ptr<JobControl> control;
    };
    void finish(std::uint64_t number, const Result<std::string>& outcome);

    Context& m_context;
    std::map<std::uint64_t, Running> m_running;
    std::uint64_t m_last = 0;
};

} // namespace entracte::service
