#pragma once

// Finds the programs and files that belong to the same build or installation as the running
// program.

#include <filesystem>
#include <string_view>

namespace entracte {

// The path of another program of ours ("entracte-xproxy"): beside the running one in a build tree
// (for a test, in its build's bin/), otherwise in the libexec directory of the installation.
std::filesystem::path companionProgram(std::string_view name);

} // namespace entracte
