#include "app/repository/SshPlace.h"

#include "app/repository/ProgramPath.h"
#include "app/repository/RclonePlace.h"
#include "session/base/Subprocess.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <sstream>

namespace entracte::repository {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kScheme = "ssh://";
constexpr int kFirstMinor = 63; // of version 1, that runs ssh itself

bool isPlain(std::string_view text, std::string_view more) {
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               more.find(c) != std::string_view::npos;
    });
}

std::vector<std::string> personsEnvironment() {
    std::vector<std::string> all;
    for (char** variable = environ; *variable; ++variable)
        all.emplace_back(*variable);
    return all;
}

Result<std::string> outputOf(std::vector<std::string> command, const std::string& failed) {
    SubprocessSpec spec;
    spec.command = std::move(command);
    spec.environment = personsEnvironment();
    ENTRACTE_ASSIGN(done, runToEnd(std::move(spec), 30s));
    if (!done.status.success())
        return fail(ErrorCode::System, failed, done.errors);
    return std::move(done.output);
}

std::string homeFolder() {
    const char* const home = std::getenv("HOME");
    return home ? home : "";
}

std::string expanded(const std::string& path, const std::string& home) {
    return path.starts_with("~/") ? home + path.substr(1) : path;
}

} // namespace

Result<SshAddress> parseSshAddress(const std::string& address) {
    const auto wrong = [&] {
        return fail(ErrorCode::InvalidArgument, "\"" + address + "\" is no place of ssh's.", {},
                    "Write it as ssh://user@host/path.");
    };
    if (!address.starts_with(kScheme))
        return wrong();
    const std::string rest = address.substr(kScheme.size());
    const auto slash = rest.find('/');
    if (slash == std::string::npos || slash + 1 == rest.size())
        return wrong();
    SshAddress parsed;
    std::string where = rest.substr(0, slash);
    parsed.path = rest.substr(slash);
    if (parsed.path.starts_with("/~/"))
        parsed.path.erase(0, 3);
    if (const auto at = where.rfind('@'); at != std::string::npos) {
        parsed.user = where.substr(0, at);
        where.erase(0, at + 1);
        if (!isPlain(parsed.user, "._-+"))
            return wrong();
    }
    const auto colon = where.rfind(':');
    if (colon != std::string::npos && !where.ends_with(']')) {
        const auto* const end = where.data() + where.size();
        const auto [last, error] = std::from_chars(where.data() + colon + 1, end, parsed.port);
        if (error != std::errc() || last != end || parsed.port == 0)
            return wrong();
        where.erase(colon);
    }
    if (where.starts_with('[') && where.ends_with(']'))
        where = where.substr(1, where.size() - 2);
    if (!isPlain(where, ".-_:") || parsed.path.empty() ||
        parsed.path.find_first_of("\n\r") != std::string::npos)
        return wrong();
    parsed.host = where;
    return parsed;
}

bool runsSshItself(std::string_view version) {
    const auto at = version.find("rclone v");
    if (at == std::string_view::npos)
        return false;
    version.remove_prefix(at + std::string_view("rclone v").size());
    unsigned major = 0;
    unsigned minor = 0;
    const auto* const end = version.data() + version.size();
    const auto [dot, error] = std::from_chars(version.data(), end, major);
    if (error != std::errc() || dot == end || *dot != '.' ||
        std::from_chars(dot + 1, end, minor).ec != std::errc())
        return false;
    return major > 1 || minor >= kFirstMinor;
}

