#include "session/screen/RuntimeDirectory.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace entracte::screen {

Result<RuntimeDirectory> RuntimeDirectory::create(const std::filesystem::path& given) {
    if (!given.empty())
        return RuntimeDirectory(given);
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    for (const std::string base : {runtime ? runtime : "", "/tmp"}) {
        if (!base.starts_with('/'))
            continue;
        std::string pattern = base + "/entracte-screen.XXXXXX";
        if (::mkdtemp(pattern.data()))
            return RuntimeDirectory(pattern);
    }
    return fail(Error::fromErrno("No directory for the screen's own files could be made"));
}

RuntimeDirectory::~RuntimeDirectory() {
    std::error_code ignored;
    if (!m_path.empty())
        std::filesystem::remove_all(m_path, ignored);
}

} // namespace entracte::screen
