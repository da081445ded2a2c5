#include "session/screen/Png.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

namespace entracte::screen {
namespace {

void appendNumber(std::vector<std::byte>& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::byte>(value >> shift));
}

void appendChunk(std::vector<std::byte>& out, const char (&type)[5], const Bytef* data,
                 std::size_t size) {
    appendNumber(out, static_cast<std::uint32_t>(size));
    const std::size_t start = out.size();
    for (int i = 0; i < 4; ++i)
        out.push_back(static_cast<std::byte>(type[i]));
    const auto* const bytes = reinterpret_cast<const std::byte*>(data);
    out.insert(out.end(), bytes, bytes + size);
    appendNumber(out, static_cast<std::uint32_t>(
                          ::crc32(0, reinterpret_cast<const Bytef*>(out.data() + start),
                                  static_cast<uInt>(out.size() - start))));
}

} // namespace

Picture scaledDown(const Picture& picture, std::uint32_t maxWidth, std::uint32_t maxHeight) {
    const double factor = std::max({1.0, static_cast<double>(picture.width) / maxWidth,
                                    static_cast<double>(picture.height) / maxHeight});
    Picture small(std::max(1u, static_cast<std::uint32_t>(picture.width / factor)),
                  std::max(1u, static_cast<std::uint32_t>(picture.height / factor)));
    for (std::uint32_t y = 0; y < small.height; ++y) {
        const auto top = static_cast<std::uint64_t>(y) * picture.height / small.height;
        const auto bottom = static_cast<std::uint64_t>(y + 1) * picture.height / small.height;
        for (std::uint32_t x = 0; x < small.width; ++x) {
            const auto left = static_cast<std::uint64_t>(x) * picture.width / small.width;
            const auto right = static_cast<std::uint64_t>(x + 1) * picture.width / small.width;
            std::uint64_t sum[3] = {};
            for (auto row = top; row < bottom; ++row)
                for (auto column = left; column < right; ++column)
                    for (std::size_t colour = 0; colour < 3; ++colour)
                        sum[colour] += picture.rgb[3 * (row * picture.width + column) + colour];
            const auto count = std::max<std::uint64_t>(1, (bottom - top) * (right - left));
            for (std::size_t colour = 0; colour < 3; ++colour)
                small.rgb[3 * (std::size_t{y} * small.width + x) + colour] =
                    static_cast<std::uint8_t>(sum[colour] / count);
        }
    }
    return small;
}

std::vector<std::byte> encodePng(const Picture& picture, const std::string& bounds) {
    // Each row begins with its filter: 1, the difference to the pixel on the left.
    const std::size_t row = std::size_t{3} * picture.width;
    std::vector<Bytef> filtered;
    filtered.reserve((row + 1) * picture.height);
    for (std::uint32_t y = 0; y < picture.height; ++y) {
        const std::uint8_t* const pixels = picture.rgb.data() + y * row;
        filtered.push_back(1);
        for (std::size_t i = 0; i < row; ++i)
            filtered.push_back(static_cast<Bytef>(pixels[i] - (i < 3 ? 0 : pixels[i - 3])));
    }
    uLongf packedSize = ::compressBound(static_cast<uLong>(filtered.size()));
    std::vector<Bytef> packed(packedSize);
    if (::compress2(packed.data(), &packedSize, filtered.data(),
                    static_cast<uLong>(filtered.size()), 6) != Z_OK)
        return {};

    std::vector<std::byte> out;
    for (const char byte : std::string_view("\x89PNG\r\n\x1a\n"))
        out.push_back(static_cast<std::byte>(byte));
    std::vector<std::byte> header;
    appendNumber(header, picture.width);
    appendNumber(header, picture.height);
    for (const int byte : {8, 2, 0, 0, 0}) // depth, RGB, deflate, adaptive filters, no interlacing
        header.push_back(static_cast<std::byte>(byte));
    appendChunk(out, "IHDR", reinterpret_cast<const Bytef*>(header.data()), header.size());
    std::vector<std::byte> nothing; // 16 bits a colour
    for (const auto colour : kNothing) {
        nothing.push_back(std::byte{0});
        nothing.push_back(static_cast<std::byte>(colour));
    }
    appendChunk(out, "tRNS", reinterpret_cast<const Bytef*>(nothing.data()), nothing.size());
    const auto text = std::string("Bounds") + '\0' + bounds;
    appendChunk(out, "tEXt", reinterpret_cast<const Bytef*>(text.data()), text.size());
    appendChunk(out, "IDAT", packed.data(), packedSize);
    appendChunk(out, "IEND", nullptr, 0);
    return out;
}

} // namespace entracte::screen
