#include "app/cli/move/RemoteScreen.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "session/base/UniqueFd.h"

namespace entracte::cli {

namespace {

namespace fs = std::filesystem;

// Whether an X server listens there: a display of this machine, ":N".
bool answers(const std::string& display) {
    if (display.size() < 2 || display.front() != ':')
        return false;
    const auto number = display.substr(1, display.find('.') - 1);
    if (number.empty() || number.size() > 5 ||
        number.find_first_not_of("0123456789") != std::string::npos)
        return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/tmp/.X11-unix/X" + number;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0;
}

std::string variable(const std::string& environment, std::string_view name) {
    for (std::size_t at = 0; at < environment.size();) {
        const auto end = std::min(environment.find('\0', at), environment.size());
        const std::string_view entry(environment.data() + at, end - at);
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return std::string(entry.substr(name.size() + 1));
        at = end + 1;
    }
    return {};
}

} // namespace

std::optional<RemoteScreen> findScreen(const std::string& wanted) {
    std::error_code ignored;
    // Programs within sessions see other files; those that we cannot look at are not ours.
    const auto here = fs::read_symlink("/proc/self/ns/mnt", ignored);
    std::map<std::pair<std::string, std::string>, int> seen;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        struct stat info {};
        if (name.find_first_not_of("0123456789") != std::string::npos ||
            ::stat(entry.path().c_str(), &info) != 0 || info.st_uid != ::getuid())
            continue;
        std::error_code problem;
        if (fs::read_symlink(entry.path() / "ns/mnt", problem) != here || problem)
            continue;
        std::ifstream file(entry.path() / "environ", std::ios::binary);
        const std::string environment((std::istreambuf_iterator<char>(file)), {});
        const auto display = variable(environment, "DISPLAY");
        if (!display.empty() && (wanted.empty() || display == wanted))
            ++seen[{display, variable(environment, "XAUTHORITY")}];
    }
    std::vector<std::pair<int, RemoteScreen>> found;
    for (const auto& [screen, count] : seen)
        found.push_back({count, {screen.first, screen.second}});
    if (!wanted.empty())
        found.push_back({0, {wanted, {}}});
    std::ranges::stable_sort(found, std::ranges::greater{},
                             [](const auto& one) { return one.first; });
    for (auto& [count, screen] : found) {
        if (!answers(screen.display))
            continue;
        if (const char* home = std::getenv("HOME"); screen.xauthority.empty() && home) {
            const auto usual = fs::path(home) / ".Xauthority";
            if (fs::exists(usual, ignored))
                screen.xauthority = usual;
        }
        return screen;
    }
    return std::nullopt;
}

} // namespace entracte::cli
