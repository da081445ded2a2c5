#include "session/engine/ArrivedRound.h"

#include "session/base/Printable.h"
#include "session/engine/ArrivedFiles.h"
#include "session/engine/FileSource.h"
#include "session/engine/HostFacts.h"
#include "session/engine/SnapshotJob.h"
#include "session/store/Directories.h"
#include "session/store/TreeExtractor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <system_error>

namespace entracte {

namespace {

// Until it is stored, the images take memory beside the programs that came of them.
constexpr std::uint64_t kMemoryReserve = 192ull << 20; // bytes
constexpr std::uint64_t kSlack = 64ull << 20;          // bytes that an unpacked layer may be longer

std::filesystem::path asTheyCame(const Staging& staging) {
    return staging.images().parent_path() / "as-they-came";
}

// Once more, as it came: the programs have changed what they have of it.
Result<std::filesystem::path> unpackLayer(const EngineContext& context,
                                          const StagedArrival& arrival, JobControl& job) {
    const UniqueFd file(::open(arrival.layer().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0)
        return fail(diskError("The session's files could not be read"));
    const std::uint64_t needed = static_cast<std::uint64_t>(info.st_size) + kSlack;
    ENTRACTE_ASSIGN(disk, availableDisk(context.paths.state()));
    if (disk < needed || disk - needed < context.options.storeLimits.minFree)
        return fail(ErrorCode::NoSpace, "There is not enough free disk space for that.");
    const auto tree = arrival.place.disk() / "tree";
    ENTRACTE_ASSIGN(folder, openDirectory(tree, true));
    FileSource source(file.get());
    ENTRACTE_TRY(extractTree(source, folder.get(), [&job](std::uint64_t) { return job.check(); }));
    return tree;
}

Result<SnapshotInfo> store(EngineContext& context, const SessionRecord& session,
                           const Person& person, const StagedArrival& arrival,
                           const Staging& staging, const std::string& peer, const Input& typed,
                           JobControl& job) {
    const auto begun = std::chrono::steady_clock::now();
    if (staging.inMemory() && availableMemory() < kMemoryReserve)
        return fail(ErrorCode::NoSpace, "There is not enough free memory for that.");
    const auto images = asTheyCame(staging);
    SnapshotRecord record = arrival.record;
    ENTRACTE_ASSIGN(files, keptFilesFromJson(record.restore));
    ENTRACTE_ASSIGN(base, context.store->read(session.id, arrival.base));
    ENTRACTE_ASSIGN(known, keptFilesFromJson(base.restore));
    ENTRACTE_TRY(context.vaults.choose(session.id, session.owner));
    // Before the store looks how much room there is, of which this takes its part.
    ENTRACTE_ASSIGN(layer, unpackLayer(context, arrival, job));
    ENTRACTE_ASSIGN(writer, context.store->begin(session.id));
    ENTRACTE_TRY(storeArrivedFiles(context, person, *writer, files, images,
                                   EarlierArrival{arrival.base, std::move(known)},
                                   {job, "storing", 0.85, 0.88}));
    record.restore["files"] = keptFilesToJson(files);
    if (auto input = inputToJson(typed); !input.empty())
        record.restore["input"] = std::move(input);
    ENTRACTE_TRY(writer->addImages(images, {job, "storing", 0.88, 0.93}));
    ENTRACTE_TRY(writer->addLayer(layer, {}, {job, "storing", 0.93, 0.97}));
    record.info.comment = "As it came from " + printable(peer, kMaxPeer);
    record.info.takenUnixMs = takenAfterOthers(*context.store, session.id, record.info.takenUnixMs);
    return writer->commit(record, begun, {job, "storing", 0.97, 0.99});
}

} // namespace

Status keepAsTheyCame(const Staging& staging) {
    const auto place = asTheyCame(staging);
    std::error_code error;
    std::filesystem::create_directory(place, error);
    for (auto image = std::filesystem::directory_iterator(staging.images(), error);
         !error && image != std::filesystem::directory_iterator(); image.increment(error)) {
        std::filesystem::create_hard_link(image->path(), place / image->path().filename(), error);
        if (error)
            break;
    }
    return error ? Status(fail(
                       Error::fromErrno("The session's images could not be kept", error.value())))
                 : Status();
}

Status storeArrivedRound(EngineContext& context, const SessionRecord& session, const Person& person,
                         const StagedArrival& arrival, const Staging& staging,
                         const std::string& peer, const Input& typed, JobControl& job) {
    job.report("storing", 0.85);
    const auto stored = store(context, session, person, arrival, staging, peer, typed, job);
    if (!stored)
        return fail(stored.error().code(),
                    "The session runs, but what came of it could not be stored: " +
                        stored.error().sentence(),
                    stored.error().detail(),
                    stored.error().code() == ErrorCode::NoSpace
                        ? "Nothing of it is lost. Take a snapshot of it when there is room."
                        : "Nothing of it is lost.");
    if (context.observer)
        context.observer->snapshotAdded(withSpace(*context.store, *stored));
    tellSpace(context, session.id);
    return {};
}

} // namespace entracte
