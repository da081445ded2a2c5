#pragma once

// The person's cookies (Xsecurity(7)): which one opens a display, and the file for a server of our
// own. Read and written through libXau. No cookie is ever logged or sent anywhere but to its
// server.

#include "session/base/Result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace entracte::screen {

inline constexpr const char* kCookieProtocol = "MIT-MAGIC-COOKIE-1";

struct Cookie {
    std::string bytes;
};

// Where a server was reached, in the terms of a cookie file (Xau(3)).
struct CookieAddress {
    std::uint16_t family = 0; // FamilyLocal, FamilyInternet, FamilyInternet6
    std::string address;      // the host name for FamilyLocal, 4 or 16 bytes otherwise
    std::uint16_t number = 0; // of the display
};
CookieAddress localCookieAddress(std::uint16_t displayNumber);
// Of a connected socket; one to this machine itself counts as local, as in every X client.
CookieAddress cookieAddressOfPeer(int socket, std::uint16_t displayNumber);

// The first entry that fits, a wild one included. Nothing when there is no file, or no entry in it.
std::optional<Cookie> findCookie(const std::filesystem::path& file, const CookieAddress& where);

// What X clients use when nobody names a file: $XAUTHORITY, else ~/.Xauthority. May be empty.
std::filesystem::path defaultCookieFile();

// Writes a new file (0600) with a new random cookie that fits every display.
Result<Cookie> createCookieFile(const std::filesystem::path& file);

} // namespace entracte::screen
