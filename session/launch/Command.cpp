#include "session/launch/Command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

namespace entracte::launch {

namespace {

bool isProgram(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

std::string nameOf(const std::string& path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

std::string find(const std::string& name, const std::string& path, const std::string& ours) {
    if (name.find('/') != std::string::npos)
        return name;
    std::istringstream folders(path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && folder != ours && isProgram(folder + "/" + name))
            return folder + "/" + name;
    return {};
}

} // namespace

Command withProfiles(std::vector<std::string> arguments, const Profiles& profiles,
                     const std::string& path, const std::string& ours) {
    Command command;
    const std::string asked = arguments.front();
    command.program = find(asked, path, ours);
    std::error_code unknown;
    const std::string real = nameOf(std::filesystem::canonical(command.program, unknown).string());
    std::vector<std::string> more;
    // Those for every program first: what is said of one program counts more.
    for (const bool general : {true, false})
        for (const auto& [id, profile] : profiles) {
            if (profile.isForEverything() != general ||
                !(profile.matches(nameOf(asked)) || profile.matches(real)))
                continue;
            for (const auto& [name, value] : profile.environment)
                command.environment[name] = value;
            more.insert(more.end(), profile.arguments.begin(), profile.arguments.end());
        }
    arguments.insert(arguments.begin() + 1, more.begin(), more.end());
    command.arguments = std::move(arguments);
    return command;
}

} // namespace entracte::launch
