#include "session/store/SnapshotFolder.h"

#include "session/store/Directories.h"
#include "session/store/Manifest.h"
#include "session/store/PartReader.h"
#include "session/store/PartWriter.h"
#include "session/store/RemoveTree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace entracte {

namespace {

constexpr std::uint64_t kTellEvery = 4 * 1024 * 1024; // bytes

// Bytes of the files directly in a directory.
std::uint64_t flatSize(int directory) {
    std::uint64_t total = 0;
    const auto names = namesIn(directory);
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
        struct stat status {};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode))
            total += static_cast<std::uint64_t>(status.st_size);
    }
    return total;
}

class SnapshotFolderWriter final : public SnapshotWriter {
public:
    SnapshotFolderWriter(UniqueFd snapshots, SessionId session)
        : m_snapshots(std::move(snapshots)), m_session(std::move(session)), m_id(newId()),
          m_partial(m_id + kPartialSuffix) {}
    ~SnapshotFolderWriter() override {
        if (!m_committed)
            static_cast<void>(
                removeTree(m_snapshots.get(), m_partial)); // else the next open does it
    }

    Status open() {
        ENTRACTE_ASSIGN(folder, openDirectoryAt(m_snapshots.get(), m_partial, true));
        m_folder = std::move(folder);
        return {};
    }

    const SnapshotId& id() const override { return m_id; }

    Result<std::uint64_t> addImages(const std::filesystem::path& directory,
                                    JobStretch stretch) override {
        ENTRACTE_ASSIGN(images, openDirectory(directory, false));
        m_imageBytes = flatSize(images.get());
        ENTRACTE_TRY(pack(kImagesPart, images.get(), {}, stretch, m_imageBytes));
        return m_imageBytes;
    }

    Result<std::uint64_t> addLayer(const std::filesystem::path& directory,
                                   const std::set<std::string>& leaveOut,
                                   JobStretch stretch) override {
        ENTRACTE_ASSIGN(layer, openDirectory(directory, false));
        // How much will come is known only after a walk; the middle is told until then.
        ENTRACTE_ASSIGN(bytes, pack(kLayerPart, layer.get(), leaveOut, stretch, 0));
        m_layerBytes = bytes;
        return m_layerBytes;
    }

    Result<std::uint64_t> addStagedLayer(const std::filesystem::path& file,
                                         JobStretch stretch) override {
        UniqueFd staged(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat status {};
        if (!staged || ::fstat(staged.get(), &status) != 0)
            return fail(Error::fromErrno("The copy of the session's files could not be opened"));
        ENTRACTE_ASSIGN(part, PartWriter::create(m_folder.get(), kLayerPart));
        StretchMeter meter(stretch, static_cast<std::uint64_t>(status.st_size));
        std::vector<std::byte> buffer(1 << 20);
        for (;;) {
            const ssize_t got = ::read(staged.get(), buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("The copy of the session's files could not be read"));
            if (got == 0)
                break;
            ENTRACTE_TRY(part->write(std::span(buffer.data(), static_cast<std::size_t>(got))));
            ENTRACTE_TRY(meter.add(static_cast<std::uint64_t>(got)));
        }
        ENTRACTE_ASSIGN(facts, part->finish());
        m_layerBytes = facts.contentBytes;
        m_parts.push_back(std::move(facts));
        return m_layerBytes;
    }

    Result<SnapshotInfo> commit(SnapshotRecord record,
                                std::chrono::steady_clock::time_point requested,
                                JobStretch stretch) override {
        std::ranges::sort(m_parts, {}, &PartFacts::name); // images, layer
        const auto elapsed = [&] {
            return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  std::chrono::steady_clock::now() - requested)
                                                  .count());
        };
        record.info.id = m_id;
        record.info.session = m_session;
        record.info.imageBytes = m_imageBytes;
        record.info.layerBytes = m_layerBytes;
        record.info.storedBytes = 0;
        for (const PartFacts& part : m_parts)
            record.info.storedBytes += part.storedBytes;
        record.info.totalMillis = elapsed();
        ENTRACTE_TRY(verifyParts(m_folder.get(), m_parts, stretch));
        const std::string manifest = formatManifest({record, m_parts});
        ENTRACTE_TRY(parseManifest(manifest)); // we could read it again
        ENTRACTE_TRY(writeFileDurably(m_folder.get(), kManifestName, manifest));
        ENTRACTE_TRY(stretch.job.check());
        if (::renameat2(m_snapshots.get(), m_partial.c_str(), m_snapshots.get(), m_id.c_str(),
                        RENAME_NOREPLACE) != 0)
            return fail(diskError("The snapshot could not be completed"));
        m_committed = true;
        if (auto synced = syncDirectory(m_snapshots.get()); !synced) {
            static_cast<void>(removeTree(m_snapshots.get(), m_id));
            return fail(std::move(synced).error());
        }
        record.info.totalMillis = elapsed();
        return record.info;
    }

