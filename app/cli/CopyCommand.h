#pragma once

// "entracte cp": one file out of a running session, or into it.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <optional>
#include <string>
#include <string_view>

namespace entracte::cli {

// "SESSION:PATH". What has a "/" before the first ":" is a path of the person's.
struct PlaceInSession {
    std::string session;
    std::string path; // empty: the home folder
};
std::optional<PlaceInSession> placeInSession(std::string_view text);

// The exit status.
int copyFile(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
