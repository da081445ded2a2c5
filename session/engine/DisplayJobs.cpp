#include "session/engine/DisplayJobs.h"

#include "session/engine/DeskLink.h"

namespace entracte {

namespace {

Status requireDisplay(const Session& session) {
    ENTRACTE_TRY(requireLive(session));
    if (session.live->display)
        return {};
    return fail(ErrorCode::InvalidArgument, "The session has no display.");
}

Status leaveScreen(EngineContext& context, Session& session) {
    ENTRACTE_TRY(session.live->display->detach(context.options.prepareLimit));
    session.live->screen.reset();
    return context.registry.update(session, [](SessionRecord& record) {
        record.state = SessionState::Detached;
        record.shownOn = {};
    });
}

} // namespace

Status attachSession(EngineContext& context, const std::shared_ptr<Session>& session,
                     const ScreenSpec& asked, JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_TRY(requireDisplay(*session));
    job.report("preparing", 0);
    ENTRACTE_ASSIGN(person, personOfUid(session->record().owner));
    const ScreenSpec screen = sizedLike(asked, session->record().spec.screen);
    ENTRACTE_ASSIGN(next, startScreen(context, person, session->record().spec.name, screen));
    ENTRACTE_TRY(job.check());
    const auto status = session->live->display->status();
    if (session->live->screen || (status && status->attached))
        ENTRACTE_TRY(leaveScreen(context, *session));
    job.report("redrawing", 0.4);
    if (const auto shown = showOn(context, *session->live, *next); !shown)
        return fail(goesOn(shown.error()));
    session->live->screen = std::move(next);
    ENTRACTE_TRY(context.registry.update(*session, [&](SessionRecord& record) {
        record.state = SessionState::Running;
        record.spec.screen = screen;
        record.shownOn = session->live->screen->shownOn();
    }));
    linkToDesk(context, *session); // it may be another desktop
    job.report("redrawing", 1);
    return {};
}

Status detachSession(EngineContext& context, const std::shared_ptr<Session>& session,
                     JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_TRY(requireDisplay(*session));
    job.report("preparing", 0);
    if (const auto left = leaveScreen(context, *session); !left)
        return fail(goesOn(left.error()));
    job.report("preparing", 1);
    return {};
}

} // namespace entracte
