#pragma once

// What a screen tells of the session's windows: written to the stream socket that came with
// ToScreen::Survey, which is closed at the end. A header, so many windows, and a PNG. Nothing but
// its form can be believed.

#include <cstdint>

namespace entracte::screen {

inline constexpr std::uint32_t kSurveyMagic = 0x31565345; // "ESV1"
inline constexpr std::uint32_t kMaxSurveyWindows = 256;
inline constexpr std::uint32_t kMaxThumbnail = 512 * 1024; // bytes
inline constexpr std::uint32_t kThumbnailWidth = 480;      // pixels, at most
inline constexpr std::uint32_t kThumbnailHeight = 300;

struct SurveyHeader {
    std::uint32_t magic;
    std::uint32_t windows;
    std::uint32_t pngBytes; // 0: no picture
};

struct SurveyWindow { // topmost first; pixels, relative to the screen
    std::int32_t x, y;
    std::uint32_t width, height;
    char title[192]; // UTF-8, ended by a NUL
    char className[64];
};

} // namespace entracte::screen
