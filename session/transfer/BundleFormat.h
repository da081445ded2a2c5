#pragma once

// What an exported session (FILE.entracte, docs/export-format.md) is made of: a tar archive (pax),
// usually compressed with zstd, whose members come in this order:
//
//   manifest.json   which session, what is needed to bring it back, how much follows
//   images/NAME     CRIU's images, and the host's files that programs use, by content
//   deltas/NAME     in the last round of a move, instead of images/NAME: PageDelta.h
//   layer.tar       the session's own files
//   B2SUMS          BLAKE2b-256 of each of the above, as b2sum(1) writes it; the last member

#include "session/base/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entracte {

inline constexpr const char* kBundleFormat = "entracte-session";
inline constexpr int kBundleVersion = 1;
inline constexpr const char* kManifestMember = "manifest.json";
inline constexpr const char* kImagesPrefix = "images/";
inline constexpr const char* kDeltasPrefix = "deltas/";
inline constexpr const char* kLayerMember = "layer.tar";
inline constexpr const char* kSumsMember = "B2SUMS";
inline constexpr std::size_t kMaxBundleManifest = 8 << 20; // bytes
inline constexpr std::size_t kMaxImages = 200'000;         // members

// What has to be looked up on the machine where a session is brought back, because its images or
// its layer ask for it: the person must have that access without our help.
struct AccessNeed {
    enum class Kind : std::uint8_t {
        File,   // exists in the session's root, and may be opened so
        Socket, // a socket is bound there: its folder may be changed
        Lower,  // a folder of the host that the layer lets be seen; it need not exist
    };
    Kind kind = Kind::File;
    std::uint8_t bits = 0; // R_OK, W_OK, X_OK
    std::string path;      // absolute, without "." and ".."
};

// Absolute, without empty, "." and ".." steps, without NUL, shorter than PATH_MAX.
bool isPlainPath(std::string_view path);

} // namespace entracte
