#pragma once

// Lines for the proxy's log (standard error): what happened, and what did not match.

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace entracte::xproxy {

template <typename... Arguments>
void logLine(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    const auto line =
        "entracte-xproxy: " + fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace entracte::xproxy
