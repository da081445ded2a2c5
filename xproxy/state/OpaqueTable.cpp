#include "xproxy/state/OpaqueTable.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace entracte::xproxy {
namespace {

using Kind = wire::FieldKind;
constexpr Kind kPlain = Kind::None;

// What each 32-bit unit of a value is. A list repeats its pattern to the end; a structure does not.
struct Layout {
    std::array<Kind, 10> units{};
    std::size_t count = 0;
    bool repeats = false;
};

constexpr Layout listOf(Kind kind) {
    return {{kind}, 1, true};
}
template <typename... Kinds>
constexpr Layout structure(Kinds... kinds) {
    return {{kinds...}, sizeof...(kinds), false};
}

struct PropertyRow {
    std::string_view name; // empty: any
    std::string_view type; // empty: any
    Layout layout;
};

constexpr PropertyRow kProperties[] = {
    // By type (ICCCM 2.0, section 2.6.2 and 4.1.2)
    {"", "ATOM", listOf(Kind::Atom)},
    {"", "ATOM_PAIR", listOf(Kind::Atom)},
    {"", "TARGETS", listOf(Kind::Atom)}, // old programs give it as the type, too
    {"", "WINDOW", listOf(Kind::Window)},
    {"", "PIXMAP", listOf(Kind::Pixmap)},
    {"", "BITMAP", listOf(Kind::Pixmap)},
    {"", "DRAWABLE", listOf(Kind::Drawable)},
    {"", "COLORMAP", listOf(Kind::Colormap)},
    {"", "CURSOR", listOf(Kind::Cursor)},
    {"", "FONT", listOf(Kind::Font)},
    {"", "VISUALID", listOf(Kind::Visual)},
    // flags, input, initial state, icon pixmap, icon window, icon x, y, icon mask, window group
    {"", "WM_HINTS",
     structure(kPlain, kPlain, kPlain, Kind::Pixmap, Kind::Window, kPlain, kPlain, Kind::Pixmap,
               Kind::Window)},
    {"", "WM_STATE", structure(kPlain, Kind::Window)}, // state, icon window
    // colormap, red max and mult, green, blue, base pixel, visual, kill id
    {"",
     "RGB_COLOR_MAP",
     {{Kind::Colormap, kPlain, kPlain, kPlain, kPlain, kPlain, kPlain, kPlain, Kind::Visual,
       Kind::Xid},
      10,
      true}},
    {"", "_MOTIF_WM_INFO", structure(kPlain, Kind::Window)}, // flags, window of the manager
    // By name: their type says only that they are numbers
    {"_NET_WM_SYNC_REQUEST_COUNTER", "CARDINAL", listOf(Kind::Counter)},
    {"_NET_WM_USER_TIME", "CARDINAL", structure(Kind::Timestamp)},
    {"_NET_SUPPORTING_WM_CHECK", "CARDINAL", structure(Kind::Window)},
    {"_WIN_SUPPORTING_WM_CHECK", "CARDINAL", structure(Kind::Window)},
    {"_WIN_CLIENT_LIST", "CARDINAL", listOf(Kind::Window)},
    {"GDK_VISUALS", "INTEGER", listOf(Kind::Visual)},
};

struct MessageRow {
    std::string_view type;
    Layout layout;
};

constexpr MessageRow kMessages[] = {
    // ICCCM 2.0, section 4.2.8; what follows the time depends on the protocol (see below)
    {"WM_PROTOCOLS", structure(Kind::Atom, Kind::Timestamp)},
    {"MANAGER", structure(Kind::Timestamp, Kind::Atom, Kind::Window)},
    {"WM_COLORMAP_NOTIFY", structure(Kind::Timestamp)},
    // EWMH 1.5
    {"_NET_ACTIVE_WINDOW", structure(kPlain, Kind::Timestamp, Kind::Window)},
    {"_NET_CLOSE_WINDOW", structure(Kind::Timestamp)},
    {"_NET_CURRENT_DESKTOP", structure(kPlain, Kind::Timestamp)},
    {"_NET_RESTACK_WINDOW", structure(kPlain, Kind::Window)},
    {"_NET_WM_STATE", structure(kPlain, Kind::Atom, Kind::Atom)},
    // System Tray Protocol 0.3: time, opcode; the window to dock is in the third when opcode is 0
    {"_NET_SYSTEM_TRAY_OPCODE", structure(Kind::Timestamp)},
    // XEMBED 0.5: time, message, detail, data; the embedder is in data 1 when message is 0
    {"_XEMBED", structure(Kind::Timestamp)},
    // XDND 5
    {"XdndEnter", structure(Kind::Window, kPlain, Kind::Atom, Kind::Atom, Kind::Atom)},
    {"XdndPosition", structure(Kind::Window, kPlain, kPlain, Kind::Timestamp, Kind::Atom)},
    {"XdndStatus", structure(Kind::Window, kPlain, kPlain, kPlain, Kind::Atom)},
    {"XdndLeave", structure(Kind::Window)},
    {"XdndDrop", structure(Kind::Window, kPlain, Kind::Timestamp)},
    {"XdndFinished", structure(Kind::Window, kPlain, Kind::Atom)},
    // X Transport Specification of XIM, section 2
    {"_XIM_XCONNECT", structure(Kind::Window)},
    {"_XIM_PROTOCOL", structure(kPlain, Kind::Atom)}, // format 32: length, property
};

constexpr std::string_view kFontTexts[] = {"FONT",
                                           "FOUNDRY",
                                           "FAMILY_NAME",
                                           "WEIGHT_NAME",
                                           "SLANT",
                                           "SETWIDTH_NAME",
                                           "ADD_STYLE_NAME",
                                           "SPACING",
                                           "CHARSET_REGISTRY",
                                           "CHARSET_ENCODING",
                                           "FACE_NAME",
                                           "FULL_NAME",
                                           "FONT_NAME",
                                           "COPYRIGHT",
                                           "NOTICE",
                                           "FONT_TYPE",
                                           "FONT_VERSION",
                                           "FONTNAME_REGISTRY",
                                           "RASTERIZER_NAME",
                                           "RASTERIZER_VERSION",
                                           "DEVICE_FONT_NAME"};

constexpr std::size_t kUnit = 4; // bytes

const Layout* propertyLayout(std::string_view name, std::string_view type) {
    const auto byName = std::ranges::find_if(kProperties, [&](const PropertyRow& row) {
        return !row.name.empty() && row.name == name && row.type == type;
    });
    if (byName != std::end(kProperties))
        return &byName->layout;
    const auto byType = std::ranges::find_if(
        kProperties, [&](const PropertyRow& row) { return row.name.empty() && row.type == type; });
    return byType == std::end(kProperties) ? nullptr : &byType->layout;
}

void visitUnit(std::size_t unit, Kind kind, bool isList, const OpaqueVisitor& visit) {
    if (kind != kPlain)
        visit({static_cast<std::uint32_t>(unit * kUnit), kUnit, kind, isList});
}

void visitLayout(const Layout& layout, std::size_t firstUnit, std::size_t units,
                 const OpaqueVisitor& visit) {
    for (std::size_t i = 0; i < units; ++i) {
        std::size_t position = firstUnit + i;
        if (layout.repeats)
            position %= layout.count;
        else if (position >= layout.count)
            return;
        visitUnit(i, layout.units[position], layout.repeats, visit);
    }
}

std::uint32_t unitAt(std::span<const std::byte> data, std::size_t unit, wire::ByteOrder order) {
    std::uint32_t value = 0;
    std::memcpy(&value, data.data() + unit * kUnit, sizeof value);
    const bool little = order == wire::ByteOrder::Little;
    return little == (std::endian::native == std::endian::little) ? value
                                                                  : __builtin_bswap32(value);
}

// The words whose meaning another word decides.
std::optional<std::pair<std::size_t, Kind>> dependentField(std::string_view type,
                                                           std::span<const std::byte> data,
                                                           wire::ByteOrder order,
                                                           const AtomNameOf& atomName) {
    constexpr std::uint32_t kRequestDock = 0;
    constexpr std::uint32_t kEmbeddedNotify = 0;
    if (type == "WM_PROTOCOLS" && atomName(unitAt(data, 0, order)) == "_NET_WM_PING")
        return {{2, Kind::Window}};
    if (type == "_NET_SYSTEM_TRAY_OPCODE" && unitAt(data, 1, order) == kRequestDock)
        return {{2, Kind::Window}};
    if (type == "_XEMBED" && unitAt(data, 1, order) == kEmbeddedNotify)
        return {{3, Kind::Window}};
    return {};
}

} // namespace

