#pragma once

// A picture as a PNG (RFC 2083): 8 bits each of red, green and blue.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace entracte::screen {

// A pixel of this colour, a grey, is where nothing is: what can, shows the ground behind it.
inline constexpr std::array<std::uint8_t, 3> kNothing{0xc8, 0xc8, 0xc9};

struct Picture {
    std::uint32_t width = 0; // pixels
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgb; // rows from the top, 3 bytes a pixel

    Picture(std::uint32_t w, std::uint32_t h) : width(w), height(h), rgb(std::size_t{3} * w * h) {}
};

// At most so large, in the same proportions; each pixel the mean of those that it stands for.
Picture scaledDown(const Picture& picture, std::uint32_t maxWidth, std::uint32_t maxHeight);
// `bounds`: of the screen, what the picture shows; kept beside it as the text "Bounds", such as
// "100 50 640 400" (left, top, width, height in pixels). Empty when memory is short.
std::vector<std::byte> encodePng(const Picture& picture, const std::string& bounds);

} // namespace entracte::screen
