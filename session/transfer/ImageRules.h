#pragma once

// Whether CRIU's images, which come from elsewhere, ask for no more than a session of this person
// may have. CRIU is root when it restores, and gives processes what their images name: so before it
// starts, every user and group, capability, filter, namespace, mount, kind of open file and outside
// resource is compared with what our own sessions are made of; what is not known is refused.
//
// Pure: bytes in, a verdict out. Runs in entracte-unpack, which has no privileges. The images are
// described in CRIU's images/*.proto and criu/include/magic.h.
//
// What has to be looked up on this machine (paths) comes back as AccessNeeds.

#include "session/base/Result.h"
#include "session/transfer/BundleFormat.h"

#include <map>
#include <set>
#include <string>

namespace entracte {

struct ImageRules {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::set<std::uint32_t> groups; // supplementary ones that the person is in
    std::string filter;             // the system call filter of a session (SeccompFilter.h)
};

// What is done with an image of that name; nullopt: no session has it, and it is refused.
enum class ImageKind : std::uint8_t {
    Checked, // read as a whole
    Memory,  // pages and copies of files, whose contents are the session's own affair
};
std::optional<ImageKind> imageKind(std::string_view name);

using ImageSet = std::map<std::string, std::string>; // whole contents, by name

inline constexpr std::size_t kMaxCheckedImages = 128u << 20; // bytes of all of them

// SnapshotDamaged for what CRIU does not write, NotAuthorized, with the reason as detail, for what
// no session of this person may have. `images` are the Checked ones.
Result<std::vector<AccessNeed>> checkImages(const ImageSet& images, const ImageRules& rules);

} // namespace entracte
