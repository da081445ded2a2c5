#pragma once

// The files that a session's programs have mapped or open and that are not its own: libraries,
// executables, fonts, logs of the host beneath the session's layer, and documents in shared
// folders. A snapshot keeps them by content, among its images; before a restore each is compared
// with what is there now. Where the host's differs (a package was upgraded, a log has grown, a
// file is gone) the kept one goes into the session's own layer. A document in a shared folder is
// the person's: what becomes of one that changed outside says a FilesPolicy, and nothing is
// overwritten unless it was asked for.
//
// Paths come from images, so from programs: they are followed beneath the session's root, or with
// no symbolic link at all, and only regular files and directories count.

#include "session/container/Container.h"
#include "session/engine/Types.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

struct KeptFile {
    std::string path;    // as seen in the session
    std::string content; // the name of its copy among the images; empty: a directory
    std::string hash;    // BLAKE2b of the content; of shared files only
    std::uint64_t size = 0;
    std::int64_t modifiedNs = 0;
    std::int64_t changedNs = 0;
    std::uint32_t mode = 0; // with the type
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool shared = false; // lies in a folder that is shared and can be written
};

// What to keep of `paths`, copied into `images`. The session's root is mounted. A file that cannot
// be read is left out, and CRIU's to complain about.
Result<std::vector<KeptFile>> keepHostFiles(const ContainerSpec& container,
                                            const std::vector<std::string>& paths,
                                            const std::filesystem::path& images);
// How much keepHostFiles will copy of a session that runs, about (bytes).
std::uint64_t hostFileBytes(pid_t init);

nlohmann::json keptFilesToJson(const std::vector<KeptFile>& files);
// SnapshotDamaged when it is none. Snapshots of the first version have no list: empty.
Result<std::vector<KeptFile>> keptFilesFromJson(const nlohmann::json& restore);

// The documents in shared folders that are no longer as they were kept.
std::vector<ChangedFile> changedDocuments(const std::vector<KeptFile>& files);

// The session's root is mounted, nothing is restored yet. Paths of documents that stay as they are
// outside although they differ (CRIU must not insist on their sizes) are the value.
Result<std::vector<std::string>> placeHostFiles(const ContainerSpec& container,
                                                const std::vector<KeptFile>& files,
                                                const std::filesystem::path& images,
                                                FilesPolicy policy);

} // namespace entracte
