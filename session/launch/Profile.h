#pragma once

// What a program needs so that it can be saved, in a file: variables and arguments that make it
// take a road that CRIU knows. A person never has to know them.
//
// Files (TOML) come from three places; a later one replaces an earlier one of the same file name:
// those built in (resources/profiles), /etc/entracte/profiles, and the person's own
// ~/.config/entracte/profiles. Read in the session, as the person: whoever can write such a file
// there could as well have started the program differently.

#include "session/base/Result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entracte::launch {

struct Profile {
    std::string id;                                 // the file's name without ".toml"
    std::vector<std::string> match;                 // names of programs; "*" is every program
    std::map<std::string, std::string> environment; // set for it, whatever it was
    std::vector<std::string> arguments;             // before those that it is given
    std::string notes;                              // for people: why

    bool isForEverything() const;
    bool matches(std::string_view program) const; // its name, without folders
};

// InvalidArgument names the line, or the key that is none.
Result<Profile> parseProfile(const std::string& id, std::string_view text);

// By id. A file that cannot be read is left out, and told in `problems`.
using Profiles = std::map<std::string, Profile>;
Profiles builtInProfiles();
void addProfiles(Profiles& profiles, const std::string& folder, std::vector<std::string>& problems);
inline constexpr const char* kSystemProfiles = "/etc/entracte/profiles";
// Where the person of this process has their own; empty without a home.
std::string ownProfiles();
// The three places, for the person of this process.
Profiles allProfiles(std::vector<std::string>& problems);

} // namespace entracte::launch
