#include "app/common/HostList.h"

#include <glob.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace entracte {

namespace {

constexpr int kMaxDepth = 8; // of files that include others
constexpr std::size_t kMaxLine = 4096;

void addOnce(std::vector<std::string>& hosts, const std::string& host) {
    if (hosts.size() < kMaxHosts && checkHostName(host) &&
        std::ranges::find(hosts, host) == hosts.end())
        hosts.push_back(host);
}

// A line's words, as ssh reads them: "=" may stand after the first, words may be quoted.
std::vector<std::string> wordsOf(std::string line) {
    std::vector<std::string> words;
    const auto first = line.find_first_not_of(" \t");
    if (first == line.npos || line[first] == '#' || line.size() > kMaxLine)
        return words;
    if (const auto equals = line.find_first_of(" \t=", first); equals != line.npos) {
        const auto value = line.find_first_not_of(" \t", equals);
        if (value != line.npos && line[value] == '=')
            line[value] = ' ';
    }
    std::istringstream rest(line);
    for (std::string word; rest >> std::ws;) {
        if (rest.peek() == '"') {
            rest.get();
            std::getline(rest, word, '"');
        } else if (!(rest >> word) || word.starts_with('#')) {
            break;
        }
        words.push_back(word);
    }
    return words;
}

std::vector<std::string> filesLike(const std::string& pattern) {
    std::vector<std::string> files;
    glob_t found{};
    if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0)
        for (std::size_t i = 0; i < found.gl_pathc; ++i)
            files.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    return files;
}

void readConfig(const std::filesystem::path& file, const std::filesystem::path& folder, int depth,
                std::vector<std::string>& hosts) {
    std::ifstream in(file);
    for (std::string line; depth < kMaxDepth && std::getline(in, line);) {
        auto words = wordsOf(line);
        if (words.empty())
            continue;
        std::ranges::transform(words[0], words[0].begin(),
                               [](unsigned char c) { return std::tolower(c); });
        const std::vector<std::string> values(words.begin() + 1, words.end());
        for (const std::string& value : values) {
            if (words[0] == "host" && value.find_first_of("*?!%") == value.npos)
                addOnce(hosts, value);
            if (words[0] == "include")
                for (const auto& included :
                     filesLike(value.starts_with('/') || value.starts_with('~')
                                   ? value
                                   : (folder / value).string()))
                    readConfig(included, folder, depth + 1, hosts);
        }
    }
}

} // namespace

Status checkHostName(const std::string& host) {
    const bool plain = std::ranges::all_of(
        host, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
    const auto name = host.substr(host.rfind('@') + 1);
    if (host.empty() || host.size() > 200 || host.front() == '-' || name.empty() ||
        name.front() == '-' || !plain)
        return fail(ErrorCode::InvalidArgument, "This is not the name of a host.", {},
                    "It is [USER@]HOST, as ssh takes it.");
    return {};
}

std::vector<std::string> hostsOfSshConfig(const std::filesystem::path& file,
                                          const std::filesystem::path& folder) {
    std::vector<std::string> hosts;
    readConfig(file, folder, 0, hosts);
    return hosts;
}

std::vector<std::string> hostsOfList(const std::filesystem::path& file) {
    std::vector<std::string> hosts;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (const auto words = wordsOf(line); !words.empty())
            addOnce(hosts, words.front());
    return hosts;
}

std::vector<std::string> knownHosts() {
    const char* home = std::getenv("HOME");
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const std::filesystem::path at = home ? home : "/";
    const auto own = config && *config == '/' ? std::filesystem::path(config) : at / ".config";
    auto hosts = hostsOfList(own / "entracte" / "hosts");
    for (const std::string& host : hostsOfSshConfig(at / ".ssh" / "config", at / ".ssh"))
        addOnce(hosts, host);
    return hosts;
}

} // namespace entracte
