#include "tests/dbus/FakeEngine.h"

#include <unistd.h>

#include <thread>

namespace entracte::test {

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

tl::unexpected<Error> noSession() {
    return fail(ErrorCode::NotFound, "There is no such session.", {},
                "\"entracte list\" shows all.");
}

Status pretendToWork(const std::string& comment, JobControl& control) {
    if (comment.starts_with("fail:"))
        return fail(errorCodeFromName(comment.substr(5)), "It failed as it was told.", {},
                    "Tell it otherwise.");
    const int steps = comment == "slow" ? 40 : 4;
    for (int step = 0; step < steps; ++step) {
        ENTRACTE_TRY(control.check());
        control.report(step < steps / 2 ? "saving" : "storing", double(step) / steps,
                       static_cast<std::uint64_t>(step) * 1'000'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(comment == "slow" ? 50 : 5));
    }
    return {};
}

} // namespace

template <typename Change>
Result<SessionInfo> FakeEngine::change(const SessionId& id, Change change) {
    SessionInfo now;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_sessions.find(id);
        if (found == m_sessions.end())
            return noSession();
        change(found->second);
        now = found->second;
    }
    m_observer->sessionChanged(now);
    return now;
}

void FakeEngine::seed(uid_t owner, const std::string& name) {
    SessionInfo info;
    info.id = newId();
    info.name = name;
    info.owner = owner;
    info.state = SessionState::Running;
    info.command = {"secret-program", "--password=" + name};
    info.createdUnixMs = kNow;
    const std::lock_guard lock(m_mutex);
    m_sessions[info.id] = info;
}

Result<SessionInfo> FakeEngine::start(const Person& person, const SessionSpec& spec,
                                      JobControl& control) {
    ENTRACTE_TRY(pretendToWork(spec.name, control));
    if (!spec.command.empty() && spec.command.front() == "/missing")
        return fail(ErrorCode::NotFound, "There is no program /missing.");
    if (!spec.command.empty() && spec.command.front() == "homely" && !spec.workingDirectory.empty())
        return fail(ErrorCode::NotFound, "There is no such folder.");
    SessionInfo info;
    info.id = newId();
    info.name = spec.name;
    info.owner = person.uid;
    info.state = SessionState::Running;
    info.screenKind = spec.screen.kind;
    info.screenDisplay = spec.screen.display.empty() ? ":77" : spec.screen.display;
    info.clipboard = spec.screen.clipboard;
    info.network = spec.network;
    info.sharedFolders = spec.sharedFolders;
    info.command = spec.command;
    info.createdUnixMs = kNow;
    info.programs = spec.command.empty() ? 0 : 1;
    info.windows = 1;
    const bool late = spec.name == "late"; // too far to be stopped, and not yet there
    if (late)
        info.state = SessionState::Starting;
    {
        const std::lock_guard lock(m_mutex);
        m_sessions[info.id] = info;
    }
    m_observer->sessionAdded(info);
    if (spec.name == "full") // of snapshots
        for (int i = 0; i < 10'000; ++i) {
            SnapshotInfo snapshot;
            snapshot.id = newId();
            snapshot.session = info.id;
            m_observer->snapshotAdded(snapshot);
        }
    if (!late)
        return info;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    return change(info.id, [](SessionInfo& now) { now.state = SessionState::Running; });
}

Result<std::int32_t> FakeEngine::exec(const SessionId& id, const std::vector<std::string>& command,
                                      const std::map<std::string, std::string>&,
                                      const std::string& workingDirectory) {
    if (command.front() == "/missing")
        return fail(ErrorCode::NotFound, "There is no program /missing.");
    if (command.front() == "homely" && !workingDirectory.empty())
        return fail(ErrorCode::NotFound, "There is no such folder.");
    if (command.front() == "wait") {
        std::unique_lock lock(m_mutex);
        m_releasing.wait(lock, [this] { return m_released; });
    } else if (command.front() == "release") {
        const std::lock_guard lock(m_mutex);
        m_released = true;
        m_releasing.notify_all();
    }
    std::int32_t pid = 0;
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) {
        pid = ++m_lastPid;
        ++info.programs;
    }));
    if (command.front() == "exit")
        m_observer->programExited(id, pid, 3 << 8);
    return pid;
}

