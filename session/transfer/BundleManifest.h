#pragma once

// manifest.json of an exported session (docs/export-format.md). The reader takes any bytes.

#include "session/base/Result.h"
#include "session/transfer/ImageRules.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace entracte {

struct BundleManifest {
    std::string name;       // of the session
    nlohmann::json info;    // of the snapshot, for people
    nlohmann::json restore; // what the engine needs; its "files" and "spec" among it
    std::uint64_t imageBytes = 0;
    std::uint64_t layerBytes = 0;  // of layer.tar
    std::vector<AccessNeed> needs; // only in what an unpacker wrote
};

std::string formatBundleManifest(const BundleManifest& manifest);
// SnapshotDamaged; HostMismatch for another version's.
Result<BundleManifest> parseBundleManifest(std::string_view text);

// Where it was shown (display, cookie, bus, clipboard) is the person's who resumes it to say: what
// another machine wrote would be connected to outside of the session. Its kind and size stay.
void forgetScreen(nlohmann::json& spec);

// What the restore of a session that comes from elsewhere may say: whose it is is compared, its
// files' owners and modes become harmless, the rest is taken as far as it is known. The engine's
// own checks (specFromJson, checkSpec) come on top, in the helper.
Status sanitizeManifest(BundleManifest& manifest, const ImageRules& rules);

} // namespace entracte
