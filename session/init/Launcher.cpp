#include "session/init/Launcher.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace entracte::init {
namespace {

constexpr const char* kLauncher = "/usr/lib/entracte/entracte-launch";
// As session/launch/Links.h has them.
constexpr const char* kLinks = "/run/entracte/bin";
constexpr const char* kMenus = "/run/entracte/share";
// As session/launch/DeskFiles.h has it.
constexpr const char* kFallback = "/run/entracte/fallback";

bool hasLauncher() {
    return ::access(kLauncher, X_OK) == 0;
}

void putAround(const char* variable, const char* first, const std::string& last,
               const char* usual) {
    const char* const now = std::getenv(variable);
    const std::string value = std::string(first) + ":" + (now && *now ? now : usual) + ":" + last;
    ::setenv(variable, value.c_str(), 1);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (const auto& string : strings)
        result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

} // namespace

void setUpLauncher() {
    if (!hasLauncher())
        return;
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(kLauncher, kLauncher, "--set-up", nullptr);
        ::_exit(127);
    }
    int status = -1;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) {
        std::fputs("Programs that are not started by the session itself get no profiles.\n",
                   stderr);
        return;
    }
    putAround("PATH", kLinks, std::string(kFallback) + "/bin", "/usr/local/bin:/usr/bin:/bin");
    putAround("XDG_DATA_DIRS", kMenus, kFallback, "/usr/local/share:/usr/share");
}

int becomeItself(const std::vector<std::string>& arguments) {
    ::execvp(arguments.front().c_str(), pointers(arguments).data());
    return errno;
}

int becomeLaunched(const std::vector<std::string>& arguments, int report) {
    if (hasLauncher()) {
        std::vector<std::string> command = {kLauncher, "--report", std::to_string(report), "--"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        ::fcntl(report, F_SETFD, 0); // the launcher closes it when it becomes the program
        ::execv(kLauncher, pointers(command).data());
        ::fcntl(report, F_SETFD, FD_CLOEXEC);
    }
    return becomeItself(arguments);
}

} // namespace entracte::init