Result<SnapshotInfo> FakeEngine::save(const SessionId& id, const std::string& comment,
                                      SnapshotOrigin origin, bool suspend, JobControl& control) {
    ENTRACTE_ASSIGN(known, session(id));
    if (known.state != SessionState::Running && known.state != SessionState::Detached)
        return fail(ErrorCode::SessionEnded, "The session does not run.");
    bool encrypted = false;
    {
        const std::lock_guard lock(m_mutex);
        const auto vault = m_vaults.find(known.owner);
        encrypted = vault != m_vaults.end();
        if (encrypted && vault->second.locked)
            return fail(ErrorCode::VaultLocked, "Nothing was stored: the vault is locked.");
    }
    ENTRACTE_TRY(pretendToWork(comment, control));
    SnapshotInfo info;
    info.encrypted = encrypted;
    info.id = newId();
    info.session = id;
    info.comment = comment;
    info.takenUnixMs = kNow + 1000;
    info.imageBytes = 40'000'000;
    info.layerBytes = 1'000'000;
    info.storedBytes = 9'000'000;
    info.frozenMicros = 420'000;
    info.totalMillis = 900;
    info.windows = 1;
    info.programs = 1;
    info.suspended = suspend;
    info.origin = origin;
    info.uniqueBytes = 3'000'000;
    {
        const std::lock_guard lock(m_mutex);
        info.takenUnixMs += static_cast<std::int64_t>(m_snapshots[id].size());
        m_snapshots[id][info.id] = info;
    }
    m_observer->snapshotAdded(info);
    if (suspend)
        ENTRACTE_TRY(change(id, [origin](SessionInfo& session) {
            session.state = SessionState::Suspended;
            session.returnDue = origin == SnapshotOrigin::Shutdown;
            session.screenDisplay.clear();
        }));
    return info;
}

Result<SnapshotInfo> FakeEngine::snapshot(const SessionId& id, const std::string& comment,
                                          SnapshotOrigin origin, JobControl& control) {
    return save(id, comment, origin, false, control);
}

Result<SnapshotInfo> FakeEngine::suspend(const SessionId& id, const std::string& comment,
                                         SnapshotOrigin origin, JobControl& control) {
    return save(id, comment, origin, true, control);
}

Result<SnapshotInfo> FakeEngine::depart(const SessionId& id, UniqueFd, UniqueFd,
                                        const DepartWishes& wishes, JobControl& control) {
    return save(id, wishes.comment, SnapshotOrigin::Asked, true, control);
}

Result<SessionInfo> FakeEngine::resume(const SessionId& id, const SnapshotId& snapshot,
                                       const ResumeWishes& wishes, JobControl& control) {
    {
        const std::lock_guard lock(m_mutex);
        const auto& stored = m_snapshots[id];
        if (stored.empty() || (!snapshot.empty() && !stored.contains(snapshot)))
            return fail(ErrorCode::NotFound, "There is no such snapshot.");
        const auto& chosen = snapshot.empty() ? stored.rbegin()->second : stored.at(snapshot);
        if (chosen.locked)
            return fail(ErrorCode::VaultLocked, "The vault is locked.");
        if (chosen.comment == "changed" && wishes.files == FilesPolicy::Ask)
            return fail(ErrorCode::FilesChanged, "letter.txt was changed outside.");
    }
    ENTRACTE_TRY(pretendToWork("", control));
    return change(id, [&](SessionInfo& info) {
        info.state = SessionState::Running;
        info.returnDue = false;
        if (wishes.screen)
            info.screenKind = wishes.screen->kind;
        info.screenDisplay =
            wishes.screen && !wishes.screen->display.empty() ? wishes.screen->display : ":78";
    });
}

Result<SessionInfo> FakeEngine::rollback(const SessionId& id, const SnapshotId& snapshot,
                                         const ResumeWishes& wishes, JobControl& control) {
    ENTRACTE_ASSIGN(now, session(id));
    if (now.state == SessionState::Running)
        ENTRACTE_TRY(save(id, "", SnapshotOrigin::Rollback, true, control));
    return resume(id, snapshot, wishes, control);
}

