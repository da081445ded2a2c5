#pragma once

// The server's answer to a connection's setup (X protocol, section 8 "Server Response"), taken
// apart, so that programs can be told of the session's own screen, in their own byte order.

#include "session/base/Result.h"
#include "xproxy/state/Wire.h"

#include <string>
#include <vector>

namespace entracte::xproxy {

struct VisualType {
    std::uint32_t id = 0;
    std::uint8_t visualClass = 0;
    std::uint8_t bitsPerRgb = 0;
    std::uint16_t colormapEntries = 0;
    std::uint32_t redMask = 0;
    std::uint32_t greenMask = 0;
    std::uint32_t blueMask = 0;
    // Whether pixels mean the same in both.
    bool looksLike(const VisualType& other) const {
        return visualClass == other.visualClass && redMask == other.redMask &&
               greenMask == other.greenMask && blueMask == other.blueMask &&
               bitsPerRgb == other.bitsPerRgb && colormapEntries == other.colormapEntries;
    }
};

struct DepthInfo {
    std::uint8_t depth = 0;
    std::vector<VisualType> visuals;
};

struct ScreenInfo {
    std::uint32_t root = 0;
    std::uint32_t defaultColormap = 0;
    std::uint32_t whitePixel = 0;
    std::uint32_t blackPixel = 0;
    std::uint32_t currentInputMasks = 0;
    std::uint16_t width = 0;  // pixels
    std::uint16_t height = 0; // pixels
    std::uint16_t widthMm = 0;
    std::uint16_t heightMm = 0;
    std::uint16_t minInstalledMaps = 0;
    std::uint16_t maxInstalledMaps = 0;
    std::uint32_t rootVisual = 0;
    std::uint8_t backingStores = 0;
    std::uint8_t saveUnders = 0;
    std::uint8_t rootDepth = 0;
    std::vector<DepthInfo> depths;
};

struct PixmapFormat {
    std::uint8_t depth = 0;
    std::uint8_t bitsPerPixel = 0;
    std::uint8_t scanlinePad = 0;
    bool operator==(const PixmapFormat&) const = default;
};

struct SetupInfo {
    std::uint16_t protocolMajor = 11;
    std::uint16_t protocolMinor = 0;
    std::uint32_t release = 0;
    std::uint32_t ridBase = 0;
    std::uint32_t ridMask = 0;
    std::uint32_t motionBufferSize = 0;
    std::uint16_t maxRequestLength = 0; // 4-byte units
    std::uint8_t imageByteOrder = 0;
    std::uint8_t bitmapBitOrder = 0;
    std::uint8_t bitmapScanlineUnit = 0;
    std::uint8_t bitmapScanlinePad = 0;
    std::uint8_t minKeycode = 0;
    std::uint8_t maxKeycode = 0;
    std::string vendor;
    std::vector<PixmapFormat> formats;
    std::vector<ScreenInfo> screens;

    XidRange range() const { return {ridBase, ridMask}; }
    const PixmapFormat* format(std::uint8_t depth) const;
    const VisualType* visual(std::uint32_t id) const;
    // Depth of the visual, 0 when there is none.
    std::uint8_t depthOf(std::uint32_t visual) const;
};

// A whole, accepting reply. InvalidArgument when it is shorter than its own counts say or makes no
// sense; ScreenUnavailable with the server's reason when it refuses.
Result<SetupInfo> parseSetup(ByteView reply, ByteOrder order);
Bytes serializeSetup(const SetupInfo& setup, ByteOrder order);

} // namespace entracte::xproxy
