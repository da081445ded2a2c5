#include "app/repository/Remotes.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace entracte::repository {

namespace {

namespace fs = std::filesystem;

fs::path baseFolder(const char* variable, const char* otherwise) {
    const char* const set = std::getenv(variable);
    if (set && *set == '/')
        return fs::path(set) / "entracte";
    const char* const home = std::getenv("HOME");
    return fs::path(home ? home : "/") / otherwise / "entracte";
}

std::string textOf(const toml::table& table, const char* key) {
    return table[key].value_or(std::string());
}

} // namespace

fs::path configFolder() {
    return baseFolder("XDG_CONFIG_HOME", ".config");
}
fs::path stateFolder() {
    return baseFolder("XDG_STATE_HOME", ".local/state");
}
fs::path cacheFolder() {
    return baseFolder("XDG_CACHE_HOME", ".cache");
}

bool isRemoteName(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name.front() != '-' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

Status saveFile(const fs::path& file, const std::string& text) {
    std::error_code problem;
    fs::create_directories(file.parent_path(), problem);
    const std::string part = file.string() + ".part-" + std::to_string(::getpid());
    const UniqueFd out(
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out || ::write(out.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.get()) != 0 || ::rename(part.c_str(), file.c_str()) != 0) {
        Error error = Error::fromErrno("The file " + file.string() + " could not be written");
        ::unlink(part.c_str());
        return fail(std::move(error));
    }
    return {};
}

Result<std::map<std::string, Remote>> Remotes::all() const try {
    std::map<std::string, Remote> remotes;
    std::ifstream in(m_file);
    if (!in)
        return remotes;
    const toml::table table = toml::parse(in, m_file.string());
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        const auto* const entry = node.as_table();
        Remote remote;
        if (entry)
            remote = {textOf(*entry, "address"), textOf(*entry, "passphrase-file"),
                      textOf(*entry, "passphrase-command")};
        if (!isRemoteName(name) || remote.address.empty())
            return fail(ErrorCode::InvalidArgument,
                        "The file " + m_file.string() + " has an entry that is no repository.", {},
                        "Each has a name of letters and digits, and an address.");
        remotes.emplace(name, remote);
    }
    return remotes;
} catch (const toml::parse_error& problem) {
    return fail(ErrorCode::InvalidArgument, "The file " + m_file.string() + " cannot be read: " +
                                                std::string(problem.description()) + ".");
}

Result<Remote> Remotes::find(const std::string& name) const {
    ENTRACTE_ASSIGN(remotes, all());
    if (const auto found = remotes.find(name); found != remotes.end())
        return found->second;
    std::string names;
    for (const auto& [other, remote] : remotes)
        names += (names.empty() ? "" : ", ") + other;
    return fail(ErrorCode::NotFound, "There is no repository called \"" + name + "\".", {},
                names.empty() ? "\"entracte remote add\" makes one known."
                              : "There are: " + names + ".");
}

Status Remotes::add(const std::string& name, const Remote& remote) const {
    if (!isRemoteName(name))
        return fail(ErrorCode::InvalidArgument,
                    "The name of a repository has letters, digits, \"-\" and \"_\".");
    ENTRACTE_ASSIGN(remotes, all());
    if (!remotes.emplace(name, remote).second)
        return fail(ErrorCode::InvalidArgument,
                    "There is a repository called \"" + name + "\" already.", {},
                    "Take another name, or \"entracte remote remove\" that one first.");
    return save(remotes);
}

Status Remotes::remove(const std::string& name) const {
    ENTRACTE_TRY(find(name));
    ENTRACTE_ASSIGN(remotes, all());
    remotes.erase(name);
    return save(remotes);
}

Status Remotes::save(const std::map<std::string, Remote>& remotes) const {
    toml::table table;
    for (const auto& [name, remote] : remotes) {
        toml::table entry{{"address", remote.address}};
        if (!remote.passphraseFile.empty())
            entry.insert("passphrase-file", remote.passphraseFile);
        if (!remote.passphraseCommand.empty())
            entry.insert("passphrase-command", remote.passphraseCommand);
        table.insert(name, std::move(entry));
    }
    std::ostringstream text;
    text << "# The repositories of \"entracte push\" and \"entracte pull\".\n" << table << "\n";
    return saveFile(m_file, text.str());
}

} // namespace entracte::repository
