// Which events count as the person's own doing.

#include "xproxy/proxy/PersonInput.h"

#include "tests/xproxy/proxy/PlayedEnds.h"

namespace entracte::xproxy {
namespace {

namespace core_ = wire::core;
namespace xinput = wire::xinput;

class PersonInputTest : public PlayedEnds {
protected:
    PersonInputTest() { core.face->extensions.set(Ext::XInput, {131, 66, 129}); }

    static Bytes generic(std::uint8_t major, std::uint16_t type) {
        Bytes event = message(kGenericEvent, 1, major);
        put16(event, wire::header::geEvtype.offset, type, kOrder);
        return event;
    }
    bool counts(const Bytes& event) {
        core.lastInput.reset();
        serverSends(event);
        return core.lastInput.has_value();
    }
};

TEST_F(PersonInputTest, keysButtonsAndThePointerOverAWindow) {
    for (const auto code :
         {core_::kKeyPressEvent, core_::kKeyReleaseEvent, core_::kButtonPressEvent,
          core_::kButtonReleaseEvent, core_::kMotionNotifyEvent})
        EXPECT_TRUE(counts(message(code, 1))) << int{code};
    for (const auto offset : {xinput::kDeviceKeyPressEvent, xinput::kDeviceMotionNotifyEvent})
        EXPECT_TRUE(counts(message(static_cast<std::uint8_t>(66 + offset), 1))) << int{offset};
    for (const auto type : {xinput::kKeyPressEvtype, xinput::kButtonReleaseEvtype,
                            xinput::kMotionEvtype, xinput::kTouchUpdateEvtype})
        EXPECT_TRUE(counts(generic(131, type))) << type;
}

TEST_F(PersonInputTest, nothingElse) {
    constexpr std::uint8_t kSent = 0x80;
    for (const std::uint8_t code :
         {core_::kEnterNotifyEvent, core_::kFocusInEvent, core_::kExposeEvent,
          static_cast<std::uint8_t>(core_::kKeyPressEvent | kSent)})
        EXPECT_FALSE(counts(message(code, 1))) << int{code};
    EXPECT_FALSE(counts(message(66 + xinput::kDeviceFocusInEvent, 1)));
    for (const auto type : {xinput::kEnterEvtype, xinput::kRawMotionEvtype,
                            xinput::kRawKeyPressEvtype, xinput::kBarrierHitEvtype})
        EXPECT_FALSE(counts(generic(131, type))) << type;
    EXPECT_FALSE(counts(generic(150, xinput::kKeyPressEvtype))); // of another extension
}

} // namespace
} // namespace entracte::xproxy
