#include "session/transfer/BundleFormat.h"

#include <algorithm>

namespace entracte {

bool isPlainPath(std::string_view path) {
    if (path == "/")
        return true;
    if (!path.starts_with('/') || path.size() >= 4096 || path.find('\0') != path.npos)
        return false;
    for (std::size_t start = 1; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view step = path.substr(start, end - start);
        if (step.empty() || step == "." || step == ".." || step.size() > 255)
            return false;
        start = end + 1;
    }
    return true;
}

} // namespace entracte
