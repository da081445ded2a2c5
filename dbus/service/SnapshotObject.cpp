#include "dbus/service/SnapshotObject.h"

#include "dbus/service/Jobs.h"
#include "dbus/service/Validation.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace entracte::service {

namespace {

// Content that a caller may map without fear: nobody can change it any more.
entracte::Result<UniqueFd> sealedFile(const std::string& content) {
    UniqueFd file(::memfd_create("thumbnail", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file ||
        ::write(file.get(), content.data(), content.size()) !=
            static_cast<ssize_t>(content.size()) ||
        ::lseek(file.get(), 0, SEEK_SET) != 0 ||
        ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL) <
            0)
        return fail(entracte::Error::fromErrno("A file for the picture could not be made"));
    return file;
}

} // namespace

SnapshotObject::SnapshotObject(Context& context, SnapshotInfo info, uid_t owner)
    : AdaptorInterfaces(context.loop.connection(),
                        sdbus::ObjectPath(snapshotPath(info.session, info.id))),
      m_context(context), m_info(std::move(info)), m_owner(owner) {
    registerAdaptor();
}

SnapshotObject::~SnapshotObject() {
    unregisterAdaptor();
}

PropertyMap SnapshotObject::properties() {
    return {{"Id", Id()},
            {"Session", Session()},
            {"Comment", Comment()},
            {"TakenUnixMs", TakenUnixMs()},
            {"ImageBytes", ImageBytes()},
            {"LayerBytes", LayerBytes()},
            {"StoredBytes", StoredBytes()},
            {"HostFileBytes", HostFileBytes()},
            {"HostFileStoredBytes", HostFileStoredBytes()},
            {"FrozenMicros", FrozenMicros()},
            {"TotalMillis", TotalMillis()},
            {"Windows", Windows()},
            {"Programs", Programs()},
            {"Suspended", Suspended()},
            {"Origin", Origin()},
            {"Pinned", Pinned()},
            {"Encrypted", Encrypted()},
            {"Locked", Locked()},
            {"UniqueBytes", UniqueBytes()}};
}

void SnapshotObject::update(const SnapshotInfo& info) {
    const auto before = properties();
    m_info = info;
    m_context.tree.changed(snapshotPath(info.session, info.id), before);
}

template <typename Verb>
void SnapshotObject::settle(sdbus::Result<>&& result, Verb verb) {
    whenAllowed(
        m_context, m_owner, std::move(result),
        [&context = m_context, info = m_info, verb = std::move(verb)](const Pending<>& pending) {
            context.workers.run<void>([engine = context.engine, info,
                                       verb] { return verb(*engine, info.session, info.id); },
                                      [pending](const Status& status) { answer(pending, status); });
        });
}

void SnapshotObject::SetComment(sdbus::Result<>&& result, std::string comment) {
    if (const auto checked = checkComment(comment); !checked)
        return result.returnError(toBus(checked.error()));
    settle(std::move(result),
           [comment](Engine& engine, const SessionId& session, const SnapshotId& id) {
               return engine.setComment(session, id, comment);
           });
}

void SnapshotObject::SetPinned(sdbus::Result<>&& result, bool pinned) {
    settle(std::move(result),
           [pinned](Engine& engine, const SessionId& session, const SnapshotId& id) {
               return engine.setPinned(session, id, pinned);
           });
}

void SnapshotObject::ListWindows(sdbus::Result<entracte::service::Windows>&& result) {
    using List = entracte::service::Windows;
    whenAllowed(m_context, m_owner, std::move(result),
                [&context = m_context, info = m_info](const Pending<List>& pending) {
                    context.workers.run<List>(
                        [engine = context.engine, info] {
                            return windowsOf(engine->survey(info.session, info.id));
                        },
                        [pending](const Result<List>& windows) { answer(pending, windows); });
                });
}

void SnapshotObject::Thumbnail(sdbus::Result<sdbus::UnixFd>&& result) {
    whenAllowed(
        m_context, m_owner, std::move(result),
        [&context = m_context, info = m_info](const Pending<sdbus::UnixFd>& pending) {
            context.workers.run<sdbus::UnixFd>(
                [engine = context.engine, info]() -> entracte::Result<sdbus::UnixFd> {
                    ENTRACTE_ASSIGN(survey, engine->survey(info.session, info.id));
                    if (survey.thumbnail.empty())
                        return fail(ErrorCode::NotFound, "There is no picture of this snapshot.");
                    ENTRACTE_ASSIGN(file, sealedFile(survey.thumbnail));
                    return sdbus::UnixFd(file.release(), sdbus::adopt_fd);
                },
                [pending](const entracte::Result<sdbus::UnixFd>& png) { answer(pending, png); });
        });
}

void SnapshotObject::Export(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd file,
                            std::map<std::string, sdbus::Variant> options) {
    const auto wishes = exportWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    // Shared, since a job's function is copied; closed as soon as it has been run.
    const auto pipe = std::make_shared<sdbus::UnixFd>(std::move(file));
    whenAllowed(m_context, m_owner, std::move(result),
                [&context = m_context, info = m_info, owner = m_owner, pipe,
                 wishes = *wishes](const Pending<sdbus::ObjectPath>& pending) {
                    const auto work = [engine = context.engine, info, pipe, wishes](
                                          JobControl& control) -> entracte::Result<std::string> {
                        const sdbus::UnixFd out(std::move(*pipe));
                        ENTRACTE_TRY(engine->exportSnapshot(info.session, info.id, out.get(),
                                                            wishes, control));
                        return snapshotPath(info.session, info.id);
                    };
                    answer(pending, context.jobs.start("export", "", owner, work));
                });
}

void SnapshotObject::Verify(sdbus::Result<sdbus::ObjectPath>&& result) {
    whenAllowed(m_context, m_owner, std::move(result),
                [&context = m_context, info = m_info,
                 owner = m_owner](const Pending<sdbus::ObjectPath>& pending) {
                    // Of no session: it may be saved and used meanwhile.
                    const auto work = [engine = context.engine,
                                       info](JobControl& control) -> entracte::Result<std::string> {
                        ENTRACTE_TRY(engine->verify(info.session, info.id, control));
                        return snapshotPath(info.session, info.id);
                    };
                    answer(pending, context.jobs.start("verify", "", owner, work));
                });
}

void SnapshotObject::Delete(sdbus::Result<>&& result) {
    whenAllowed(m_context, m_owner, std::move(result),
                [&context = m_context, info = m_info](const Pending<>& pending) {
                    if (const auto idle = context.jobs.checkIdle(info.session); !idle)
                        return answer(pending, idle);
                    context.workers.run<void>(
                        [engine = context.engine, info] {
                            return engine->removeSnapshot(info.session, info.id);
                        },
                        [pending](const Status& status) { answer(pending, status); });
                });
}

} // namespace entracte::service
