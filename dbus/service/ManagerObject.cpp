#include "dbus/service/ManagerObject.h"

#include "dbus/service/Jobs.h"
#include "dbus/service/Names.h"
#include "dbus/service/SessionObject.h"
#include "dbus/service/Validation.h"

#include <algorithm>

namespace entracte::service {

ManagerObject::ManagerObject(Context& context, DoctorFunction doctor)
    : AdaptorInterfaces(context.loop.connection(), sdbus::ObjectPath(kRootPath)),
      m_context(context), m_doctor(std::move(doctor)) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

std::string ManagerObject::Version() {
    return ENTRACTE_VERSION;
}

std::size_t ManagerObject::sessionsOf(uid_t owner) const {
    const auto& all = m_context.tree.all();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [owner](const auto& item) {
            return item.second->owner() == owner && dynamic_cast<SessionObject*>(item.second.get());
        }));
}

void ManagerObject::StartSession(sdbus::Result<sdbus::ObjectPath>&& result,
                                 std::vector<std::string> command,
                                 std::map<std::string, sdbus::Variant> options) {
    const auto uid = m_context.gate.current().uid;
    const auto spec = sessionSpec(command, options);
    if (!spec)
        return result.returnError(toBus(spec.error()));
    if (uid ==
        0) // the session's user namespace maps the whole range: root inside would be root outside
        return result.returnError(toBus({ErrorCode::InvalidArgument,
                                         "Root cannot have a session.",
                                         {},
                                         "Start it as an ordinary user."}));
    if (sessionsOf(uid) >= kMaxSessionsForOne)
        return result.returnError(toBus({ErrorCode::Busy,
                                         "You have 64 sessions already.",
                                         {},
                                         "Delete those that you no longer need."}));
    whenAllowed(
        m_context, uid, std::move(result),
        [&context = m_context, uid, spec = *spec](const Pending<sdbus::ObjectPath>& pending) {
            const auto work = [engine = context.engine, uid,
                               spec](JobControl& control) -> Result<std::string> {
                ENTRACTE_ASSIGN(person, personOfUid(uid));
                ENTRACTE_ASSIGN(session, engine->start(person, spec, control));
                return sessionPath(session.id);
            };
            answer(pending, context.jobs.start("start", "", uid, work));
        });
}

void ManagerObject::Doctor(sdbus::Result<Findings>&& result) {
    whenAllowed(m_context, m_context.gate.current().uid, std::move(result),
                [&context = m_context, doctor = m_doctor](const Pending<Findings>& pending) {
                    context.workers.run<Findings>(
                        [doctor]() -> Result<Findings> {
                            Findings findings;
                            for (const auto& one : doctor())
                                findings.emplace_back(one.check, doctorStateName(one.state),
                                                      one.sentence, one.remedy);
                            return findings;
                        },
                        [pending](const Result<Findings>& findings) { answer(pending, findings); });
                });
}

} // namespace entracte::service
