#include "session/engine/ImportJob.h"

#include "session/base/Printable.h"
#include "session/base/ScopeExit.h"
#include "session/base/WallClock.h"
#include "session/engine/ArrivedFiles.h"
#include "session/engine/FileSource.h"
#include "session/engine/ForeignChecks.h"
#include "session/engine/HostFacts.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/MoveMarks.h"
#include "session/engine/SnapshotJob.h"
#include "session/engine/StepTimes.h"
#include "session/engine/TransferPlace.h"
#include "session/store/Directories.h"
#include "session/transfer/BundleManifest.h"
#include "session/transfer/PageDelta.h"
#include "session/transfer/UnpackInChild.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>

namespace entracte {

namespace {

constexpr std::uint64_t kSlack = 64ull << 20; // bytes that a rewritten layer may be longer
constexpr std::size_t kMaxComment = 1000;

// Opens what the reader asks for: names that it may have, each once, and no more bytes than there
// is room for.
class Place final : public UnpackTarget {
public:
    Place(const EngineContext& context, TransferPlace place, Staging::Kind kind, JobControl& job)
        : m_context(context), m_place(std::move(place)), m_kind(kind), m_job(job) {}

    Status expect(std::uint64_t imageBytes, std::uint64_t layerBytes) override {
        constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
        ENTRACTE_ASSIGN(disk, availableDisk(m_context.paths.state()));
        // As it was sent, unpacked, and in the store.
        if (imageBytes > kMost || layerBytes > kMost || 3 * layerBytes + kSlack > disk)
            return fail(ErrorCode::NoSpace, "There is not enough free disk space for the session.",
                        {}, "Nothing was changed. Free some space, then try again.");
        if (m_unpacking.valid())
            m_unpacked = m_unpacking.get();
        if (m_staging && !m_staging->enlarge(imageBytes, m_filled)) {
            m_staging.reset();
            m_filled = 0;
        }
        if (!m_staging) {
            ENTRACTE_ASSIGN(staging, m_place.staging(imageBytes, m_kind));
            m_staging.emplace(std::move(staging));
        }
        ENTRACTE_ASSIGN(folder, openDirectory(m_staging->images(), false));
        m_images = std::move(folder);
        ENTRACTE_ASSIGN(top, openDirectory(m_place.disk(), false));
        m_top = std::move(top);
        m_expected = imageBytes + layerBytes;
        return {};
    }