Result<SessionInfo> FakeEngine::clone(const SessionId& id, const SnapshotId& snapshot,
                                      const std::string& name, const ResumeWishes& wishes,
                                      JobControl& control) {
    ENTRACTE_ASSIGN(original, session(id));
    {
        const std::lock_guard lock(m_mutex);
        const auto& stored = m_snapshots[id];
        if (stored.empty() || (!snapshot.empty() && !stored.contains(snapshot)))
            return fail(ErrorCode::NotFound, "There is no such snapshot.");
    }
    ENTRACTE_TRY(pretendToWork("", control));
    SessionInfo info = original;
    info.id = newId();
    info.name = name;
    info.state = SessionState::Running;
    info.screenDisplay =
        wishes.screen && !wishes.screen->display.empty() ? wishes.screen->display : ":80";
    {
        const std::lock_guard lock(m_mutex);
        m_sessions[info.id] = info;
    }
    m_observer->sessionAdded(info);
    return info;
}

Status FakeEngine::copyOut(const SessionId& id, const std::string& path, int out,
                           JobControl& control) {
    ENTRACTE_ASSIGN(found, session(id));
    ENTRACTE_TRY(pretendToWork("", control));
    const std::string line = found.name + ":" + path + "\n";
    if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return fail(Error::fromErrno("It could not be written"));
    return {};
}

Status FakeEngine::copyIn(const SessionId& id, const CopyPlace&, int, JobControl& control) {
    if (const auto found = session(id); !found)
        return fail(found.error());
    return pretendToWork("", control);
}

Status FakeEngine::exportSnapshot(const SessionId& id, const SnapshotId&, int out,
                                  const ExportWishes&, JobControl& control) {
    ENTRACTE_ASSIGN(found, session(id));
    ENTRACTE_TRY(pretendToWork("", control));
    const std::string line = found.name + "\n";
    if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return fail(Error::fromErrno("It could not be written"));
    return {};
}

Status FakeEngine::moveStep(const SessionId& id, MoveStep step, const std::string& move,
                            const std::string& peer) {
    SessionInfo changed;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_sessions.find(id);
        if (found == m_sessions.end())
            return fail(ErrorCode::NotFound, "There is no such session.");
        if (step == MoveStep::Give)
            found->second.move = {MoveState::Given, move, peer};
        else if (step == MoveStep::TakeBack)
            found->second.move = {};
        changed = found->second;
    }
    m_observer->sessionChanged(changed);
    return {};
}

Result<SessionInfo> FakeEngine::importSession(const Person& person, int in,
                                              const ImportWishes& wishes, JobControl& control) {
    std::string told;
    for (char c = 0; ::read(in, &c, 1) == 1 && c != '\n';)
        told += c;
    ENTRACTE_TRY(pretendToWork("", control));
    SessionInfo info;
    info.id = newId();
    info.name = wishes.name.empty() ? told : wishes.name;
    info.owner = person.uid;
    info.state = SessionState::Suspended;
    info.createdUnixMs = kNow;
    {
        const std::lock_guard lock(m_mutex);
        m_sessions[info.id] = info;
    }
    m_observer->sessionAdded(info);
    return info;
}

Result<std::vector<ChangedFile>> FakeEngine::changedFiles(const SessionId& id,
                                                          const SnapshotId&) const {
    ENTRACTE_TRY(session(id));
    return std::vector<ChangedFile>{{"/home/somebody/letter.txt", false},
                                    {"/home/somebody/gone.txt", true}};
}

Status FakeEngine::rename(const SessionId& id, const std::string& name) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) { info.name = name; }));
    return {};
}

Status FakeEngine::setSchedule(const SessionId& id, const Schedule& schedule) {
    ENTRACTE_ASSIGN(now, change(id, [&](SessionInfo& info) {
                        info.schedule = schedule;
                        info.nextSnapshotUnixMs = schedule.everySeconds * std::int64_t{1000};
                    }));
    if (schedule.everySeconds > 0 && schedule.pausedUntilUnixMs == 0)
        m_observer->snapshotDue(now);
    return {};
}

// All but the newest.
Result<PruneReport> FakeEngine::prune(const SessionId& id, const std::string&, bool dryRun) {
    PruneReport report;
    report.removed = snapshots(id);
    if (!report.removed.empty())
        report.removed.pop_back();
    for (const SnapshotInfo& info : report.removed) {
        report.freedBytes += info.storedBytes;
        if (!dryRun)
            ENTRACTE_TRY(removeSnapshot(id, info.id));
    }
    return report;
}

