#pragma once

// How SQLite reaches the catalog's file: as always (the system's VFS does all work), but every page
// carries a hash of its contents and its number in its last bytes (SQLite's reserved ones), written
// with it and compared whenever it is read. So a bit that flips anywhere in the file is seen. The
// write-ahead log has SQLite's own checksums.
//
// https://www.sqlite.org/vfs.html, https://www.sqlite.org/fileformat.html (1.3.4, reserved bytes)

#include "session/store/Bytes.h"

#include <cstdint>

namespace entracte {

inline constexpr const char* kCatalogVfs = "entracte";
inline constexpr int kCatalogPage = 4096;
inline constexpr int kCatalogReserved = 16; // bytes of each page, for its hash

// Once for the process; false when SQLite refuses.
bool registerCatalogVfs();

// Whether a page of the file (from 1) is as it was written.
bool isCatalogPageWhole(ByteView page, std::uint32_t number);
// The page that was last found otherwise by this thread, 0 when none was.
std::uint32_t lastDamagedPage();
// Why the last opening, write or sync of this thread failed (errno), 0 when it did not: SQLite's
// own word for it may be of a later call.
int lastWriteErrno();

} // namespace entracte
