#include "session/launch/Profile.h"

#include "session/launch/BuiltInProfiles.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace entracte::launch {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 64UL * 1024;
constexpr std::size_t kMaxFiles = 512;

Error wrong(const std::string& id, const std::string& what) {
    return Error(ErrorCode::InvalidArgument, "The profile \"" + id + "\" " + what + ".");
}

Result<std::vector<std::string>> stringsOf(const std::string& id, const std::string& key,
                                           const toml::node& node) {
    std::vector<std::string> strings;
    const auto* const array = node.as_array();
    if (!array)
        return fail(wrong(id, "has no list of strings under \"" + key + "\""));
    for (const auto& entry : *array) {
        const auto text = entry.value<std::string>();
        if (!entry.is_string() || text->empty() || text->find('\0') != std::string::npos)
            return fail(wrong(id, "has something else than strings under \"" + key + "\""));
        strings.push_back(*text);
    }
    return strings;
}

bool isVariableName(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Status take(Profile& profile, const std::string& key, const toml::node& node) {
    if (key == "match" || key == "arguments") {
        ENTRACTE_ASSIGN(strings, stringsOf(profile.id, key, node));
        (key == "match" ? profile.match : profile.arguments) = std::move(strings);
    } else if (key == "notes" && node.is_string()) {
        profile.notes = *node.value<std::string>();
    } else if (key == "environment" && node.is_table()) {
        for (const auto& [variable, value] : *node.as_table()) {
            const std::string name(variable.str());
            const auto text = value.value<std::string>();
            if (!isVariableName(name) || !value.is_string() ||
                text->find('\0') != std::string::npos)
                return fail(wrong(profile.id, "sets no variable with \"" + name + "\""));
            profile.environment[name] = *text;
        }
    } else {
        return fail(wrong(profile.id, "has a key \"" + key + "\" that means nothing there"));
    }
    return {};
}

} // namespace

bool Profile::isForEverything() const {
    return std::ranges::find(match, "*") != match.end();
}

bool Profile::matches(std::string_view program) const {
    return isForEverything() || std::ranges::find(match, program) != match.end();
}

Result<Profile> parseProfile(const std::string& id, std::string_view text) try {
    Profile profile;
    profile.id = id;
    const toml::table table = toml::parse(text);
    for (const auto& [key, node] : table)
        ENTRACTE_TRY(take(profile, std::string(key.str()), node));
    if (profile.match.empty())
        return fail(wrong(id, "names no program under \"match\""));
    for (const auto& name : profile.match)
        if (name.find('/') != std::string::npos || name == "." || name == "..")
            return fail(wrong(id, "matches names of programs, not paths such as " + name));
    return profile;
} catch (const toml::parse_error& problem) {
    return fail(wrong(id, "cannot be read: line " + std::to_string(problem.source().begin.line) +
                              ", " + std::string(problem.description())));
}

Profiles builtInProfiles() {
    Profiles profiles;
    for (const auto& [id, text] : kBuiltInProfiles)
        if (auto profile = parseProfile(std::string(id), text))
            profiles.emplace(id, std::move(*profile));
    return profiles;
}

void addProfiles(Profiles& profiles, const std::string& folder,
                 std::vector<std::string>& problems) {
    std::error_code absent;
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
        std::error_code unreadable;
        if (entry.path().extension() != ".toml" || !entry.is_regular_file(unreadable) ||
            ++files > kMaxFiles)
            continue;
        const std::string id = entry.path().stem();
        const auto size = entry.file_size(unreadable);
        std::ifstream file(entry.path(), std::ios::binary);
        if (unreadable || size > kMaxFile || !file) {
            problems.push_back("The profile " + entry.path().string() + " cannot be read.");
            continue;
        }
        const std::string text((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());
        if (auto profile = parseProfile(id, text))
            profiles.insert_or_assign(id, std::move(*profile));
        else
            problems.push_back(profile.error().sentence());
    }
}

std::string ownProfiles() {
    const char* const configuration = std::getenv("XDG_CONFIG_HOME");
    const char* const home = std::getenv("HOME");
    if (configuration && configuration[0] == '/')
        return std::string(configuration) + "/entracte/profiles";
    return home && home[0] == '/' ? std::string(home) + "/.config/entracte/profiles"
                                  : std::string();
}

Profiles allProfiles(std::vector<std::string>& problems) {
    Profiles profiles = builtInProfiles();
    addProfiles(profiles, kSystemProfiles, problems);
    if (const auto own = ownProfiles(); !own.empty())
        addProfiles(profiles, own, problems);
    return profiles;
}

} // namespace entracte::launch
