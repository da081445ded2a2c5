#pragma once

// What a DISPLAY value means (X(7), "DISPLAY NAMES"; libxcb's xcb_util.c for the forms beyond it).

#include "session/base/Result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace entracte::screen {

struct DisplayName {
    enum class Kind : std::uint8_t {
        Unix, // `path` names the server's socket; the abstract name of the same spelling may exist
              // too
        Tcp,  // `host`, port 6000 + number
    };
    Kind kind = Kind::Unix;
    std::string path;
    std::string host;
    std::uint16_t number = 0;

    bool remote() const { return kind == Kind::Tcp; }
    std::uint16_t port() const { return static_cast<std::uint16_t>(6000 + number); }
};

// `:N[.S]`, `unix:N`, `HOST/unix:N`, `unix/:N`, `/path/of/socket[:N][.S]`, `unix:/path`,
// `HOST:N[.S]`, `tcp/HOST:N`, `[v6 address]:N`. Anything else is InvalidArgument. Looks at the file
// system only for the path forms, whose socket names may themselves end in `:0` or `.0`.
Result<DisplayName> parseDisplayName(std::string_view text);

} // namespace entracte::screen
