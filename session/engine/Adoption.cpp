#include "session/engine/Adoption.h"

#include "session/engine/DeskLink.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/MoveMarks.h"
#include "session/engine/Processes.h"
#include "session/engine/SoundLink.h"
#include "session/engine/Staging.h"
#include "session/engine/TransferPlace.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <set>

namespace entracte {

namespace {

constexpr std::chrono::seconds kPatience{15}; // with all of them together; a bus waits for 25
constexpr int kTries = 2;

UniqueFd duplicate(const UniqueFd& fd) {
    return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

// The screen that it had, or one like it; a session that had none gets none.
void adoptScreen(EngineContext& context, Session& session) {
    const SessionRecord record = session.record();
    if (record.shownOn.display.empty())
        return;
    const auto adopted = [&]() -> Status {
        ENTRACTE_ASSIGN(person, personOfUid(record.owner));
        const ScreenPlace place(context.paths, record.shownOn.place);
        auto found = ScreenProcess::findAgain(person, record.spec.screen, place);
        if (!found) {
            spdlog::info("session {}: {}", session.id(), found.error().forLog());
            place.remove();
            ENTRACTE_ASSIGN(anew,
                            startScreen(context, person, record.spec.name, record.spec.screen));
            found = std::move(anew);
        }
        // Its windows may never have left: an X server cares for no helper.
        const auto status = session.live->display->status();
        ENTRACTE_TRY(status && status->attached ? reopenChannel(*session.live, **found)
                                                : showOn(context, *session.live, **found));
        session.live->screen = std::move(*found);
        return {};
    }();
    if (!adopted)
        spdlog::warn("session {} has no screen: {}", session.id(), adopted.error().forLog());
}

void adoptRunning(EngineContext& context, Session& session, UniqueFd pidfd) {
    Staging::clear(context.paths.staging(session.id()), context.paths.diskStaging(session.id()));
    session.live =
        makeLive(context, session, RunningContainer{session.record().init.pid, std::move(pidfd)});
    if (session.live->display) // it may have been prepared for a dump that never came to an end
        if (const auto on = session.live->display->goOn(); !on)
            spdlog::warn("session {}: {}", session.id(), on.error().forLog());
    watchPrograms(session, true);
    if (session.live->display)
        adoptScreen(context, session);
    linkToDesk(context, session);
    linkSound(context, session);
    const ScreenProcess* const screen = session.live->screen.get();
    static_cast<void>(context.registry.update(session, [&](SessionRecord& record) {
        record.state =
            session.live->display && !screen ? SessionState::Detached : SessionState::Running;
        record.shownOn = screen ? screen->shownOn() : ShownOn();
    }));
    context.hostFiles.look(session.id());
}

// What goes wrong with a part of it must not leave a session that runs, and that nobody could save
// or end any more.
void adopt(EngineContext& context, Session& session, UniqueFd pidfd) {
    for (int tries = 1; tries <= kTries && !session.live; ++tries) {
        // The last try has the descriptor itself: there may be none left for another one.
        UniqueFd own = tries < kTries ? duplicate(pidfd) : std::move(pidfd);
        if (!own) {
            spdlog::error("session {} was not taken up: {}", session.id(),
                          Error::fromErrno("Its process could not be held").forLog());
            continue;
        }
        try {
            adoptRunning(context, session, std::move(own));
        } catch (const std::exception& problem) {
            spdlog::error("session {} was not taken up as a whole: {}", session.id(),
                          problem.what());
        }
    }
}

void settleEnded(EngineContext& context, Session& session) {
    endProcessesOn(context.paths.mountPoint(session.id()));
    clearRuntime(context, session);
    const SessionRecord record = session.record();
    const bool ran = isRunning(record.state);
    auto state =
        restingState(context, session.id(), ran ? SessionState::Interrupted : record.state);
    if (state == SessionState::Ended && !context.store->list(session.id()).empty())
        state = SessionState::Suspended; // they were found again
    const bool tried = record.comeback == Return::Trying;
    if (state == record.state && record.init.pid == 0 && !tried)
        return;
    static_cast<void>(context.registry.update(session, [&](SessionRecord& changed) {
        if (ran || tried)
            changed.comeback = afterUnaskedEnd(record.comeback);
        changed.state = state;
        changed.shownOn = {};
        changed.init = {};
    }));
}

} // namespace

Status Adoption::begin() {
    ENTRACTE_TRY(openDirectory(m_context.paths.runtimeSessions(), true));
    m_context.groups.limitPeople(m_context.options.personLimits);
    m_context.groups.find(m_context.options.runtimeDirectory);
    TransferPlace::clearAll(m_context.paths);
    ENTRACTE_TRY(m_context.registry.load());
    m_context.reserve.fill();
    settleMoves(m_context);
    std::set<std::string> screens;
    for (const auto& session : m_context.registry.all())
        screens.insert(session->record().shownOn.place);
    ScreenPlace::removeOthers(m_context.paths, screens);
    for (const auto& session : m_context.registry.all()) {
        auto pidfd = openIdentity(session->record().init);
        if (!pidfd) {
            settleEnded(m_context, *session);
            removeOldLayers(m_context, session->record());
            continue;
        }
        auto use = JobUse::begin(m_context, session);
        if (!use)
            return fail(use.error());
        m_underWay.emplace(
            session->id(),
            std::async(std::launch::async, [&context = m_context, session, use = std::move(*use),
                                            pidfd = std::move(*pidfd)]() mutable {
                const JobUse held(std::move(use)); // no longer than this function
                adopt(context, *session, std::move(pidfd));
                removeOldLayers(context, session->record());
            }));
    }
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (const auto& [id, one] : m_underWay)
        one.wait_until(deadline);
    return {};
}

void Adoption::await(const SessionId& session) const {
    if (const auto found = m_underWay.find(session); found != m_underWay.end())
        found->second.wait();
}

} // namespace entracte
