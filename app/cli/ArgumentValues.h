#pragma once

// Values of options as people type them. Each function fills in what was meant, and answers what is
// wrong with the text; nothing when it is well.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace entracte::cli {

// "1280x800", in pixels
std::string parseSize(std::optional<std::pair<std::uint16_t, std::uint16_t>>& size,
                      const std::string& text);
// "90", "90s", "10min", "2h", "1d", "1w"; "never" and "now" are 0.
std::string parseSeconds(std::optional<std::uint32_t>& seconds, const std::string& text);
// "2G", "512M", "1500000000"; "none" is 0.
std::string parseBytes(std::optional<std::uint64_t>& bytes, const std::string& text);
// "150%" (where `percent`), "64"; "none" is 0.
std::string parseCount(std::optional<std::uint32_t>& count, std::string text, bool percent);

} // namespace entracte::cli
