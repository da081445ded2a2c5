#include "session/base/Companion.h"

#include <system_error>

namespace entracte {

std::filesystem::path companionProgram(std::string_view name) {
    std::error_code ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    if (const auto beside = self / name; std::filesystem::exists(beside, ignored))
        return beside;
    // A test runs the programs of its own build, never those of an installation.
    if (self.filename() == "bin" && self.parent_path().filename() == "tests")
        return self.parent_path().parent_path() / "bin" / name;
    return std::filesystem::path(ENTRACTE_LIBEXEC_DIR) / name;
}

} // namespace entracte
