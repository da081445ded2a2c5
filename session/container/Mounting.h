#pragma once

// The kernel's mount calls by descriptor (fsopen(2), open_tree(2), move_mount(2)), so that what was
// checked is what is mounted: no path is looked up a second time.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace entracte {

// Opens what `path` names beneath the directory `root` as if that were "/": neither "..", nor a
// symbolic link, leads out; a link anywhere on the way is an error (ELOOP). O_PATH unless `flags`
// say otherwise.
Result<UniqueFd> openBeneath(int root, const std::string& path, int flags);

using MountOptions = std::vector<std::pair<std::string, std::string>>; // value "": a flag

// A new, still detached mount of `type`. `attributes`: MOUNT_ATTR_*. The kernel's own words about a
// failure are the error's detail.
Result<UniqueFd> newMount(const std::string& type, const MountOptions& options,
                          std::uint64_t attributes);

// A detached bind of the directory or file `source` (O_PATH), with MOUNT_ATTR_* added.
Result<UniqueFd> bindOf(int source, std::uint64_t attributes);

// Attaches a detached mount over `target` (O_PATH).
Status attach(int mount, int target);

} // namespace entracte
