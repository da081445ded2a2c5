#include "session/engine/ControlGroups.h"

#include "session/store/Directories.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace entracte {

namespace {

namespace fs = std::filesystem;

constexpr std::array kControllers{"memory", "cpu", "cpuacct", "pids"};
constexpr const char* kRemembered = "control-groups";
constexpr std::size_t kMostBytes = 64 * 1024;

std::string readText(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::set<std::string> words(std::string text) {
    std::ranges::replace(text, ',', ' ');
    std::istringstream in(text);
    std::set<std::string> found;
    for (std::string word; in >> word;)
        found.insert(word);
    return found;
}

struct Hierarchy {
    fs::path root;               // the group that is mounted
    fs::path mount;              // where
    std::set<std::string> names; // its controllers and its name, of version 1; empty: version 2

    int version() const { return names.empty() ? 2 : 1; }
    // Empty for a group that the mount does not show.
    fs::path folder(const fs::path& group) const {
        const fs::path inside = group.lexically_relative(root);
        if (group.empty() || inside.empty() || *inside.begin() == "..")
            return {};
        return inside == "." ? mount : mount / inside;
    }
};

// Where groups are mounted (proc(5), mountinfo: after " - " the type, the source and the options).
std::vector<Hierarchy> hierarchies(const std::string& mounts) {
    std::vector<Hierarchy> found;
    std::istringstream in(mounts);
    for (std::string line; std::getline(in, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream before(line.substr(0, dash));
        std::istringstream after(line.substr(dash + 3));
        std::string skipped, root, point, type, source, options;
        before >> skipped >> skipped >> skipped >> root >> point;
        after >> type >> source >> options;
        if (type == "cgroup2")
            found.push_back({root, point, {}});
        else if (type == "cgroup")
            found.push_back({root, point, words(options)});
    }
    return found;
}

// The helper's own group in a hierarchy (cgroups(7), /proc/PID/cgroup); empty when it has none.
fs::path ownGroup(const std::string& own, const std::string& name) {
    std::istringstream in(own);
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        if (name.empty() ? names.empty() : words(names).contains(name)) {
            const fs::path group = line.substr(second + 1);
            // It once made room for sessions there.
            return group.filename() == kHelperGroup ? group.parent_path() : group;
        }
    }
    return {};
}

// The group of the unit that keeps sessions, as systemd calls it: in its own hierarchy, which is
// the one of version 2 or, on older systems, one of version 1 without controllers.
fs::path keptGroup(const std::string& own) {
    for (const char* name : {"name=systemd", ""}) {
        const fs::path helper = ownGroup(own, name);
        if (helper.extension() == ".service")
            return helper.parent_path() / ControlGroups::kService;
    }
    return {};
}

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return !path.empty() && fs::is_directory(path, ignored);
}

GroupPlaces choose(const std::string& own, const std::string& mounts) {
    GroupPlaces places;
    const fs::path kept = keptGroup(own);
    for (const Hierarchy& hierarchy : hierarchies(mounts)) {
        for (const std::string controller : kControllers) {
            const bool second = hierarchy.version() == 2;
            if (second ? places.contains(controller) : !hierarchy.names.contains(controller))
                continue;
            GroupPlace place{hierarchy.folder(kept), hierarchy.version(), true};
            if (!isFolder(place.path)) {
                const fs::path group = ownGroup(own, second ? "" : controller);
                if (second && group.extension() == ".service")
                    continue;
                place = {hierarchy.folder(group), hierarchy.version(), false};
            }
            // Version 2 counts processor time without a controller's help.
            if (isFolder(place.path) &&
                (!second || controller == "cpuacct" ||
                 words(readText(place.path / "cgroup.controllers")).contains(controller)))
                places[controller] = place;
        }
    }
    return places;
}

std::string written(const GroupPlaces& places) {
    std::ostringstream out;
    for (const auto& [controller, place] : places)
        out << controller << ' ' << place.version << ' ' << place.kept << ' ' << place.path.string()
            << '\n';
    return out.str();
}

bool holdsSessions(const fs::path& place) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(place, error)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(kGroupPrefix) && name != kHelperGroup && name != kKeeperGroup)
            return true;
    }
    return false;
}

// Those of the helper before this one, if sessions are there.
GroupPlaces remembered(const std::string& text) {
    GroupPlaces places;
    bool holding = false;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string controller, path;
        GroupPlace place;
        if (!(fields >> controller >> place.version >> place.kept >> std::ws) ||
            !std::getline(fields, path) || !isFolder(path))
            return {};
        place.path = path;
        holding = holding || holdsSessions(place.path);
        places[controller] = place;
    }
    return holding ? places : GroupPlaces();
}

} // namespace

void ControlGroups::find(const fs::path& runtime, const std::string& own,
                         const std::string& mounts) {
    const auto folder = openDirectory(runtime, false);
    if (folder)
        if (const auto text = readFileAt(folder->get(), kRemembered, kMostBytes))
            m_places = remembered(*text);
    if (m_places.empty())
        m_places = choose(own.empty() ? readText("/proc/self/cgroup") : own,
                          mounts.empty() ? readText("/proc/self/mountinfo") : mounts);
    if (folder)
        if (const auto noted = writeFileDurably(folder->get(), kRemembered, written(m_places));
            !noted)
            spdlog::warn("control groups: {}", noted.error().forLog());
}

} // namespace entracte
