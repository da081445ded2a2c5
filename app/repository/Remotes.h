#pragma once

// The repositories that a person has given names: $XDG_CONFIG_HOME/entracte/remotes.toml.
//
//   [office]
//   address = "rclone:nextcloud:sessions"
//   passphrase-file = "/home/me/.secrets/office"     # or passphrase-command, or asked for

#include "session/base/Result.h"

#include <filesystem>
#include <map>
#include <string>

namespace entracte::repository {

struct Remote {
    std::string address;           // Place.h
    std::string passphraseFile;    // its first line; empty: none
    std::string passphraseCommand; // for /bin/sh; its first line of output; empty: none
};

class Remotes {
public:
    explicit Remotes(std::filesystem::path file) : m_file(std::move(file)) {}

    // Empty when there is no file. InvalidArgument when it makes no sense.
    Result<std::map<std::string, Remote>> all() const;
    // NotFound, with the names that there are.
    Result<Remote> find(const std::string& name) const;
    // InvalidArgument for a name that is taken, or is none.
    Status add(const std::string& name, const Remote& remote) const;
    Status remove(const std::string& name) const;

private:
    Status save(const std::map<std::string, Remote>& remotes) const;
    std::filesystem::path m_file;
};

// Letters, digits, "-" and "_"; at most 64.
bool isRemoteName(const std::string& name);

// The person's folders by the XDG base directory specification, ".../entracte" each.
std::filesystem::path configFolder();
std::filesystem::path stateFolder();
std::filesystem::path cacheFolder();

// Writes beside, then puts it in its place; readable by the person alone.
Status saveFile(const std::filesystem::path& file, const std::string& text);

} // namespace entracte::repository
