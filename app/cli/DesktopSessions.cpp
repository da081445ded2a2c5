#include "app/cli/DesktopSessions.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace entracte::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 1024UL * 1024;

// The keys of the group [Desktop Entry]; nullopt when it is no such file.
std::optional<std::map<std::string, std::string>> entryOf(const fs::path& path) {
    std::error_code unreadable;
    const auto size = fs::file_size(path, unreadable);
    if (unreadable || size > kMaxFile)
        return std::nullopt;
    std::ifstream file(path);
    std::map<std::string, std::string> keys;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.starts_with('['))
            inside = line == "[Desktop Entry]";
        const auto equals = line.find('=');
        if (!inside || line.starts_with('#') || equals == std::string::npos)
            continue;
        auto key = line.substr(0, equals);
        key.erase(key.find_last_not_of(" \t") + 1);
        auto value = line.substr(equals + 1);
        value.erase(0, value.find_first_not_of(" \t"));
        keys.emplace(std::move(key), std::move(value));
    }
    if (keys["Exec"].empty() || keys["Hidden"] == "true")
        return std::nullopt;
    return keys;
}

std::map<std::string, fs::path> installed(const std::vector<std::string>& folders) {
    std::map<std::string, fs::path> found;
    for (const auto& folder : folders) {
        std::error_code absent;
        for (const auto& entry : fs::directory_iterator(folder, absent))
            if (entry.path().extension() == ".desktop")
                found.emplace(entry.path().stem(), entry.path()); // the first folder wins
    }
    return found;
}

Error notInstalled(const std::string& name, const std::map<std::string, fs::path>& sessions) {
    std::string ids;
    for (const auto& [id, path] : sessions)
        if (entryOf(path))
            ids += (ids.empty() ? "" : ", ") + id;
    return Error(ErrorCode::NotFound, "There is no desktop \"" + name + "\" on this machine.")
        .withHint(ids.empty() ? "Install one, such as xfce4, lxqt-core, icewm or openbox."
                              : "There are: " + ids + ".");
}

} // namespace

std::vector<std::string> xsessionFolders(const std::string& dataDirectories) {
    std::istringstream list(dataDirectories.empty() ? "/usr/local/share:/usr/share"
                                                    : dataDirectories);
    std::vector<std::string> folders;
    for (std::string folder; std::getline(list, folder, ':');)
        if (folder.starts_with('/'))
            folders.push_back(folder + "/xsessions");
    // A narrow XDG_DATA_DIRS does not make a desktop uninstalled.
    folders.emplace_back("/usr/share/xsessions");
    return folders;
}

Result<std::vector<std::string>> execWords(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool any = false;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (c == '\\' && quoted && i + 1 < line.size()) {
            word += line[++i];
        } else if (c == '%' && i + 1 < line.size()) {
            if (line[++i] == '%') // every other code stands for what a login does not give
                word += '%';
        } else if ((c == ' ' || c == '\t') && !quoted) {
            if (any || !word.empty())
                words.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word += c;
        }
    }
    if (quoted)
        return fail(ErrorCode::InvalidArgument, "A quotation mark is never closed: " + line);
    if (any || !word.empty())
        words.push_back(word);
    return words;
}

Result<DesktopSession> findDesktopSession(const std::string& name,
                                          const std::vector<std::string>& folders) {
    const auto sessions = installed(folders);
    auto found = sessions.find(name);
    if (found == sessions.end() && !name.empty())
        found = std::ranges::find_if(
            sessions, [&](const auto& session) { return session.first.starts_with(name + "-"); });
    const auto keys = found == sessions.end() ? std::nullopt : entryOf(found->second);
    if (!keys)
        return fail(notInstalled(name, sessions));
    DesktopSession session;
    session.id = found->first;
    ENTRACTE_ASSIGN(words, execWords(keys->at("Exec")));
    session.command = std::move(words);
    auto names = keys->contains("DesktopNames") ? keys->at("DesktopNames") : name;
    while (names.ends_with(';'))
        names.pop_back();
    std::ranges::replace(names, ';', ':');
    session.environment = {{"DESKTOP_SESSION", session.id},
                           {"XDG_SESSION_DESKTOP", session.id},
                           {"XDG_CURRENT_DESKTOP", names}};
    if (session.command.empty())
        return fail(notInstalled(name, sessions));
    return session;
}

} // namespace entracte::cli
