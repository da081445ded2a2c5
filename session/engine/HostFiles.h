#pragma once

// The files that a session's programs have mapped or open and that are not its own: libraries,
// executables, fonts, logs of the host beneath the session's layer, and documents in shared
// folders. A snapshot keeps them by content; before a restore each is compared with what is there
// now. Where the host's differs (a package was upgraded, a log has grown, a file is gone) the kept
// one goes into the session's own layer. A document in a shared folder is the person's: what
// becomes of one that changed outside says a FilesPolicy, and nothing is overwritten unless it was
// asked for.
//
// Most of the host's files have not changed for long. The store keeps those once for all snapshots,
// and knows them by what the file system says of them; they are read neither for the next snapshot
// nor for a restore on the host where they still are the same. Documents, and what changed in the
// last minute, are among the images.
//
// Paths come from images, so from programs: they are followed beneath the session's root, or with
// no symbolic link at all, and only regular files and directories count.

#include "session/container/Container.h"
#include "session/engine/Types.h"
#include "session/store/SnapshotStore.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace entracte {

struct KeptFile {
    std::string path;    // as seen in the session
    std::string content; // the name of its copy among the images; empty: a directory, or stored
    std::string hash;    // BLAKE2b of the content; of shared files only
    std::uint64_t size = 0;
    std::int64_t modifiedNs = 0;
    std::int64_t changedNs = 0;
    std::uint32_t mode = 0; // with the type
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool shared = false;                 // lies in a folder that is shared and can be written
    std::optional<std::uint32_t> stored; // its number among the files that the store keeps
    // Of a session that came from elsewhere: what the file was called among the images that it came
    // with, "entracte-file-NUMBER". When what comes next by the same move says it instead of a
    // content, this is the file that is meant. Of an earlier round's, never a path.
    std::string arrivedAs{};
};

// Those of an earlier snapshot of the session.
struct KnownFiles {
    SnapshotId snapshot;
    std::vector<KeptFile> files;
};

// What to keep of `paths`: in the store, else copied into `images`. The session's root is mounted.
// A file that cannot be read is left out, and CRIU's to complain about. `settle`: EngineOptions.
// `known`: only what that snapshot keeps in the store is kept there; nothing is read for it.
Result<std::vector<KeptFile>> keepHostFiles(const ContainerSpec& container,
                                            const std::vector<std::string>& paths,
                                            const std::filesystem::path& images,
                                            std::chrono::seconds settle, SnapshotWriter& writer,
                                            const KnownFiles* known, const JobStretch& stretch);
// Stores what a running session has mapped of the host, ahead of its next snapshot. Returns how
// many bytes had to be read.
Result<std::uint64_t> stockMappedFiles(SnapshotStore& store, const ContainerSpec& container,
                                       pid_t init, std::chrono::seconds settle,
                                       const JobStretch& stretch);
// How much keepHostFiles will copy of a session that runs, about.
std::uint64_t bytesToCopy(pid_t init, std::chrono::seconds settle, const KnownFiles* known);

nlohmann::json keptFilesToJson(const std::vector<KeptFile>& files);
// SnapshotDamaged when it is none. Snapshots of the first version have no list: empty.
Result<std::vector<KeptFile>> keptFilesFromJson(const nlohmann::json& restore);

// The documents in shared folders that are no longer as they were kept.
std::vector<ChangedFile> changedDocuments(const std::vector<KeptFile>& files);

// The session's root is mounted, nothing is restored yet. `from` has what the store keeps. Paths of
// documents that stay as they are outside although they differ (CRIU must not insist on their
// sizes) are the value.
struct StoredFiles {
    const SnapshotStore& store;
    SessionId session;
    SnapshotId snapshot;
};
Result<std::vector<std::string>> placeHostFiles(const ContainerSpec& container,
                                                const std::vector<KeptFile>& files,
                                                const std::filesystem::path& images,
                                                const StoredFiles& from, FilesPolicy policy,
                                                const JobStretch& stretch);

} // namespace entracte
