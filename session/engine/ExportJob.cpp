#include "session/engine/ExportJob.h"

#include "session/engine/BundleParts.h"
#include "session/engine/HostFacts.h"
#include "session/engine/HostFiles.h"
#include "session/engine/PipeSink.h"
#include "session/engine/StepTimes.h"
#include "session/engine/TransferPlace.h"
#include "session/store/Directories.h"
#include "session/transfer/BundleWriter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace entracte {

namespace {

constexpr std::uint64_t kDiskReserve = 64ull << 20;

class FileSink final : public ByteSink {
public:
    explicit FileSink(int file) : m_file(file) {}
    Status write(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t wrote = ::write(m_file, bytes.data(), bytes.size());
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote <= 0)
                return fail(diskError("The session's files could not be copied"));
            bytes = bytes.subspan(static_cast<std::size_t>(wrote));
        }
        return {};
    }

private:
    int m_file;
};

class ExportJob {
public:
    ExportJob(EngineContext& context, Session& session, SnapshotId snapshot, JobControl& job)
        : m_context(context), m_session(session), m_snapshot(std::move(snapshot)), m_job(job) {}

    // Nothing is written before all of it was read, which verifies it.
    Status run(int out, const ExportWishes& wishes) {
        ENTRACTE_TRY(requirePipe(out, O_WRONLY));
        m_job.report("unpacking", 0);
        ENTRACTE_ASSIGN(record, m_context.store->read(m_session.id(), m_snapshot));
        ENTRACTE_ASSIGN(disk, availableDisk(m_context.paths.state()));
        if (2 * record.info.layerBytes + kDiskReserve > disk)
            return fail(ErrorCode::NoSpace,
                        "There is not enough free disk space to export the session.", {},
                        "Nothing was changed. Free some space, then try again.");
        ENTRACTE_ASSIGN(place, TransferPlace::make(m_context.paths));
        ENTRACTE_ASSIGN(files, keptFilesFromJson(record.restore));
        ENTRACTE_TRY(nameHostFiles(files, wishes.since));
        record.restore.erase("base");
        if (!wishes.since.empty())
            record.restore["base"] = wishes.since;
        std::uint64_t stored = 0; // of the host's files that the store keeps for all snapshots
        for (const KeptFile& file : files)
            stored += file.stored ? file.size : 0;
        ENTRACTE_ASSIGN(staging,
                        place.staging(record.info.imageBytes + stored,
                                      record.info.encrypted ? Staging::Kind::MemoryOnly
                                                            : Staging::Kind::MemoryOrDisk));
        ENTRACTE_TRY(m_context.store->extractImages(m_session.id(), m_snapshot, staging.images(),
                                                    {m_job, "unpacking", 0, 0.3}));
        m_steps.did("unpack images");
        ENTRACTE_TRY(unpackHostFiles(files, place.disk(), staging.images()));
        ENTRACTE_ASSIGN(layer, unpackLayer(place.disk()));
        m_steps.did("unpack files");

        std::uint64_t imageBytes = 0;
        ENTRACTE_ASSIGN(images, imagesIn(staging.images(), imageBytes));
        struct stat info {};
        ::fstat(layer.get(), &info);
        record.restore["files"] = keptFilesToJson(files);
        const auto manifest = bundleManifest(record, m_session.record().spec.name, imageBytes,
                                             static_cast<std::uint64_t>(info.st_size));
        return write(manifest, images, layer.get(), out, wishes.compress);
    }

private:
    // Each that the store keeps gets the name that it has in every export of this machine; what an
    // earlier one brought is not stored here any more, as far as this export is concerned.
    Status nameHostFiles(std::vector<KeptFile>& files, const SnapshotId& since) const {
        const auto& store = *m_context.store;
        ENTRACTE_ASSIGN(marks, store.hostFileMarks(m_session.id(), m_snapshot));
        std::set<std::uint64_t> brought;
        if (!since.empty()) {
            ENTRACTE_ASSIGN(earlier, store.hostFileMarks(m_session.id(), since));
            brought.insert(earlier.begin(), earlier.end());
        }
        for (KeptFile& file : files) {
            file.arrivedAs.clear(); // on its way here
            if (!file.stored)
                continue;
            if (*file.stored >= marks.size())
                return fail(ErrorCode::SnapshotDamaged,
                            "The snapshot lacks a file that its programs use.", file.path);
            const std::uint64_t mark = marks[*file.stored];
            const std::string name = nameOfHostFile(mark);
            if (brought.contains(mark)) {
                file.arrivedAs = name;
                file.stored.reset();
            } else {
                file.content = name;
            }
        }
        return {};
    }

