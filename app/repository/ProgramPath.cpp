#include "app/repository/ProgramPath.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace entracte::repository {

std::string programPath(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string file = folder + "/" + name;
        if (folder.starts_with('/') && ::access(file.c_str(), X_OK) == 0)
            return file;
    }
    return {};
}

} // namespace entracte::repository
