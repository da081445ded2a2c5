#include "xproxy/state/DeviceSettings.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

Bytes request(std::size_t size, int content) {
    return Bytes(size, static_cast<std::byte>(content));
}

std::vector<std::uint8_t> opcodes(const DeviceSettings& settings) {
    std::vector<std::uint8_t> result;
    for (const auto& entry : settings.inOrder())
        result.push_back(entry.opcode);
    return result;
}

TEST(DeviceSettingsTest, aMapThatIsLoadedTakesTheMapsPlaceAndNothingElses) {
    DeviceSettings settings;
    settings.add(Ext::Xkb, wire::xkb::kSetControls, request(100, 1));
    settings.add(Ext::Xkb, wire::xkb::kSetMap, request(100, 2));
    settings.add(Ext::Core, wire::core::kChangeKeyboardMapping, request(100, 3));
    settings.add(Ext::Core, wire::core::kSetPointerMapping, request(8, 4));
    settings.add(Ext::Xkb, wire::xkb::kGetKbdByName, request(40, 5));
    EXPECT_EQ(opcodes(settings),
              (std::vector<std::uint8_t>{wire::xkb::kSetControls, wire::core::kSetPointerMapping,
                                         wire::xkb::kGetKbdByName}));
    settings.add(Ext::Core, wire::core::kSetModifierMapping, request(40, 6));
    EXPECT_EQ(settings.inOrder().back().opcode, wire::core::kSetModifierMapping)
        << "what comes later is on top of it";
}

TEST(DeviceSettingsTest, whatIsSetAgainAndAgainIsThereOnce) {
    DeviceSettings settings;
    for (int time = 0; time < 1000; ++time)
        for (int content = 0; content < 2; ++content)
            settings.add(Ext::Xkb, wire::xkb::kSetControls, request(100, content));
    EXPECT_EQ(settings.inOrder().size(), 2u);
    EXPECT_EQ(settings.inOrder().back().request, request(100, 1));
}

TEST(DeviceSettingsTest, theOldestAreForgottenWhenThereAreTooMany) {
    DeviceSettings settings;
    const std::size_t size = DeviceSettings::kMaxBytes / 4;
    for (int content = 0; content < 9; ++content)
        settings.add(Ext::Core, wire::core::kChangeKeyboardMapping, request(size, content));
    ASSERT_EQ(settings.inOrder().size(), 4u);
    EXPECT_EQ(settings.inOrder().front().request, request(size, 5));
}

} // namespace
} // namespace entracte::xproxy