Result<Settings> settingsFromSsh(std::string_view sshSays, const SshSurroundings& surroundings) {
    std::map<std::string, std::string> one;
    std::vector<std::string> keys;
    std::vector<std::string> known;
    std::istringstream lines{std::string(sshSays)};
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.find(' ');
        if (space == std::string::npos)
            continue;
        const std::string name = line.substr(0, space);
        const std::string value = line.substr(space + 1);
        if (name == "identityfile")
            keys.push_back(expanded(value, surroundings.home));
        else if (name == "userknownhostsfile" || name == "globalknownhostsfile") {
            std::istringstream words(value);
            for (std::string word; words >> word;)
                known.push_back(expanded(word, surroundings.home));
        } else
            one.emplace(name, value);
    }
    for (const char* way : {"proxyjump", "proxycommand", "hostkeyalias"})
        if (one.contains(way) && one[way] != "none")
            return fail(ErrorCode::HostMismatch,
                        "ssh reaches " + one["hostname"] + " by " + way +
                            ", which this version of rclone cannot.",
                        {}, "Install rclone 1.63 or later, or mount the folder with sshfs.");
    const auto exists = [](const std::string& file) { return ::access(file.c_str(), R_OK) == 0; };
    Settings settings{{"HOST", one["hostname"]}, {"PORT", one["port"]}, {"USER", one["user"]}};
    // Without one, rclone would talk to whoever answers.
    const auto hosts = std::ranges::find_if(known, exists);
    if (hosts == known.end())
        return fail(ErrorCode::NotAuthorized,
                    "ssh does not know the host " + one["hostname"] + " yet.", {},
                    "Connect to it once with \"ssh\", and compare what it shows.");
    settings.emplace_back("KNOWN_HOSTS_FILE", *hosts);
    const auto key = std::ranges::find_if(keys, exists);
    if (!surroundings.hasAgent) {
        if (key == keys.end())
            return fail(ErrorCode::NotAuthorized,
                        "There is neither an ssh agent nor a key for " + one["hostname"] + ".", {},
                        "Start ssh-agent and add your key to it with ssh-add.");
        settings.emplace_back("KEY_FILE", *key);
    }
    return settings;
}

Result<std::unique_ptr<Place>> openSshPlace(const std::string& address, const std::string& spool) {
    ENTRACTE_ASSIGN(parsed, parseSshAddress(address));
    const std::string rclone = programPath("rclone");
    const std::string ssh = programPath("ssh");
    if (rclone.empty() || ssh.empty())
        return fail(ErrorCode::NotFound, "rclone and ssh are needed to reach the repository.", {},
                    "Install the packages rclone and openssh-client.");
    ENTRACTE_ASSIGN(version, outputOf({rclone, "version"}, "rclone does not run."));
    std::vector<std::string> command{ssh};
    if (parsed.port != 0)
        command.insert(command.end(), {"-p", std::to_string(parsed.port)});
    if (!parsed.user.empty())
        command.insert(command.end(), {"-l", parsed.user});

    Settings settings{{"TYPE", "sftp"},
                      {"SHELL_TYPE", "none"},
                      {"DISABLE_HASHCHECK", "true"},
                      {"SET_MODTIME", "false"}};
    if (runsSshItself(version)) {
        std::string words = "ssh";
        for (std::size_t i = 1; i < command.size(); ++i)
            words += " " + command[i];
        settings.emplace_back("SSH", words + " " + parsed.host);
        settings.emplace_back("HOST", parsed.host);
    } else {
        command.insert(command.begin() + 1, "-G");
        command.push_back(parsed.host);
        ENTRACTE_ASSIGN(says, outputOf(command, "ssh could not read its configuration."));
        SshSurroundings surroundings{homeFolder(), false};
        const std::string add = programPath("ssh-add");
        surroundings.hasAgent =
            std::getenv("SSH_AUTH_SOCK") && !add.empty() && outputOf({add, "-l"}, "").has_value();
        ENTRACTE_ASSIGN(found, settingsFromSsh(says, surroundings));
        settings.insert(settings.end(), found.begin(), found.end());
    }
    std::vector<std::string> variables;
    for (const auto& [name, value] : settings)
        variables.push_back("RCLONE_CONFIG_ENTRACTESSH_" + name + "=" + value);
    ENTRACTE_ASSIGN(place, RclonePlace::open("entractessh:" + parsed.path, variables, spool));
    return std::unique_ptr<Place>(std::move(place));
}

} // namespace entracte::repository
