#include "xproxy/proxy/SetupInfo.h"

#include <algorithm>

namespace entracte::xproxy {

namespace {
constexpr std::size_t kFixed = 40;       // up to the vendor's name
constexpr std::size_t kScreenFixed = 40; // up to the depths
constexpr std::size_t kVisualSize = 24;
constexpr std::size_t kMaxScreens = 16;

// `whole` becomes false when the counts promise more than there is.
ScreenInfo parseScreen(const MessageView& in, std::size_t& at, bool& whole) {
    ScreenInfo screen;
    screen.root = in.u32(at);
    screen.defaultColormap = in.u32(at + 4);
    screen.whitePixel = in.u32(at + 8);
    screen.blackPixel = in.u32(at + 12);
    screen.currentInputMasks = in.u32(at + 16);
    screen.width = in.u16(at + 20);
    screen.height = in.u16(at + 22);
    screen.widthMm = in.u16(at + 24);
    screen.heightMm = in.u16(at + 26);
    screen.minInstalledMaps = in.u16(at + 28);
    screen.maxInstalledMaps = in.u16(at + 30);
    screen.rootVisual = in.u32(at + 32);
    screen.backingStores = in.u8(at + 36);
    screen.saveUnders = in.u8(at + 37);
    screen.rootDepth = in.u8(at + 38);
    const unsigned depths = in.u8(at + 39);
    at += kScreenFixed;
    for (unsigned d = 0; d < depths && whole; ++d) {
        DepthInfo depth;
        depth.depth = in.u8(at);
        const unsigned visuals = in.u16(at + 2);
        at += 8;
        whole = at <= in.size() && std::size_t{visuals} * kVisualSize <= in.size() - at;
        for (unsigned v = 0; v < visuals && whole; ++v) {
            depth.visuals.push_back({in.u32(at), in.u8(at + 4), in.u8(at + 5), in.u16(at + 6),
                                     in.u32(at + 8), in.u32(at + 12), in.u32(at + 16)});
            at += kVisualSize;
        }
        screen.depths.push_back(std::move(depth));
    }
    return screen;
}

} // namespace

const PixmapFormat* SetupInfo::format(std::uint8_t depth) const {
    const auto found = std::ranges::find(formats, depth, &PixmapFormat::depth);
    return found == formats.end() ? nullptr : &*found;
}

const VisualType* SetupInfo::visual(std::uint32_t id) const {
    for (const auto& screen : screens)
        for (const auto& depth : screen.depths)
            for (const auto& visual : depth.visuals)
                if (visual.id == id)
                    return &visual;
    return nullptr;
}

std::uint8_t SetupInfo::depthOf(std::uint32_t id) const {
    for (const auto& screen : screens)
        for (const auto& depth : screen.depths)
            for (const auto& visual : depth.visuals)
                if (visual.id == id)
                    return depth.depth;
    return 0;
}

Result<SetupInfo> parseSetup(ByteView reply, ByteOrder order) {
    const MessageView in(reply, order);
    if (in.u8(0) != 1)
        return fail(ErrorCode::ScreenUnavailable, "The X server refused the connection.",
                    textOf(in.part(8, in.u8(1))));
    if (reply.size() < kFixed || reply.size() != 8 + std::size_t{in.u16(6)} * 4)
        return fail(ErrorCode::InvalidArgument, "The X server's greeting makes no sense.");
    SetupInfo setup;
    setup.protocolMajor = in.u16(2);
    setup.protocolMinor = in.u16(4);
    setup.release = in.u32(8);
    setup.ridBase = in.u32(12);
    setup.ridMask = in.u32(16);
    setup.motionBufferSize = in.u32(20);
    const std::size_t vendorLength = in.u16(24);
    setup.maxRequestLength = in.u16(26);
    const std::size_t screens = in.u8(28);
    const std::size_t formats = in.u8(29);
    setup.imageByteOrder = in.u8(30);
    setup.bitmapBitOrder = in.u8(31);
    setup.bitmapScanlineUnit = in.u8(32);
    setup.bitmapScanlinePad = in.u8(33);
    setup.minKeycode = in.u8(34);
    setup.maxKeycode = in.u8(35);
    setup.vendor = textOf(in.part(kFixed, vendorLength));
    std::size_t at = kFixed + padded(vendorLength);
    for (std::size_t i = 0; i < formats; ++i, at += 8)
        setup.formats.push_back({in.u8(at), in.u8(at + 1), in.u8(at + 2)});
    bool whole = screens <= kMaxScreens;
    for (std::size_t i = 0; i < screens && whole; ++i)
        setup.screens.push_back(parseScreen(in, at, whole));
    // A mask is a run of ones from bit 0 (X protocol: at least 18 of them), the base outside of it.
    const bool maskFits = setup.ridMask >= 0xff && (setup.ridMask & (setup.ridMask + 1)) == 0 &&
                          (setup.ridBase & setup.ridMask) == 0;
    if (!whole || at > reply.size() || setup.screens.empty() || !maskFits)
        return fail(ErrorCode::InvalidArgument, "The X server's greeting makes no sense.");
    return setup;
}

Bytes serializeSetup(const SetupInfo& setup, ByteOrder order) {
    MessageBuilder out(order, 0);
    out.u8(1).u8(0).u16(setup.protocolMajor).u16(setup.protocolMinor).u16(0);
    out.u32(setup.release).u32(setup.ridBase).u32(setup.ridMask).u32(setup.motionBufferSize);
    out.u16(static_cast<std::uint16_t>(setup.vendor.size())).u16(setup.maxRequestLength);
    out.u8(static_cast<std::uint8_t>(setup.screens.size()));
    out.u8(static_cast<std::uint8_t>(setup.formats.size()));
    out.u8(setup.imageByteOrder).u8(setup.bitmapBitOrder).u8(setup.bitmapScanlineUnit);
    out.u8(setup.bitmapScanlinePad).u8(setup.minKeycode).u8(setup.maxKeycode).pad(4);
    out.bytes(bytesOf(setup.vendor)).align(4);
    for (const auto& format : setup.formats)
        out.u8(format.depth).u8(format.bitsPerPixel).u8(format.scanlinePad).pad(5);
    for (const auto& screen : setup.screens) {
        out.u32(screen.root).u32(screen.defaultColormap).u32(screen.whitePixel);
        out.u32(screen.blackPixel).u32(screen.currentInputMasks).u16(screen.width);
        out.u16(screen.height).u16(screen.widthMm).u16(screen.heightMm);
        out.u16(screen.minInstalledMaps).u16(screen.maxInstalledMaps).u32(screen.rootVisual);
        out.u8(screen.backingStores).u8(screen.saveUnders).u8(screen.rootDepth);
        out.u8(static_cast<std::uint8_t>(screen.depths.size()));
        for (const auto& depth : screen.depths) {
            out.u8(depth.depth).u8(0).u16(static_cast<std::uint16_t>(depth.visuals.size())).pad(4);
            for (const auto& visual : depth.visuals) {
                out.u32(visual.id).u8(visual.visualClass).u8(visual.bitsPerRgb);
                out.u16(visual.colormapEntries).u32(visual.redMask).u32(visual.greenMask);
                out.u32(visual.blueMask).pad(4);
            }
        }
    }
    // finish() would write a request's length; a setup reply's is elsewhere and without the
    // first 8.
    const std::size_t size = out.size();
    Bytes bytes = out.finishReply();
    bytes.resize(size);
    put32(bytes, 4, 0, order);
    put16(bytes, 4, setup.protocolMinor, order);
    put16(bytes, 6, static_cast<std::uint16_t>((size - 8) / 4), order);
    return bytes;
}

} // namespace entracte::xproxy
