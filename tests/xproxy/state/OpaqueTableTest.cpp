// Which bytes of properties and client messages are identifiers, against hand-written values.

#include "xproxy/state/OpaqueTable.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace entracte::xproxy {
namespace {

using Kind = wire::FieldKind;
using Places = std::vector<std::pair<std::uint32_t, Kind>>; // offset in bytes, kind

std::vector<std::byte> words(std::initializer_list<std::uint32_t> values, bool big = false) {
    std::vector<std::byte> bytes(values.size() * 4);
    std::size_t at = 0;
    for (auto value : values) {
        if (big)
            value = __builtin_bswap32(value);
        std::memcpy(bytes.data() + at, &value, 4);
        at += 4;
    }
    return bytes;
}

Places inProperty(const char* name, const char* type, std::uint8_t format, std::size_t units,
                  std::size_t firstUnit = 0) {
    Places places;
    const std::vector<std::byte> value(units * 4);
    forEachPropertyField(name, type, format, firstUnit, value, [&](const wire::FieldRef& field) {
        places.emplace_back(field.offset, field.kind);
    });
    return places;
}

Places inMessage(const char* type, const std::vector<std::byte>& data, wire::ByteOrder order) {
    Places places;
    const auto name = [](std::uint32_t atom) -> std::string_view {
        return atom == 300 ? "_NET_WM_PING" : "WM_DELETE_WINDOW";
    };
    forEachClientMessageField(type, 32, data, order, name, [&](const wire::FieldRef& field) {
        places.emplace_back(field.offset, field.kind);
    });
    return places;
}

TEST(OpaqueTableTest, listsAreIdentifiersToTheirEnd) {
    EXPECT_EQ(inProperty("WM_PROTOCOLS", "ATOM", 32, 3),
              (Places{{0, Kind::Atom}, {4, Kind::Atom}, {8, Kind::Atom}}));
    EXPECT_EQ(inProperty("ANYTHING", "WINDOW", 32, 1), (Places{{0, Kind::Window}}));
}

TEST(OpaqueTableTest, hintsHoldPixmapsAndWindowsAtTheirPlaces) {
    EXPECT_EQ(
        inProperty("WM_HINTS", "WM_HINTS", 32, 9),
        (Places{{12, Kind::Pixmap}, {16, Kind::Window}, {28, Kind::Pixmap}, {32, Kind::Window}}));
}

TEST(OpaqueTableTest, partOfAStructureIsKnownByItsPosition) {
    EXPECT_EQ(inProperty("WM_HINTS", "WM_HINTS", 32, 2, 7),
              (Places{{0, Kind::Pixmap}, {4, Kind::Window}}));
}

TEST(OpaqueTableTest, numbersAreIdentifiersOnlyByName) {
    EXPECT_EQ(inProperty("_NET_WM_SYNC_REQUEST_COUNTER", "CARDINAL", 32, 2),
              (Places{{0, Kind::Counter}, {4, Kind::Counter}}));
    EXPECT_TRUE(inProperty("_NET_WM_PID", "CARDINAL", 32, 1).empty());
    EXPECT_TRUE(propertyHoldsIdentifiers("GDK_VISUALS", "INTEGER"));
    EXPECT_FALSE(propertyHoldsIdentifiers("_NET_WM_PID", "CARDINAL"));
}

TEST(OpaqueTableTest, otherFormatsHoldNone) {
    EXPECT_TRUE(inProperty("WM_PROTOCOLS", "ATOM", 8, 3).empty());
}

TEST(OpaqueTableTest, pingCarriesItsWindowInBothByteOrders) {
    const Places expected{{0, Kind::Atom}, {4, Kind::Timestamp}, {8, Kind::Window}};
    EXPECT_EQ(inMessage("WM_PROTOCOLS", words({300, 7, 9, 0, 0}), wire::ByteOrder::Little),
              expected);
    EXPECT_EQ(inMessage("WM_PROTOCOLS", words({300, 7, 9, 0, 0}, true), wire::ByteOrder::Big),
              expected);
    EXPECT_EQ(inMessage("WM_PROTOCOLS", words({301, 7, 9, 0, 0}), wire::ByteOrder::Little),
              (Places{{0, Kind::Atom}, {4, Kind::Timestamp}}));
}

TEST(OpaqueTableTest, dockingAndEmbeddingNameTheirWindow) {
    EXPECT_EQ(inMessage("_NET_SYSTEM_TRAY_OPCODE", words({5, 0, 9, 0, 0}), wire::ByteOrder::Little),
              (Places{{0, Kind::Timestamp}, {8, Kind::Window}}));
    EXPECT_EQ(inMessage("_XEMBED", words({5, 0, 0, 9, 0}), wire::ByteOrder::Little),
              (Places{{0, Kind::Timestamp}, {12, Kind::Window}}));
    EXPECT_EQ(inMessage("_XEMBED", words({5, 4, 0, 9, 0}), wire::ByteOrder::Little),
              (Places{{0, Kind::Timestamp}}));
}

TEST(OpaqueTableTest, shortMessagesAreLeftAlone) {
    EXPECT_TRUE(inMessage("XdndEnter", words({1, 2}), wire::ByteOrder::Little).empty());
}

} // namespace
} // namespace entracte::xproxy
