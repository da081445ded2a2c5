#pragma once

// What can only be known by trying, tried in a child process that ends before the answer is given.
// Nothing lasts: namespaces and mounts go with the child. Needs root.

#include "session/base/Result.h"

#include <filesystem>

namespace entracte {

// All the namespaces that a session has (user_namespaces(7) and its relatives).
Status tryNamespaces();

// An overlay whose upper directory is on the file system of `directory` (made when absent, removed
// again), mounted as a session's root is: index=on, nfs_export=on.
Status tryOverlay(const std::filesystem::path& directory);

} // namespace entracte
