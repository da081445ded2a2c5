#include "session/base/Companion.h"

#include <system_error>

namespace entracte {

std::filesystem::path companionProgram(std::string_view name) {
    std::error_code ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const auto beside = self.parent_path() / name;
    if (std::filesystem::exists(beside, ignored))
        return beside;
    return std::filesystem::path(ENTRACTE_LIBEXEC_DIR) / name;
}

} // namespace entracte
