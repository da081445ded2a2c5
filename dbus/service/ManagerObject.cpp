#include "dbus/service/ManagerObject.h"

#include "dbus/service/Jobs.h"
#include "dbus/service/Names.h"
#include "dbus/service/SessionObject.h"
#include "dbus/service/Validation.h"

namespace entracte::service {

namespace {

// A job on the whole store, which is everybody's: for whom may manage what is root's.
template <typename Verb>
void storeJob(Context& context, sdbus::Result<sdbus::ObjectPath>&& result, const char* kind,
              Verb verb) {
    whenAllowed(context, 0, std::move(result),
                [&context, kind, verb,
                 uid = context.gate.current().uid](const Pending<sdbus::ObjectPath>& pending) {
                    const auto work = [engine = context.engine,
                                       verb](JobControl& control) -> Result<std::string> {
                        ENTRACTE_TRY(verb(*engine, control));
                        return std::string("/");
                    };
                    answer(pending, context.jobs.start(kind, "", uid, work));
                });
}

} // namespace

namespace {
constexpr std::size_t kMaxFacts = 64 * 1024; // bytes
}

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

void ManagerObject::StartSession(sdbus::Result<sdbus::ObjectPath>&& result,
                                 std::vector<std::string> command,
                                 std::map<std::string, sdbus::Variant> options) {
    const auto uid = m_context.gate.current().uid;
    const auto every = takeScheduleSeconds(options);
    if (!every)
        return result.returnError(toBus(every.error()));
    const auto keep = takeRetention(options);
    if (!keep)
        return result.returnError(toBus(keep.error()));
    const auto spec = sessionSpec(command, options);
    if (!spec)
        return result.returnError(toBus(spec.error()));
    if (uid ==
        0) // the session's user namespace maps the whole range: root inside would be root outside
        return result.returnError(toBus({ErrorCode::InvalidArgument,
                                         "Root cannot have a session.",
                                         {},
                                         "Start it as an ordinary user."}));
    if (const auto room = checkRoomForSession(m_context.tree, uid); !room)
        return result.returnError(toBus(room.error()));
    whenAllowed(m_context, uid, std::move(result),
                [&context = m_context, uid, spec = *spec, every = *every,
                 keep = *keep](const Pending<sdbus::ObjectPath>& pending) {
                    const auto work = [engine = context.engine, uid, spec, every,
                                       keep](JobControl& control) -> Result<std::string> {
                        ENTRACTE_ASSIGN(person, personOfUid(uid));
                        ENTRACTE_ASSIGN(session, engine->start(person, spec, control));
                        if (every > 0)
                            ENTRACTE_TRY(engine->setSchedule(session.id, Schedule{every, 0}));
                        if (!keep.empty())
                            ENTRACTE_TRY(engine->setRetention(session.id, keep));
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

void ManagerObject::CheckStore(sdbus::Result<sdbus::ObjectPath>&& result, bool readData) {
    const auto uid = m_context.gate.current().uid;
    whenAllowed(m_context, uid, std::move(result),
                [&context = m_context, uid, readData](const Pending<sdbus::ObjectPath>& pending) {
                    const auto work = [engine = context.engine, uid,
                                       readData](JobControl& control) -> Result<std::string> {
                        const auto owner = uid == 0 ? std::nullopt : std::optional(uid);
                        ENTRACTE_TRY(engine->checkStore(owner, readData, control));
                        return std::string("/");
                    };
                    answer(pending, context.jobs.start("check", "", uid, work));
                });
}

void ManagerObject::RepairStore(sdbus::Result<sdbus::ObjectPath>&& result) {
    storeJob(m_context, std::move(result), "repair",
             [](Engine& engine, JobControl& control) { return engine.repairStore(control); });
}

void ManagerObject::Storage(sdbus::Result<std::string, std::uint64_t, std::uint64_t, std::uint64_t,
                                          std::uint64_t, std::uint64_t>&& result) {
    using Asked = Pending<std::string, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                          std::uint64_t>;
    whenAllowed(m_context, m_context.gate.current().uid, std::move(result),
                [&context = m_context](const Asked& pending) {
                    context.workers.run<StoreFacts>(
                        [engine = context.engine] { return engine->storage(); },
                        [pending](const Result<StoreFacts>& facts) {
                            if (facts)
                                pending->returnResults(
                                    facts->folder.string(), facts->space.used,
                                    facts->space.unreferenced, facts->space.available,
                                    facts->limits.maxBytes, facts->limits.minFree);
                            else
                                pending->returnError(toBus(facts.error()));
                        });
                });
}

void ManagerObject::CollectGarbage(sdbus::Result<sdbus::ObjectPath>&& result) {
    storeJob(m_context, std::move(result), "gc",
             [](Engine& engine, JobControl& control) { return engine.collectGarbage(control); });
}

void ManagerObject::Import(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd file,
                           std::map<std::string, sdbus::Variant> options) {
    const auto uid = m_context.gate.current().uid;
    const auto wishes = importWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    if (uid == 0) // as in StartSession
        return result.returnError(toBus({ErrorCode::InvalidArgument,
                                         "Root cannot have a session.",
                                         {},
                                         "Import it as an ordinary user."}));
    if (const auto room = checkRoomForSession(m_context.tree, uid); !room)
        return result.returnError(toBus(room.error()));
    const auto pipe = std::make_shared<sdbus::UnixFd>(std::move(file));
    whenAllowed(m_context, uid, std::move(result),
                [&context = m_context, uid, pipe,
                 wishes = *wishes](const Pending<sdbus::ObjectPath>& pending) {
                    const auto work = [engine = context.engine, uid, pipe,
                                       wishes](JobControl& control) -> Result<std::string> {
                        const sdbus::UnixFd in(std::move(*pipe));
                        ENTRACTE_ASSIGN(person, personOfUid(uid));
                        ENTRACTE_ASSIGN(session,
                                        engine->importSession(person, in.get(), wishes, control));
                        return sessionPath(session.id);
                    };
                    answer(pending, context.jobs.start("import", "", uid, work));
                });
}

void ManagerObject::ArrivalFacts(sdbus::Result<std::string>&& result) {
    whenAllowed(m_context, m_context.gate.current().uid, std::move(result),
                [&context = m_context](const Pending<std::string>& pending) {
                    context.workers.run<std::string>(
                        [engine = context.engine]() -> Result<std::string> {
                            return engine->arrivalFacts();
                        },
                        [pending](const Result<std::string>& facts) { answer(pending, facts); });
                });
}

void ManagerObject::CheckArrival(sdbus::Result<std::vector<std::string>>&& result,
                                 std::string facts, std::uint64_t memoryBytes,
                                 std::uint64_t diskBytes) {
    using Lacks = std::vector<std::string>;
    if (facts.size() > kMaxFacts)
        return result.returnError(
            toBus({ErrorCode::InvalidArgument, "A machine is not described by so much."}));
    whenAllowed(m_context, m_context.gate.current().uid, std::move(result),
                [&context = m_context, needs = ArrivalNeeds{facts, memoryBytes, diskBytes}](
                    const Pending<Lacks>& pending) {
                    context.workers.run<Lacks>(
                        [engine = context.engine, needs]() -> Result<Lacks> {
                            return engine->checkArrival(needs);
                        },
                        [pending](const Result<Lacks>& lacks) { answer(pending, lacks); });
                });
}

void ManagerObject::MoveFate(sdbus::Result<std::string>&& result, std::string move) {
    const auto uid = m_context.gate.current().uid;
    if (const auto id = parseId(move); !id)
        return result.returnError(toBus(id.error()));
    whenAllowed(m_context, uid, std::move(result),
                [&context = m_context, uid, move](const Pending<std::string>& pending) {
                    context.workers.run<std::string>(
                        [engine = context.engine, uid, move]() -> Result<std::string> {
                            ENTRACTE_ASSIGN(fate, engine->moveFate(uid, move));
                            return fateName(fate);
                        },
                        [pending](const Result<std::string>& fate) { answer(pending, fate); });
                });
}

void ManagerObject::CreateVault(sdbus::Result<sdbus::ObjectPath>&& result,
                                sdbus::UnixFd passphrase) {
    const auto uid = m_context.gate.current().uid;
    if (uid == 0)
        return result.returnError(toBus({ErrorCode::InvalidArgument,
                                         "Root has no sessions, and so no vault.",
                                         {},
                                         "Make it as the user whose snapshots are meant."}));
    const auto pipe = std::make_shared<sdbus::UnixFd>(std::move(passphrase));
    whenAllowed(m_context, uid, std::move(result),
                [&context = m_context, uid, pipe](const Pending<sdbus::ObjectPath>& pending) {
                    context.workers.run<std::string>(
                        [engine = context.engine, uid, pipe]() -> Result<std::string> {
                            ENTRACTE_TRY(engine->createVault(uid, pipe->get()));
                            return vaultPath(uid);
                        },
                        [pending](const Result<std::string>& path) { answer(pending, path); });
                });
}

} // namespace entracte::service
