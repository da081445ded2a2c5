#pragma once

// Directories and small files that must be there after a crash, reached by descriptors: every
// function takes a directory descriptor and a single name in it, never a joined path. Root's own
// folders only.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace entracte {

// A failed system call on a disk: NoSpace for a full disk or quota, System for everything else.
Error diskError(std::string what);
Error diskError(std::string what, int errnoValue);

// Opens (and first makes, 0700, when `create`) a directory; a symbolic link in its place is an
// error.
Result<UniqueFd> openDirectory(const std::filesystem::path& path, bool create);
Result<UniqueFd> openDirectoryAt(int parent, std::string_view name, bool create);

// True when somebody other than root (or than ourselves) owns or may enter the directory.
Result<bool> isExposed(int directory);

// The file is there with these bytes, or as it was before, whatever happens: written beside, fsync,
// rename, fsync.
Status writeFileDurably(int directory, std::string_view name, std::string_view bytes);
// At most `limit` bytes; NotFound when there is none.
Result<std::string> readFileAt(int directory, std::string_view name, std::size_t limit);

// Without "." and "..", sorted.
Result<std::vector<std::string>> namesIn(int directory);

Status syncDirectory(int directory);

} // namespace entracte
