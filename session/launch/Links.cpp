#include "session/launch/Links.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace entracte::launch {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxEntry = 256UL * 1024;

bool hasItsOwn(const Profiles& profiles, std::string_view name) {
    return std::ranges::any_of(profiles, [&](const auto& entry) {
        return std::ranges::find(entry.second.match, name) != entry.second.match.end();
    });
}

Status made(const std::error_code& error, const std::string& path) {
    if (!error)
        return {};
    return fail(Error::fromErrno("\"" + path + "\" could not be made", error.value()));
}

} // namespace

Status makeLinks(const Profiles& profiles, const std::string& folder, const std::string& launcher) {
    std::error_code error;
    fs::create_directories(folder, error);
    ENTRACTE_TRY(made(error, folder));
    for (const auto& [id, profile] : profiles)
        for (const auto& name : profile.match) {
            const auto link = fs::path(folder) / name;
            if (name == "*" || fs::is_symlink(link, error))
                continue;
            error.clear();
            fs::create_symlink(launcher, link, error);
            ENTRACTE_TRY(made(error, link));
        }
    return {};
}

std::string withoutPaths(const Profiles& profiles, const std::string& entry) {
    std::istringstream lines(entry);
    std::string changed;
    bool any = false;
    for (std::string line; std::getline(lines, line);) {
        for (const std::string_view key : {"Exec=", "TryExec="}) {
            if (!line.starts_with(key) || line.size() == key.size() || line[key.size()] != '/')
                continue;
            const auto end = std::min(line.find(' ', key.size()), line.size());
            const auto slash = line.rfind('/', end - 1);
            const std::string name = line.substr(slash + 1, end - slash - 1);
            if (!hasItsOwn(profiles, name))
                continue;
            line = std::string(key) + name + line.substr(end);
            any = true;
        }
        changed += line + "\n";
    }
    return any ? changed : std::string();
}

Status copyMenuEntries(const Profiles& profiles, const std::string& from, const std::string& to) {
    std::error_code error;
    fs::create_directories(to, error);
    ENTRACTE_TRY(made(error, to));
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(from, absent)) {
        std::error_code unreadable;
        if (entry.path().extension() != ".desktop" || entry.file_size(unreadable) > kMaxEntry ||
            unreadable)
            continue;
        std::ifstream file(entry.path());
        const std::string text((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());
        if (const auto changed = withoutPaths(profiles, text); !changed.empty())
            std::ofstream(fs::path(to) / entry.path().filename()) << changed;
    }
    return {};
}

} // namespace entracte::launch