    Result<UniqueFd> create(const std::string& name) override {
        const bool image = name != kManifestMember && name != kLayerMember;
        ENTRACTE_TRY(count());
        UniqueFd file(::openat(image ? m_images.get() : m_top.get(), name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file)
            return fail(diskError("A part of the session could not be written"));
        return file;
    }

    Result<Pages> createPages(std::uint32_t number) override {
        const std::string name = pagesImage(number);
        const auto filled = m_staging->filled() / name;
        if (m_filled == 0 || ::renameat2(AT_FDCWD, filled.c_str(), m_images.get(), name.c_str(),
                                         RENAME_NOREPLACE) != 0)
            return UnpackTarget::createPages(number);
        ENTRACTE_TRY(count());
        UniqueFd file(::openat(m_images.get(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file)
            return fail(diskError("A part of the session could not be written"));
        return Pages{std::move(file), true};
    }

    // What the move brought last is unpacked beside what is read, for earlier(), and most of the
    // pages that come will be as these are: so they are put in their places, too.
    void expectDeltas(const SessionId& session, const SnapshotId& last, Staging::Kind kind) {
        m_unpacking = std::async(std::launch::async, [this, session, last, kind] {
            return unpackEarlier(session, last, kind);
        });
    }
    Result<UniqueFd> earlier(std::uint32_t number) override {
        ENTRACTE_TRY(m_unpacked);
        if (!m_earlier)
            return UnpackTarget::earlier(number);
        UniqueFd file(::open((m_earlier->images() / pagesImage(number)).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        return file ? Result<UniqueFd>(std::move(file)) : UnpackTarget::earlier(number);
    }

    Result<BundleManifest> manifest() const {
        ENTRACTE_ASSIGN(text, readFileAt(m_top.get(), kManifestMember, 2 * kMaxBundleManifest));
        return parseBundleManifest(text);
    }
    std::filesystem::path images() const { return m_staging->images(); }
    // Nothing is read any more.
    void forgetFilled() const {
        std::error_code none;
        if (m_filled > 0)
            std::filesystem::remove_all(m_staging->filled(), none);
    }
    TransferPlace takePlace() { return std::move(m_place); }
    Staging takeStaging() { return std::move(*m_staging); }
    // What the reader wrote anew: only what a layer may hold.
    Result<std::filesystem::path> unpackLayer(JobControl& job) const {
        const auto tree = m_place.disk() / "tree";
        ENTRACTE_ASSIGN(folder, openDirectory(tree, true));
        const UniqueFd file(::openat(m_top.get(), kLayerMember, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file)
            return fail(diskError("The session's files could not be read"));
        FileSource source(file.get());
        ENTRACTE_TRY(
            extractTree(source, folder.get(), [&job](std::uint64_t) { return job.check(); }));
        return tree;
    }

private:
    Status unpackEarlier(const SessionId& session, const SnapshotId& last, Staging::Kind kind) {
        ENTRACTE_ASSIGN(record, m_context.store->read(session, last));
        ENTRACTE_ASSIGN(place, TransferPlace::make(m_context.paths));
        m_earlierPlace.emplace(std::move(place));
        ENTRACTE_ASSIGN(staging, m_earlierPlace->staging(record.info.imageBytes, kind));
        m_earlier.emplace(std::move(staging));
        ENTRACTE_TRY(m_context.store->extractImages(session, last, m_earlier->images(),
                                                    {m_job, "importing", 0, 0}));
        if (!m_earlier->inMemory() || !Staging::fitsInMemory(record.info.imageBytes))
            return {};
        if (const auto filled = fill(record.info.imageBytes, kind); !filled) { // it does without
            spdlog::info("session {}: {}", session, filled.error().forLog());
            m_staging.reset();
            m_filled = 0;
        }
        return {};
    }

    Status fill(std::uint64_t bytes, Staging::Kind kind) {
        ENTRACTE_ASSIGN(target, m_place.staging(bytes, kind));
        m_staging.emplace(std::move(target));
        ENTRACTE_TRY(openDirectory(m_staging->filled(), true));
        ENTRACTE_ASSIGN(earlier, openDirectory(m_earlier->images(), false));
        ENTRACTE_ASSIGN(names, namesIn(earlier.get()));
        for (const std::string& name : names) {
            if (!numberOfPages(name))
                continue;
            ENTRACTE_TRY(m_job.check());
            std::error_code problem;
            std::filesystem::copy_file(m_earlier->images() / name, m_staging->filled() / name,
                                       problem);
            if (problem)
                return fail(Error::fromErrno("An image of the session could not be copied",
                                             problem.value()));
            m_filled += std::filesystem::file_size(m_staging->filled() / name);
        }
        return {};
    }

    Status count() {
        if (++m_files > kMaxImages + 2)
            return fail(ErrorCode::SnapshotDamaged, "The file has more parts than a session.");
        m_job.report("importing", std::min(0.7, 0.0005 * static_cast<double>(m_files)));
        return {};
    }

    const EngineContext& m_context;
    TransferPlace m_place;
    const Staging::Kind m_kind;
    JobControl& m_job;
    std::optional<Staging> m_staging;
    UniqueFd m_images;
    UniqueFd m_top;
    std::uint64_t m_expected = 0;
    std::size_t m_files = 0;
    std::optional<TransferPlace> m_earlierPlace;
    std::optional<Staging> m_earlier; // in m_earlierPlace
    std::uint64_t m_filled = 0;       // bytes that lie in m_staging already
    Status m_unpacked;
    std::future<Status> m_unpacking; // last: waited for before what it writes goes
};

Status requireStream(int fd) {
    struct stat info {};
    const int flags = ::fcntl(fd, F_GETFL);
    if (::fstat(fd, &info) != 0 || (!S_ISFIFO(info.st_mode) && !S_ISREG(info.st_mode)) ||
        flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) != O_RDONLY)
        return fail(ErrorCode::InvalidArgument,
                    "The descriptor is neither the end of a pipe nor a file opened for reading.");
    return {};
}

ImageRules rulesFor(const Person& person) {
    ImageRules rules;
    rules.uid = person.uid;
    rules.gid = person.gid;
    rules.groups.insert(person.groups.begin(), person.groups.end());
    return rules;
}

std::vector<KeptFile> documentsOf(const std::vector<KeptFile>& files) {
    std::vector<KeptFile> documents;
    for (const KeptFile& file : files)
        if (file.shared)
            documents.push_back(file);
    return documents;
}

// What only the engine can compare.
Result<SessionRecord> describe(const BundleManifest& manifest, const Person& person,
                               const std::string& name) {
    if (manifest.restore.value("ownerName", "") != person.name)
        return fail(ErrorCode::HostMismatch,
                    "The session belongs to the user " +
                        printable(manifest.restore.value("ownerName", ""), 64) + "; you are " +
                        person.name + " on this computer.",
                    {}, "Nothing was changed. A session can only go on under the same user name.");
    ENTRACTE_ASSIGN(spec, specFromJson(manifest.restore.at("spec")));
    spec.screen.clipboard = false; // whoever wrote the file does not decide that
    spec.name = printable(name.empty() ? manifest.name : name, 64);
    ENTRACTE_TRY(checkSpec(spec));
    ENTRACTE_ASSIGN(files, keptFilesFromJson(manifest.restore));
    ENTRACTE_TRY(checkLowerFolders(person, manifest.needs));
    // Whether they differ is asked at the resume; here, whether one may ask.
    ENTRACTE_TRY(checkDocuments(person, documentsOf(files), FilesPolicy::Current));
    SessionRecord record;
    record.id = newId();
    record.owner = person.uid;
    record.ownerName = person.name;
    record.spec = std::move(spec);
    record.spec.environment.clear(); // only a start has a use for it
    record.state = SessionState::Suspended;
    record.createdUnixMs = nowUnixMs();
    return record;
}

SnapshotRecord snapshotOf(const BundleManifest& manifest) {
    SnapshotRecord record;
    record.info.comment = printable(manifest.info.value("comment", ""), kMaxComment);
    // Nothing is from the future, whatever the other clock says.
    record.info.takenUnixMs =
        std::min(manifest.info.value("takenUnixMs", std::int64_t{0}), nowUnixMs());
    record.info.frozenMicros = manifest.info.value("frozenMicros", std::uint32_t{0});
    record.info.windows = manifest.info.value("windows", std::uint32_t{0});
    record.info.programs = manifest.info.value("programs", std::uint32_t{0});
    record.info.suspended = manifest.info.value("suspended", false);
    record.restore = manifest.restore;
    record.restore["needs"] = needsToJson(manifest.needs);
    return record;
}

// What the same move brought before.
Result<std::optional<EarlierArrival>> earlierArrival(const EngineContext& context, Session& session,
                                                     const ImportWishes& wishes) {
    const SessionRecord record = session.record();
    if (wishes.move.empty() || record.move.id != wishes.move || record.arrived.empty())
        return std::nullopt;
    ENTRACTE_ASSIGN(read, context.store->read(session.id(), record.arrived.back()));
    ENTRACTE_ASSIGN(files, keptFilesFromJson(read.restore));
    return EarlierArrival{record.arrived.back(), std::move(files)};
}

// What it names of an earlier round is of the one that came last, and of no other: names of files
// and places of pages alone would mean something there, too. An older Entracte does not say.
Status requireBase(const EngineContext& context, const std::shared_ptr<Session>& session,
                   const ImportWishes& wishes, nlohmann::json& restore) {
    const std::string base = restore.value("base", "");
    restore.erase("base");
    if (base.empty())
        return {};
    if (session) {
        const SessionRecord record = session->record();
        if (record.move.id == wishes.move && !record.arrived.empty()) {
            ENTRACTE_ASSIGN(last, context.store->read(session->id(), record.arrived.back()));
            if (last.restore.value("cameAs", "") == base)
                return {};
        }
    }
    return fail(ErrorCode::SnapshotDamaged,
                "What came names a round of the move that is not the one before it.", base,
                "Nothing was changed. Repeat the move.");
}

std::uint64_t imageBytesIn(const std::filesystem::path& images) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(images, error))
        bytes += entry.file_size(error);
    return bytes;
}

// The last round: kept as it came, for the resume by the same move.
Result<SessionInfo> stage(EngineContext& context, const Person& person, Place& place, bool sealed,
                          const BundleManifest& manifest, SnapshotRecord snapshot,
                          const std::shared_ptr<Session>& session, const ImportWishes& wishes) {
    if (!session || session->record().move.state != MoveState::Arriving ||
        session->record().arrived.empty())
        return fail(ErrorCode::InvalidArgument, "Nothing of the session has arrived before.");
    ENTRACTE_TRY(requireBase(context, session, wishes, snapshot.restore));
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_ASSIGN(earlier, earlierArrival(context, *session, wishes));
    ENTRACTE_ASSIGN(files, keptFilesFromJson(manifest.restore));
    ENTRACTE_ASSIGN(known, filesThatCameEarlier(files, earlier));
    for (const auto& [file, number] : known)
        file->stored = number;
    snapshot.restore["files"] = keptFilesToJson(files);
    snapshot.info.imageBytes = imageBytesIn(place.images());
    snapshot.info.layerBytes = manifest.layerBytes;
    snapshot.info.encrypted = sealed;
    ENTRACTE_TRY(context.staged.put(session->id(), {wishes.move, person.uid, place.takePlace(),
                                                    place.takeStaging(), std::move(snapshot),
                                                    earlier ? earlier->snapshot : SnapshotId()}));
    return session->info();
}

} // namespace

Result<SessionInfo> importSession(EngineContext& context, const Person& person, int in,
                                  const ImportWishes& wishes, JobControl& job) {
    const auto requested = std::chrono::steady_clock::now();
    ENTRACTE_TRY(requireStream(in));
    ENTRACTE_ASSIGN(sealed, context.vaults.has(person.uid));
    ENTRACTE_TRY(context.vaults.requireUnlocked(person.uid));
    job.report("importing", 0);
    ENTRACTE_ASSIGN(made, TransferPlace::make(context.paths));
    Place place(context, std::move(made),
                sealed ? Staging::Kind::MemoryOnly : Staging::Kind::MemoryOrDisk, job);
    if (const auto session = wishes.deltas ? arrivesAt(context, person, wishes) : nullptr)
        if (const auto record = session->record();
            record.move.id == wishes.move && !record.arrived.empty())
            place.expectDeltas(session->id(), record.arrived.back(),
                               sealed ? Staging::Kind::MemoryOnly : Staging::Kind::MemoryOrDisk);
    StepTimes steps;
    ENTRACTE_TRY(unpackInChild(in, place, rulesFor(person), [&job] { return job.check(); }));
    place.forgetFilled();
    steps.did("read and check");
    ENTRACTE_ASSIGN(manifest, place.manifest());
    ENTRACTE_ASSIGN(record, describe(manifest, person, wishes.name));
    SnapshotRecord snapshot = snapshotOf(manifest);
    ENTRACTE_TRY(job.check());

    const auto earlier = wishes.move.empty() ? nullptr : arrivesAt(context, person, wishes);
    if (wishes.stage)
        return stage(context, person, place, sealed, manifest, std::move(snapshot), earlier,
                     wishes);
    ENTRACTE_TRY(requireBase(context, earlier, wishes, snapshot.restore));
    if (earlier)
        context.staged.drop(earlier->id());
    if (!wishes.move.empty() && !earlier) {
        record.move = {MoveState::Arriving, wishes.move, printable(wishes.peer, kMaxPeer)};
        record.lineage = wishes.lineage;
    }
    std::shared_ptr<Session> session = earlier;
    if (!session) {
        ENTRACTE_ASSIGN(added, context.registry.add(std::move(record)));
        session = added;
    }
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ScopeExit undo([&] {
        if (earlier)
            return;
        if (const auto removed = context.registry.remove(session->id()); !removed)
            spdlog::error("session {}: {}", session->id(), removed.error().forLog());
    });
    ENTRACTE_TRY(context.vaults.choose(session->id(), person.uid));
    ENTRACTE_ASSIGN(before, earlierArrival(context, *session, wishes));
    ENTRACTE_ASSIGN(writer, context.store->begin(session->id()));
    ENTRACTE_ASSIGN(files, keptFilesFromJson(manifest.restore));
    ENTRACTE_TRY(storeArrivedFiles(context, person, *writer, files, place.images(), before,
                                   {job, "storing", 0.7, 0.8}));
    snapshot.restore["files"] = keptFilesToJson(files);
    steps.did("host files");
    ENTRACTE_TRY(writer->addImages(place.images(), {job, "storing", 0.8, 0.9}));
    steps.did("store images");
    ENTRACTE_ASSIGN(layer, place.unpackLayer(job));
    ENTRACTE_TRY(writer->addLayer(layer, {}, {job, "storing", 0.9, 0.95}));
    steps.did("store files");
    snapshot.info.takenUnixMs =
        takenAfterOthers(*context.store, session->id(), snapshot.info.takenUnixMs);
    if (earlier) // marked before the snapshot exists: nobody resumes it in between
        ENTRACTE_TRY(beginArrival(context, *session, wishes));
    ENTRACTE_ASSIGN(info, writer->commit(snapshot, requested, {job, "storing", 0.95, 0.99}));
    steps.did("commit");
    undo.dismiss();
    if (!wishes.move.empty())
        ENTRACTE_TRY(context.registry.update(*session, [&](SessionRecord& changed) {
            changed.arrived.push_back(info.id);
            changed.spec.name = printable(manifest.name, 64);
        }));
    if (context.observer)
        context.observer->snapshotAdded(withSpace(*context.store, info));
    job.report("storing", 1, info.storedBytes);
    return session->info();
}

} // namespace entracte