private:
    Result<std::uint64_t> pack(const char* name, int directory,
                               const std::set<std::string>& leaveOut, const JobStretch& stretch,
                               std::uint64_t expected) {
        ENTRACTE_ASSIGN(part, PartWriter::create(m_folder.get(), name));
        StretchMeter meter(stretch, expected);
        ArchiveOptions options{leaveOut, [&](std::uint64_t bytes) { return meter.add(bytes); }};
        ENTRACTE_ASSIGN(archived, archiveTree(directory, *part, options));
        ENTRACTE_ASSIGN(facts, part->finish());
        m_parts.push_back(std::move(facts));
        return archived.fileBytes;
    }

    UniqueFd m_snapshots;
    UniqueFd m_folder;
    SessionId m_session;
    SnapshotId m_id;
    std::string m_partial;
    std::vector<PartFacts> m_parts;
    std::uint64_t m_imageBytes = 0;
    std::uint64_t m_layerBytes = 0;
    bool m_committed = false;
};

class FileSink final : public ByteSink {
public:
    explicit FileSink(int file) : m_file(file) {}
    Status write(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t wrote = ::write(m_file, bytes.data(), bytes.size());
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                return fail(diskError("The session's files could not be copied"));
            bytes = bytes.subspan(static_cast<std::size_t>(wrote));
        }
        return {};
    }

private:
    int m_file;
};

} // namespace

Status StretchMeter::add(std::uint64_t bytes) {
    m_done += bytes;
    if (m_done - m_told >= kTellEvery) {
        m_told = m_done;
        const double part =
            m_expected == 0
                ? 0.5
                : std::min(1.0, static_cast<double>(m_done) / static_cast<double>(m_expected));
        m_stretch.job.report(m_stretch.phase,
                             m_stretch.from + (m_stretch.to - m_stretch.from) * part, m_done);
    }
    return m_stretch.job.check();
}

Result<std::unique_ptr<SnapshotWriter>> makeSnapshotWriter(UniqueFd snapshots, SessionId session) {
    auto writer = std::make_unique<SnapshotFolderWriter>(std::move(snapshots), std::move(session));
    ENTRACTE_TRY(writer->open());
    return writer;
}

Status verifyParts(int folder, const std::vector<PartFacts>& parts, const JobStretch& stretch) {
    std::uint64_t total = 0;
    for (const PartFacts& part : parts)
        total += part.storedBytes;
    StretchMeter meter(stretch, total);
    for (const PartFacts& part : parts)
        ENTRACTE_TRY(
            verifyPart(folder, part, [&](std::uint64_t bytes) { return meter.add(bytes); }));
    return {};
}

Result<std::uint64_t> stageLayer(const std::filesystem::path& layer,
                                 const std::set<std::string>& leaveOut,
                                 const std::filesystem::path& file, JobControl& job) {
    ENTRACTE_ASSIGN(directory, openDirectory(layer, false));
    UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out)
        return fail(diskError("The copy of the session's files could not be made"));
    FileSink sink(out.get());
    ArchiveOptions options{leaveOut, [&](std::uint64_t) { return job.check(); }};
    ENTRACTE_ASSIGN(facts, archiveTree(directory.get(), sink, options));
    return facts.fileBytes;
}

} // namespace entracte
