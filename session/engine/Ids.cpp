#include "session/engine/Types.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

namespace entracte {

namespace {
constexpr std::size_t kDigits = 16;
constexpr std::string_view kHex = "0123456789abcdef";
} // namespace

Result<std::string> parseId(std::string_view text) {
    const bool good = text.size() == kDigits && std::ranges::all_of(text, [](char c) {
                          return kHex.find(c) != std::string_view::npos;
                      });
    if (!good)
        return fail(ErrorCode::InvalidArgument,
                    "This is not the identifier of a session or a snapshot.", {},
                    "Identifiers have 16 digits; \"entracte list\" shows them.");
    return std::string(text);
}

std::string newId() {
    std::array<unsigned char, kDigits / 2> bytes{};
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (got > 0)
            filled += static_cast<std::size_t>(got);
    }
    std::string id;
    for (const unsigned char byte : bytes) {
        id += kHex[byte >> 4];
        id += kHex[byte & 15];
    }
    return id;
}

} // namespace entracte