bool fontPropertyIsAtom(std::string_view name) {
    return std::ranges::find(kFontTexts, name) != std::end(kFontTexts);
}

bool propertyHoldsIdentifiers(std::string_view name, std::string_view type) {
    return propertyLayout(name, type) != nullptr;
}

void forEachPropertyField(std::string_view name, std::string_view type, std::uint8_t format,
                          std::size_t firstUnit, std::span<const std::byte> value,
                          const OpaqueVisitor& visit) {
    if (format != 32)
        return;
    if (const auto* layout = propertyLayout(name, type))
        visitLayout(*layout, firstUnit, value.size() / kUnit, visit);
}

void forEachClientMessageField(std::string_view type, std::uint8_t format,
                               std::span<const std::byte> data, wire::ByteOrder order,
                               const AtomNameOf& atomName, const OpaqueVisitor& visit) {
    constexpr std::size_t kUnits = 5; // X protocol: 20 bytes of data
    if (format != 32 || data.size() < kUnits * kUnit)
        return;
    const auto row = std::ranges::find(kMessages, type, &MessageRow::type);
    if (row == std::end(kMessages))
        return;
    visitLayout(row->layout, 0, kUnits, visit);
    if (const auto field = dependentField(type, data, order, atomName))
        visitUnit(field->first, field->second, false, visit);
}

} // namespace entracte::xproxy
