#pragma once

// What an export of a snapshot (ExportJob.h) and a session that departs (Departure.h) have in
// common: what goes into the archive of docs/export-format.md, and how it is called there.

#include "session/base/UniqueFd.h"
#include "session/store/SnapshotStore.h"
#include "session/transfer/BundleManifest.h"

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

struct BundleImage {
    std::string name;
    UniqueFd file;
};

// CRIU's images and the files by content that lie there, in order; `bytes`: of all of them.
Result<std::vector<BundleImage>> imagesIn(const std::filesystem::path& directory,
                                          std::uint64_t& bytes);

// What a file of the host that the store keeps is called in every export of this machine.
std::string nameOfHostFile(std::uint64_t mark);

// `record.restore` has its files as they are called in the archive.
BundleManifest bundleManifest(const SnapshotRecord& record, const std::string& name,
                              std::uint64_t imageBytes, std::uint64_t layerBytes);

} // namespace entracte
