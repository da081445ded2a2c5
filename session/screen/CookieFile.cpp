#include "session/screen/CookieFile.h"

#include "session/base/UniqueFd.h"

#include <X11/X.h>
#include <X11/Xauth.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>

namespace entracte::screen {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
using Entry = std::unique_ptr<Xauth, void (*)(Xauth*)>;

constexpr std::size_t kCookieBytes = 16;
constexpr std::size_t kMaxCookieBytes = 256;

std::string hostName() {
    char name[HOST_NAME_MAX + 1] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

bool fits(const Xauth& entry, const CookieAddress& where) {
    if (std::string_view(entry.name, entry.name_length) != kCookieProtocol)
        return false;
    const std::string_view number(entry.number, entry.number_length);
    if (!number.empty() && number != std::to_string(where.number))
        return false;
    return entry.family == FamilyWild ||
           (entry.family == where.family &&
            std::string_view(entry.address, entry.address_length) == where.address);
}

} // namespace

CookieAddress localCookieAddress(std::uint16_t displayNumber) {
    return {FamilyLocal, hostName(), displayNumber};
}

CookieAddress cookieAddressOfPeer(int socket, std::uint16_t displayNumber) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
        return localCookieAddress(displayNumber);
    const auto bytes = [](const auto& address) {
        return std::string(reinterpret_cast<const char*>(&address), sizeof address);
    };
    if (peer.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        if (ntohl(v4.sin_addr.s_addr) != INADDR_LOOPBACK)
            return {FamilyInternet, bytes(v4.sin_addr), displayNumber};
    } else if (peer.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            return {FamilyInternet,
                    std::string(reinterpret_cast<const char*>(&v6.sin6_addr) + 12, 4),
                    displayNumber};
        if (!IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr))
            return {FamilyInternet6, bytes(v6.sin6_addr), displayNumber};
    }
    return localCookieAddress(displayNumber);
}

std::optional<Cookie> findCookie(const std::filesystem::path& file, const CookieAddress& where) {
    if (file.empty())
        return std::nullopt;
    const File stream(std::fopen(file.c_str(), "rbe"), &std::fclose);
    if (!stream)
        return std::nullopt;
    while (const Entry entry{XauReadAuth(stream.get()), &XauDisposeAuth}) {
        if (fits(*entry, where) && entry->data_length <= kMaxCookieBytes)
            return Cookie{std::string(entry->data, entry->data_length)};
    }
    return std::nullopt;
}

std::filesystem::path defaultCookieFile() {
    const char* name = XauFileName();
    return name ? name : "";
}

Result<Cookie> createCookieFile(const std::filesystem::path& file) {
    Cookie cookie{std::string(kCookieBytes, '\0')};
    if (::getrandom(cookie.bytes.data(), cookie.bytes.size(), 0) != kCookieBytes)
        return fail(Error::fromErrno("No random cookie could be made"));

    UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd)
        return fail(Error::fromErrno("The cookie file could not be made"));
    File stream(::fdopen(fd.get(), "wb"), &std::fclose);
    if (!stream)
        return fail(Error::fromErrno("The cookie file could not be made"));
    fd.release();

    std::string protocol = kCookieProtocol;
    Xauth entry{};
    entry.family = FamilyWild;
    entry.name = protocol.data();
    entry.name_length = static_cast<unsigned short>(protocol.size());
    entry.data = cookie.bytes.data();
    entry.data_length = static_cast<unsigned short>(cookie.bytes.size());
    if (!XauWriteAuth(stream.get(), &entry) || std::fflush(stream.get()) != 0)
        return fail(Error::fromErrno("The cookie file could not be written"));
    return cookie;
}

} // namespace entracte::screen