// The whole store is damaged; nobody's own part of it is.
Status FakeEngine::checkStore(std::optional<uid_t> owner, bool, JobControl&) {
    if (owner)
        return {};
    return fail(ErrorCode::SnapshotDamaged, "1 part of the store is not as it was written:\n  x");
}

// What is said to be damaged is.
Status FakeEngine::verify(const SessionId& session, const SnapshotId& id, JobControl&) {
    for (const SnapshotInfo& info : snapshots(session))
        if (info.id == id && info.comment == "damaged")
            return fail(ErrorCode::SnapshotDamaged, "1 part is not as it was written:\n  x");
    return {};
}

Status FakeEngine::repairStore(JobControl&) {
    return {};
}

Result<StoreFacts> FakeEngine::storage() const {
    return StoreFacts{
        "/srv/snapshots", {3'000'000, 1'000'000, 50'000'000'000}, {20'000'000'000, 0}};
}

Result<GcReport> FakeEngine::collectGarbage(JobControl&) {
    return GcReport{};
}

Status FakeEngine::setRetention(const SessionId& id, const std::string& keep) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) { info.retention = keep; }));
    return {};
}

Status FakeEngine::setClipboard(const SessionId& id, bool shared) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) { info.clipboard = shared; }));
    return {};
}

Status FakeEngine::setLimits(const SessionId& id, const SessionLimits& limits) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) { info.limits = limits; }));
    return {};
}

Result<SessionUsage> FakeEngine::usage(const SessionId& id) const {
    ENTRACTE_TRY(session(id));
    return SessionUsage{123'000'000, 4'500'000, 7};
}

Status FakeEngine::setResumeAutomatically(const SessionId& id, bool automatic) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) { info.resumeAutomatically = automatic; }));
    return {};
}

template <typename Change>
Status FakeEngine::changeSnapshot(const SessionId& session, const SnapshotId& id, Change change) {
    SnapshotInfo now;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_snapshots[session].find(id);
        if (found == m_snapshots[session].end())
            return fail(ErrorCode::NotFound, "There is no such snapshot.");
        change(found->second);
        now = found->second;
    }
    m_observer->snapshotChanged(now);
    return {};
}

Status FakeEngine::setComment(const SessionId& session, const SnapshotId& id,
                              const std::string& comment) {
    return changeSnapshot(session, id, [&](SnapshotInfo& info) { info.comment = comment; });
}

Status FakeEngine::setPinned(const SessionId& session, const SnapshotId& id, bool pinned) {
    return changeSnapshot(session, id, [&](SnapshotInfo& info) { info.pinned = pinned; });
}

Status FakeEngine::attach(const SessionId& id, const ScreenSpec& screen, JobControl&) {
    ENTRACTE_TRY(change(id, [&](SessionInfo& info) {
        info.state = SessionState::Running;
        info.screenKind = screen.kind;
        info.screenDisplay = screen.display.empty() ? ":79" : screen.display;
    }));
    return {};
}

Status FakeEngine::detach(const SessionId& id, JobControl&) {
    ENTRACTE_TRY(change(id, [](SessionInfo& info) {
        info.state = SessionState::Detached;
        info.screenDisplay.clear();
    }));
    return {};
}

Status FakeEngine::stop(const SessionId& id, JobControl&) {
    const bool stored = !snapshots(id).empty();
    ENTRACTE_TRY(change(id, [stored](SessionInfo& info) {
        info.state = stored ? SessionState::Suspended : SessionState::Ended;
        info.programs = 0;
    }));
    return {};
}

Status FakeEngine::remove(const SessionId& id) {
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_sessions.find(id);
        if (found == m_sessions.end())
            return noSession();
        if (found->second.state == SessionState::Running)
            return fail(ErrorCode::Busy, "The session still runs.", {}, "Stop it first.");
        m_sessions.erase(found);
        m_snapshots.erase(id);
    }
    m_observer->sessionRemoved(id);
    return {};
}

Status FakeEngine::removeSnapshot(const SessionId& id, const SnapshotId& snapshot) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_snapshots[id].erase(snapshot) == 0)
            return fail(ErrorCode::NotFound, "There is no such snapshot.");
    }
    m_observer->snapshotRemoved(id, snapshot);
    return {};
}

namespace {
std::string readAll(int pipe) {
    std::string text;
    for (char c = 0; ::read(pipe, &c, 1) == 1;)
        text += c;
    return text;
}
} // namespace

