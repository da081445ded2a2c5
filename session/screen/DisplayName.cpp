#include "session/screen/DisplayName.h"

#include <sys/stat.h>

#include <charconv>
#include <optional>

namespace entracte::screen {
namespace {

constexpr std::uint16_t kMaxNumber = 65535 - 6000;
constexpr std::size_t kMaxLength = 512;

std::optional<std::uint16_t> parseNumber(std::string_view digits) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number > kMaxNumber)
        return std::nullopt;
    return number;
}

// "N" or "N.S": the number of the display.
std::optional<std::uint16_t> parseNumberAndScreen(std::string_view text) {
    const auto dot = text.find('.');
    if (dot != std::string_view::npos && !parseNumber(text.substr(dot + 1)))
        return std::nullopt;
    return parseNumber(text.substr(0, dot));
}

bool isSocket(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

DisplayName fromPath(std::string_view text) {
    DisplayName name;
    name.path = text;
    if (const auto dot = text.rfind('.'); !isSocket(name.path) && dot != std::string_view::npos) {
        if (parseNumber(text.substr(dot + 1)))
            name.path = text.substr(0, dot);
    }
    if (const auto colon = name.path.rfind(':'); colon != std::string::npos)
        name.number =
            parseNumberAndScreen(std::string_view(name.path).substr(colon + 1)).value_or(0);
    return name;
}

tl::unexpected<Error> wrong(std::string_view text) {
    return fail(ErrorCode::InvalidArgument,
                "\"" + std::string(text.substr(0, 100)) + "\" is not the name of a display.", {},
                "Give a name like :0 or host:0.");
}

} // namespace

Result<DisplayName> parseDisplayName(std::string_view text) {
    if (text.empty() || text.size() > kMaxLength || text.find('\0') != std::string_view::npos)
        return wrong(text);
    if (text.starts_with('/'))
        return fromPath(text);
    if (text.starts_with("unix:/"))
        return fromPath(text.substr(5));

    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return wrong(text);
    const auto number = parseNumberAndScreen(text.substr(colon + 1));
    if (!number)
        return wrong(text);

    std::string_view protocol;
    std::string_view host = text.substr(0, colon);
    if (const auto slash = host.find('/'); slash != std::string_view::npos) {
        protocol = host.substr(0, slash);
        host = host.substr(slash + 1);
    }

    DisplayName name;
    name.number = *number;
    const bool tcp = protocol == "tcp" || protocol == "inet" || protocol == "inet6";
    if (!tcp && (host.empty() || host == "unix" || protocol == "unix")) {
        name.path = "/tmp/.X11-unix/X" + std::to_string(*number);
        return name;
    }
    if (!protocol.empty() && !tcp)
        return wrong(text);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (host.ends_with(':')) // "host::0" was DECnet
        return wrong(text);
    name.kind = DisplayName::Kind::Tcp;
    name.host = host.empty() ? std::string_view("localhost") : host;
    return name;
}

} // namespace entracte::screen
