#pragma once

// The command lines and the environment with which CRIU is run. Pure: options in, words out.

#include "session/criu/Criu.h"

#include <string>
#include <vector>

namespace entracte {

// Names of files in the images directory that are ours, beside CRIU's images.
inline constexpr const char* kDumpLog = "dump.log";
inline constexpr const char* kRestoreLog = "restore.log";
inline constexpr const char* kRestoredPid = "restored.pid";

// Number in CRIU's process of the first descriptor that takes a saved socket's place.
inline constexpr int kFirstInheritedFd = 100;

// InvalidArgument when a mount's path cannot be written in CRIU's --external notation.
Result<std::vector<std::string>> dumpCommand(const std::string& program, const DumpOptions& options,
                                             const std::string& hookProgram);
// The memory alone, which goes on being written; what is written from then on is marked.
Result<std::vector<std::string>> preDumpCommand(const std::string& program,
                                                const DumpOptions& options);
Result<std::vector<std::string>> restoreCommand(const std::string& program,
                                                const RestoreOptions& options,
                                                const std::string& hookProgram);

// Of CRIU and all that it starts. `hookDirectory`: where entracte-criu-hook's socket is; may be
// empty.
std::vector<std::string> criuEnvironment(const std::string& hookDirectory);

} // namespace entracte
