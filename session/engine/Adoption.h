#pragma once

// What the engine before this one left: sessions that run, and sessions that died with it.
//
// A session that runs is asked to go on and shown on its screen again, which waits for its answers.
// Each is taken up in a thread of its own, as a job on it, so that one that does not answer keeps
// nobody else's waiting: after some seconds the engine serves the others.

#include "session/engine/EngineContext.h"

#include <future>
#include <map>

namespace entracte {

class Adoption {
public:
    explicit Adoption(EngineContext& context) : m_context(context) {}
    Adoption(const Adoption&) = delete;
    Adoption& operator=(const Adoption&) = delete;

    // Once, before anything else is asked of the engine.
    Status begin();
    // Waits for what is under way still, with one session or with all.
    void await(const SessionId& session) const;
    void end() { m_underWay.clear(); }

private:
    EngineContext& m_context;
    std::map<SessionId, std::shared_future<void>> m_underWay; // not changed but by the two above
};

} // namespace entracte
