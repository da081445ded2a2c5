#pragma once

// manifest.json: what a snapshot is and what belongs to it. Canonical JSON (keys sorted, no white
// space, one newline at the end), so that a single altered byte shows: the text must be exactly
// what its own contents serialise to, and carries its own BLAKE2b hash. The hash has no key: it
// shows damage, and is no proof of who wrote it.

#include "session/store/Part.h"
#include "session/store/SnapshotStore.h"

#include <string>
#include <string_view>
#include <vector>

namespace entracte {

inline constexpr int kManifestVersion = 1;
inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kImagesPart = "images.tar.zst";
inline constexpr const char* kLayerPart = "layer.tar.zst";
inline constexpr std::size_t kMaxManifest = 4 * 1024 * 1024; // bytes

struct Manifest {
    SnapshotRecord record;
    std::vector<PartFacts> parts; // always both: images, layer
};

// What both formats say of a snapshot, as canonical JSON. SnapshotDamaged when it is none.
std::string infoToText(const SnapshotInfo& info);
Result<SnapshotInfo> infoFromText(std::string_view text);
std::string recordToText(const SnapshotRecord& record);
Result<SnapshotRecord> recordFromText(std::string_view text);

std::string formatManifest(const Manifest& manifest);
// SnapshotDamaged for an altered one, HostMismatch for another version's.
Result<Manifest> parseManifest(std::string_view text);

} // namespace entracte
