#pragma once

// All sessions that the helper knows, in memory and on disk. Safe from any thread; observers are
// called without a lock held.

#include "session/engine/Engine.h"
#include "session/engine/EnginePaths.h"
#include "session/engine/Session.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace entracte {

class SessionRegistry {
public:
    SessionRegistry(const EnginePaths& paths, EngineObserver* observer)
        : m_paths(paths), m_observer(observer) {}

    // Reads what is on disk; a session whose record cannot be read is left alone and logged.
    Status load();

    // On disk first, then in memory, then told.
    Result<std::shared_ptr<Session>> add(SessionRecord record);
    // Changes the record, in memory and on disk, and tells it. What is in memory is changed even
    // when the disk fails.
    Status update(Session& session, const std::function<void(SessionRecord&)>& change);
    // For changes that nobody needs after a restart (counters).
    void tell(const Session& session) const;
    // Forgets it, and removes its whole folder.
    Status remove(const SessionId& id);

    Result<std::shared_ptr<Session>> find(const SessionId& id) const;
    std::vector<std::shared_ptr<Session>> all() const;
    EngineObserver* observer() const { return m_observer; }

private:
    Status save(const SessionRecord& record, bool create) const;

    const EnginePaths& m_paths;
    EngineObserver* m_observer; // may be null
    mutable std::mutex m_mutex;
    std::map<SessionId, std::shared_ptr<Session>> m_sessions;
};

} // namespace entracte
