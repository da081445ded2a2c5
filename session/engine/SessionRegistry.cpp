#include "session/engine/SessionRegistry.h"

#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>

namespace entracte {

namespace {
constexpr const char* kRecordName = "session.json";
constexpr const char* kRemovedSuffix = ".removed";
constexpr std::size_t kMaxRecord = 1024 * 1024; // bytes
} // namespace

Status SessionRegistry::load() {
    ENTRACTE_ASSIGN(sessions, openDirectory(m_paths.sessions(), true));
    ENTRACTE_ASSIGN(names, namesIn(sessions.get()));
    for (const std::string& name : names) {
        if (name.ends_with(kRemovedSuffix)) {
            ENTRACTE_TRY(removeTree(sessions.get(), name));
            continue;
        }
        if (!parseId(name))
            continue;
        const auto folder = openDirectoryAt(sessions.get(), name, false);
        const auto text = folder ? readFileAt(folder->get(), kRecordName, kMaxRecord)
                                 : Result<std::string>(fail(folder.error()));
        auto record = text ? parseRecord(*text) : Result<SessionRecord>(fail(text.error()));
        if (!record || record->id != name) {
            spdlog::error("session {}: {}", name,
                          record ? "its record names another one" : record.error().forLog());
            continue;
        }
        m_sessions.emplace(name, std::make_shared<Session>(std::move(*record)));
    }
    return {};
}

Result<std::shared_ptr<Session>> SessionRegistry::add(SessionRecord record) {
    ENTRACTE_TRY(save(record, true));
    auto session = std::make_shared<Session>(std::move(record));
    {
        const std::lock_guard lock(m_mutex);
        m_sessions.emplace(session->id(), session);
    }
    if (m_observer)
        m_observer->sessionAdded(session->info());
    return session;
}

Status SessionRegistry::update(Session& session,
                               const std::function<void(SessionRecord&)>& change) {
    Status saved;
    {
        const std::lock_guard lock(session.m_mutex);
        change(session.m_record);
        saved = save(session.m_record, false);
    }
    tell(session);
    if (!saved)
        spdlog::error("session {}: {}", session.id(), saved.error().forLog());
    return saved;
}

void SessionRegistry::tell(const Session& session) const {
    if (m_observer)
        m_observer->sessionChanged(session.info());
}

Status SessionRegistry::remove(const SessionId& id) {
    {
        const std::lock_guard lock(m_mutex);
        m_sessions.erase(id);
    }
    ENTRACTE_ASSIGN(sessions, openDirectory(m_paths.sessions(), false));
    const std::string removed = id + kRemovedSuffix;
    if (::renameat(sessions.get(), id.c_str(), sessions.get(), removed.c_str()) != 0 &&
        errno != ENOENT)
        return fail(diskError("The session could not be removed"));
    if (m_observer)
        m_observer->sessionRemoved(id);
    return removeTree(sessions.get(), removed);
}

Result<std::shared_ptr<Session>> SessionRegistry::find(const SessionId& id) const {
    ENTRACTE_TRY(parseId(id));
    const std::lock_guard lock(m_mutex);
    const auto found = m_sessions.find(id);
    if (found == m_sessions.end())
        return fail(ErrorCode::NotFound, "There is no such session.", {},
                    "\"entracte list\" shows the sessions that there are.");
    return found->second;
}

std::vector<std::shared_ptr<Session>> SessionRegistry::all() const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<Session>> sessions;
    for (const auto& [id, session] : m_sessions)
        sessions.push_back(session);
    return sessions;
}

Status SessionRegistry::save(const SessionRecord& record, bool create) const {
    ENTRACTE_ASSIGN(sessions, openDirectory(m_paths.sessions(), false));
    ENTRACTE_ASSIGN(folder, openDirectoryAt(sessions.get(), record.id, create));
    ENTRACTE_TRY(writeFileDurably(folder.get(), kRecordName, formatRecord(record)));
    return create ? syncDirectory(sessions.get()) : Status();
}

} // namespace entracte
