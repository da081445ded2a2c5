#include "dbus/service/JobObject.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

namespace entracte::service {

JobObject::JobObject(Context& context, const std::string& path, std::string kind,
                     std::string session, uid_t owner, std::shared_ptr<JobControl> control)
    : AdaptorInterfaces(context.loop.connection(), sdbus::ObjectPath(path)), m_context(context),
      m_path(path), m_kind(std::move(kind)), m_session(std::move(session)), m_owner(owner),
      m_control(std::move(control)) {
    registerAdaptor();
}

JobObject::~JobObject() {
    unregisterAdaptor();
}

PropertyMap JobObject::properties() {
    return {{"Kind", Kind()},         {"Session", Session()}, {"Phase", Phase()},
            {"Fraction", Fraction()}, {"Bytes", Bytes()},     {"Running", Running()},
            {"Error", Error()},       {"Message", Message()}, {"Result", Result()}};
}

void JobObject::setProgress(const JobControl::Progress& progress) {
    if (!m_running)
        return;
    if (progress.phase != m_progress.phase)
        spdlog::info("{}: {}", m_path, progress.phase);
    change([&] {
        m_progress = progress;
        if (!std::isfinite(m_progress.fraction))
            m_progress.fraction = 0;
        m_progress.fraction = std::clamp(m_progress.fraction, 0.0, 1.0);
    });
}

void JobObject::setOutcome(const entracte::Result<std::string>& outcome) {
    change([&] {
        m_running = false;
        if (outcome) {
            m_progress.fraction = 1;
            m_result = *outcome;
            if (m_session == "/")
                m_session = *outcome;
        } else {
            m_error = errorInfo(outcome.error().code()).name;
            m_message = outcome.error().forPerson();
        }
    });
    m_context.tree.signal(m_path, "Completed", [&](MessageWriter& message) {
        message.boolean(outcome.has_value());
        message.string(m_error);
        message.string(m_message);
        message.objectPath(m_result);
    });
}

void JobObject::Cancel(sdbus::Result<>&& result) {
    whenAllowed(m_context, m_owner, std::move(result),
                [control = m_control](const Pending<>& pending) {
                    control->cancel();
                    answer(pending, Status());
                });
}

} // namespace entracte::service