void FakeEngine::tellVault(uid_t owner, bool locked) {
    std::vector<SnapshotInfo> told;
    {
        const std::lock_guard lock(m_mutex);
        m_vaults[owner].locked = locked;
        for (auto& [session, snapshots] : m_snapshots)
            for (auto& [id, info] : snapshots)
                if (m_sessions[session].owner == owner && info.encrypted) {
                    info.locked = locked;
                    told.push_back(info);
                }
    }
    m_observer->vaultChanged({owner, locked});
    for (const SnapshotInfo& info : told)
        m_observer->snapshotChanged(info);
}

Result<VaultInfo> FakeEngine::createVault(uid_t owner, int passphrase) {
    const std::string text = readAll(passphrase);
    {
        const std::lock_guard lock(m_mutex);
        if (text.empty() || m_vaults.contains(owner))
            return fail(ErrorCode::InvalidArgument, "There is a vault already.");
        m_vaults[owner].passphrase = text;
        m_vaults[owner].sticks = text == "sticks";
    }
    tellVault(owner, false);
    return VaultInfo{owner, false};
}

Status FakeEngine::unlockVault(uid_t owner, int passphrase) {
    const std::string text = readAll(passphrase);
    {
        const std::lock_guard lock(m_mutex);
        if (!m_vaults.contains(owner) || m_vaults[owner].passphrase != text)
            return fail(ErrorCode::NotAuthorized, "The passphrase is wrong.");
    }
    tellVault(owner, false);
    return {};
}

Status FakeEngine::lockVault(uid_t owner) {
    {
        const std::lock_guard lock(m_mutex);
        if (std::exchange(m_vaults[owner].sticks, false))
            return fail(ErrorCode::System, "The catalog could not be written.");
    }
    tellVault(owner, true);
    return {};
}

Status FakeEngine::changePassphrase(uid_t owner, int old, int fresh) {
    const std::string before = readAll(old);
    const std::lock_guard lock(m_mutex);
    if (m_vaults[owner].passphrase != before)
        return fail(ErrorCode::NotAuthorized, "The passphrase is wrong.");
    m_vaults[owner].passphrase = readAll(fresh);
    return {};
}

Status FakeEngine::removeVault(uid_t owner) {
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [session, snapshots] : m_snapshots)
            for (const auto& [id, info] : snapshots)
                if (m_sessions[session].owner == owner && info.encrypted)
                    return fail(ErrorCode::InvalidArgument, "1 snapshot lies in the vault.");
        m_vaults.erase(owner);
    }
    m_observer->vaultRemoved(owner);
    return {};
}

std::vector<VaultInfo> FakeEngine::vaults() const {
    const std::lock_guard lock(m_mutex);
    std::vector<VaultInfo> infos;
    for (const auto& [owner, vault] : m_vaults)
        infos.push_back({owner, vault.locked});
    return infos;
}

std::vector<SessionInfo> FakeEngine::sessions() const {
    const std::lock_guard lock(m_mutex);
    std::vector<SessionInfo> list;
    for (const auto& [id, info] : m_sessions)
        list.push_back(info);
    return list;
}

Result<SessionInfo> FakeEngine::session(const SessionId& id) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_sessions.find(id);
    return found == m_sessions.end() ? Result<SessionInfo>(noSession()) : found->second;
}

std::vector<SnapshotInfo> FakeEngine::snapshots(const SessionId& id) const {
    const std::lock_guard lock(m_mutex);
    std::vector<SnapshotInfo> list;
    if (const auto found = m_snapshots.find(id); found != m_snapshots.end())
        for (const auto& [snapshot, info] : found->second)
            list.push_back(info);
    return list;
}

Result<Survey> FakeEngine::survey(const SessionId& id) const {
    ENTRACTE_TRY(session(id));
    return Survey{{{"A letter", "Mousepad", 10, 20, 300, 200}}, {}};
}

Result<Survey> FakeEngine::survey(const SessionId& id, const SnapshotId&) const {
    ENTRACTE_ASSIGN(now, survey(id));
    now.thumbnail = "\x89PNG\r\n\x1a\n as it were";
    return now;
}

Result<std::vector<Finding>> FakeEngine::preflight(const SessionId& id) const {
    ENTRACTE_TRY(session(id));
    return std::vector<Finding>{{false, "some-program", 4711, "It uses UDP.", "Close it."}};
}

} // namespace entracte::test