    // In an export every file lies among the images.
    Status unpackHostFiles(std::vector<KeptFile>& files, const std::filesystem::path& scratch,
                           const std::filesystem::path& images) {
        std::map<std::uint32_t, std::string> names;
        std::set<std::string> seen;
        std::vector<std::uint32_t> numbers;
        for (KeptFile& file : files) {
            if (!file.stored)
                continue;
            if (seen.insert(file.content).second) {
                names.emplace(*file.stored, file.content);
                numbers.push_back(*file.stored);
            }
            file.stored.reset();
        }
        if (numbers.empty())
            return {};
        ENTRACTE_ASSIGN(folder, openDirectory(images, false));
        return m_context.store->extractHostFiles(
            m_session.id(), m_snapshot, numbers, scratch,
            [&](std::uint32_t number, int file) -> Status {
                const UniqueFd to(::openat(folder.get(), names.at(number).c_str(),
                                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                           0600));
                if (!to)
                    return fail(diskError("A file that the session uses could not be written"));
                return copyAll(file, to.get());
            },
            {m_job, "unpacking", 0.3, 0.4});
    }

    static Status copyAll(int from, int to) {
        std::vector<std::byte> buffer(1 << 20);
        for (;;) {
            const ssize_t got = ::read(from, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("A file that the session uses could not be read"));
            if (got == 0)
                return {};
            for (ssize_t done = 0; done < got;) {
                const ssize_t wrote =
                    ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
                if (wrote <= 0)
                    return fail(diskError("A file that the session uses could not be written"));
                done += wrote;
            }
        }
    }

    // The layer as one archive.
    Result<UniqueFd> unpackLayer(const std::filesystem::path& place) {
        const auto tree = place / "tree";
        const auto archive = place / kLayerMember;
        ENTRACTE_TRY(openDirectory(tree, true));
        ENTRACTE_TRY(m_context.store->extractLayer(m_session.id(), m_snapshot, tree,
                                                   {m_job, "unpacking", 0.4, 0.5}));
        ENTRACTE_ASSIGN(folder, openDirectory(tree, false));
        UniqueFd file(
            ::open(archive.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file)
            return fail(Error::fromErrno("The session's files could not be opened"));
        FileSink sink(file.get());
        ArchiveOptions options{{}, [this](std::uint64_t) { return m_job.check(); }};
        ENTRACTE_TRY(archiveTree(folder.get(), sink, options));
        return file;
    }

    Status write(const BundleManifest& manifest, const std::vector<BundleImage>& images, int layer,
                 int out, bool compress) {
        const double whole = static_cast<double>(
            std::max<std::uint64_t>(manifest.imageBytes + manifest.layerBytes, 1));
        std::uint64_t done = 0;
        const auto progress = [&](std::uint64_t bytes) -> Status {
            done += bytes;
            if (done - m_told > (4u << 20)) {
                m_told = done;
                m_job.report("exporting",
                             0.5 + 0.5 * std::min(1.0, static_cast<double>(done) / whole), done);
            }
            return m_job.check();
        };
        ENTRACTE_ASSIGN(sink, PipeSink::open(out, [this] { return m_job.check(); }));
        ENTRACTE_ASSIGN(writer, BundleWriter::begin(sink, compress, progress));
        ENTRACTE_TRY(writer->addText(kManifestMember, formatBundleManifest(manifest)));
        for (const BundleImage& image : images)
            ENTRACTE_TRY(writer->addFile(kImagesPrefix + image.name, image.file.get()));
        ENTRACTE_TRY(writer->addFile(kLayerMember, layer));
        ENTRACTE_TRY(writer->finish());
        m_steps.did("write");
        m_job.report("exporting", 1, done);
        return {};
    }

    EngineContext& m_context;
    Session& m_session;
    const SnapshotId m_snapshot;
    JobControl& m_job;
    StepTimes m_steps;
    std::uint64_t m_told = 0;
};

} // namespace

Status exportSnapshot(EngineContext& context, const std::shared_ptr<Session>& session,
                      const SnapshotId& snapshot, int out, const ExportWishes& wishes,
                      JobControl& job) {
    return ExportJob(context, *session, snapshot, job).run(out, wishes);
}

} // namespace entracte
