#pragma once

// What several jobs do with a running session: give it its parts, a screen, an end. The caller
// holds the session's slot.

#include "session/engine/EngineContext.h"
#include "session/engine/Session.h"

namespace entracte {

// A job on a session: refused with Busy while another one works; the watch rests meanwhile, and
// looks after the session again (if it lives) afterwards.
class JobUse {
public:
    static Result<JobUse> begin(EngineContext& context, std::shared_ptr<Session> session);
    JobUse(JobUse&& other) noexcept
        : m_context(other.m_context), m_session(std::move(other.m_session)) {}
    JobUse& operator=(JobUse&&) = delete;
    ~JobUse();
    Session& session() const { return *m_session; }

private:
    JobUse(EngineContext& context, std::shared_ptr<Session> session)
        : m_context(&context), m_session(std::move(session)) {}
    EngineContext* m_context;
    std::shared_ptr<Session> m_session; // null: moved from
};

ContainerSpec containerSpec(const EngineContext& context, const SessionId& id,
                            const SessionSpec& spec, const Person& person,
                            const std::string& layer);

// The live parts around a container that runs, without a screen.
std::unique_ptr<LiveSession> makeLive(EngineContext& context, Session& session,
                                      RunningContainer container);

// Lets the session hear of a program's end again.
void watchPrograms(Session& session, bool skipPast);
void startWatch(EngineContext& context, Session& session);
// Remembers and tells how much keeps the session from being saved.
void noteBlockers(EngineContext& context, Session& session, const std::vector<Finding>& findings);

// A screen of the person's for the session of this name; the registry learns of it when the session
// is shown on it.
Result<std::unique_ptr<ScreenProcess>> startScreen(const EngineContext& context,
                                                   const Person& person, const std::string& session,
                                                   const ScreenSpec& spec);
// A new display channel for the screen that it has.
Status reopenChannel(LiveSession& live, ScreenProcess& screen);
// The session's windows on this screen; waits until they are there.
Status showOn(EngineContext& context, LiveSession& live, ScreenProcess& screen);
// When the connections to that screen have been ended, which the display may not have seen yet.
Status showAgain(EngineContext& context, LiveSession& live, ScreenProcess& screen);

// Fails with a sentence when the session does not run.
Status requireLive(const Session& session);

// Kills what is left of it, takes its parts, its mounts and its staging away. The record stays as
// it is.
void endLive(EngineContext& context, Session& session);
// The state of a session that does not run any more.
SessionState restingState(const EngineContext& context, const SessionId& id,
                          SessionState withSnapshots);
// Mounts and folders in the runtime directory, also after a crash.
void clearRuntime(const EngineContext& context, const Session& session);
// Layers that the record does not name.
void removeOldLayers(const EngineContext& context, const SessionRecord& record);

// The error as it is told when the session goes on all the same.
Error goesOn(Error error);

} // namespace entracte
