#include "session/base/BusAddress.h"

#include <algorithm>
#include <cctype>

namespace entracte {
namespace {

bool isHex(char letter) {
    return std::isxdigit(static_cast<unsigned char>(letter)) != 0;
}

// D-Bus Specification, "Server Addresses": what need not be escaped, and "%" with two digits.
bool isValue(std::string_view value) {
    constexpr std::string_view kPlain = "-_/\\*.";
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char letter = value[at];
        if (letter == '%') {
            if (at + 2 >= value.size() || !isHex(value[at + 1]) || !isHex(value[at + 2]) ||
                value.substr(at + 1, 2) == "00")
                return false;
            at += 2;
        } else if (const auto c = static_cast<unsigned char>(letter);
                   c >= 128 || (!std::isalnum(c) && kPlain.find(letter) == kPlain.npos)) {
            return false;
        }
    }
    return !value.empty();
}

} // namespace

bool isUnixBusAddress(std::string_view address) {
    constexpr std::string_view kPath = "unix:path=";
    constexpr std::string_view kAbstract = "unix:abstract=";
    constexpr std::string_view kGuid = "guid=";
    if (address.size() > kMaxBusAddress)
        return false;
    const bool path = address.starts_with(kPath);
    if (!path && !address.starts_with(kAbstract))
        return false;
    address.remove_prefix(path ? kPath.size() : kAbstract.size());
    if (const auto comma = address.find(','); comma != address.npos) {
        const auto more = address.substr(comma + 1);
        if (!more.starts_with(kGuid) || more.size() != kGuid.size() + 32 ||
            !std::ranges::all_of(more.substr(kGuid.size()), isHex))
            return false;
        address = address.substr(0, comma);
    }
    return isValue(address) && (!path || address.front() == '/');
}

} // namespace entracte
