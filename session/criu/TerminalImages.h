#pragma once

// Makes every open /dev/tty in CRIU's images an open /dev/pts/N.
//
// /dev/tty is whatever terminal the process that opens it belongs to; shells, pagers and ssh keep
// it open. CRIU takes it only from the first process of a terminal, and would restore all of them
// with the settings of one. The dump calls it an external terminal instead, and what is written
// here, before the restore, tells CRIU which terminal it is: the one that controls the session
// (setsid(2)) of the process that holds it. To the process both are the same terminal.
//
// Pure: bytes in, bytes out. A program of the session shapes the bytes, so this runs in
// entracte-criu-inspect, which has no privileges.

#include "session/base/Result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace entracte {

// Whole images, as they lie in the directory.
struct TerminalImages {
    std::string files;                           // files.img
    std::string terminals;                       // tty-info.img
    std::string processes;                       // pstree.img
    std::map<std::uint32_t, std::string> ids;    // ids-PID.img
    std::map<std::uint32_t, std::string> tables; // fdinfo-NUMBER.img
};

struct MendedImages {
    std::string files;     // empty: nothing is to be changed
    std::string terminals; // as files
};

// SnapshotDamaged when they are not what CRIU writes; RestoreFailed when nobody can tell which
// terminal an open /dev/tty was.
Result<MendedImages> mendTerminals(const TerminalImages& images);

// The same, through a stream: what entracte-criu-inspect is given and answers.
std::string packTerminals(const TerminalImages& images);
Result<TerminalImages> unpackTerminals(std::string_view stream);
std::string packMended(const MendedImages& images);
Result<MendedImages> unpackMended(std::string_view stream);

} // namespace entracte
