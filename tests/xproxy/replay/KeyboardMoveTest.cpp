// Keyboards that differ: layouts, locks, and what programs are told of it at a move. The keyboards
// are the servers': nobody in the session has set them.

#include "tests/xproxy/replay/RunningProxy.h"

#define explicit explicit_ // a field of XKB's
#include <xcb/xkb.h>
#undef explicit
#include <xcb/xtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace entracte::xproxy {
namespace {

constexpr std::uint16_t kCoreKeyboard = XCB_XKB_ID_USE_CORE_KBD;
constexpr std::uint8_t kKeyOfY = 29; // with the American layout
constexpr std::uint8_t kCapsLock = 66;

struct Told {
    int keyboardMapping = 0, modifierMapping = 0, newKeyboard = 0, map = 0, state = 0;
    xcb_xkb_state_notify_event_t lastState{};
    int all() const { return keyboardMapping + modifierMapping + newKeyboard + map + state; }
};

// A program that knows of XKB or one that does not.
class Typist {
public:
    Typist(const std::string& display, std::uint16_t events) : m_program(display) {
        if (events == 0)
            return;
        const auto* extension = xcb_get_extension_data(m_program, &xcb_xkb_id);
        m_firstXkb = extension->first_event;
        std::free(xcb_xkb_use_extension_reply(m_program, xcb_xkb_use_extension(m_program, 1, 0),
                                              nullptr));
        xcb_xkb_select_events(m_program, kCoreKeyboard, events, 0, events, 0xff, 0xff, nullptr);
        RunningProxy::settle(m_program);
    }
    // All that came since the last time.
    Told told() {
        RunningProxy::settle(m_program);
        Told told;
        while (auto* event = xcb_poll_for_event(m_program)) {
            if (event->response_type == XCB_MAPPING_NOTIFY) {
                const auto* mapping = reinterpret_cast<xcb_mapping_notify_event_t*>(event);
                ++(mapping->request == XCB_MAPPING_KEYBOARD ? told.keyboardMapping
                                                            : told.modifierMapping);
            } else if (m_firstXkb != 0 && event->response_type == m_firstXkb) {
                switch (event->pad0) { // XKB's own type
                case XCB_XKB_NEW_KEYBOARD_NOTIFY:
                    ++told.newKeyboard;
                    break;
                case XCB_XKB_MAP_NOTIFY:
                    ++told.map;
                    break;
                case XCB_XKB_STATE_NOTIFY:
                    ++told.state;
                    told.lastState = *reinterpret_cast<xcb_xkb_state_notify_event_t*>(event);
                    break;
                default:
                    break;
                }
            }
            std::free(event);
        }
        return told;
    }
    std::uint32_t meaningOf(std::uint8_t key) {
        auto* reply = xcb_get_keyboard_mapping_reply(
            m_program, xcb_get_keyboard_mapping(m_program, key, 1), nullptr);
        const std::uint32_t symbol = reply ? xcb_get_keyboard_mapping_keysyms(reply)[0] : 0;
        std::free(reply);
        return symbol;
    }

private:
    Program m_program;
    std::uint8_t m_firstXkb = 0;
};

class KeyboardMoveTest : public ::testing::Test {
protected:
    KeyboardMoveTest() { proxy.moveTo(first); }
    static void setLayout(const test::TestServer& server, const std::string& options) {
        const std::string command = "XAUTHORITY=" + server.cookieFile().string() +
                                    " setxkbmap -display " + server.display() + " " + options;
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
    }
    static void press(const test::TestServer& server, std::uint8_t key) {
        ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
        Program stranger(server.display());
        ::unsetenv("XAUTHORITY");
        for (const std::uint8_t type : {std::uint8_t{XCB_KEY_PRESS}, std::uint8_t{XCB_KEY_RELEASE}})
            xcb_test_fake_input(stranger, type, key, 0, XCB_NONE, 0, 0, 0);
        RunningProxy::settle(stranger);
    }
    void waitForLock(std::uint8_t locked) {
        proxy.waitFor("the lock to be known", [locked](Core& core) {
            return core.keyboard && core.keyboard->state.lockedMods == locked;
        });
    }

    static constexpr std::uint16_t kMaps =
        XCB_XKB_EVENT_TYPE_NEW_KEYBOARD_NOTIFY | XCB_XKB_EVENT_TYPE_MAP_NOTIFY;
    static constexpr std::uint16_t kStates = XCB_XKB_EVENT_TYPE_STATE_NOTIFY;

    // A server that ends with its last client would lose what is set.
    test::TestServer first{{"-nolisten", "tcp", "-noreset"}};
    test::TestServer second{
        {"-nolisten", "tcp", "-noreset", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
};

TEST_F(KeyboardMoveTest, nothingIsToldOfTheSameKeyboard) {
    Typist plain(proxy.display(), 0), modern(proxy.display(), kMaps | kStates);
    proxy.moveTo(second);
    EXPECT_EQ(plain.told().all(), 0);
    EXPECT_EQ(modern.told().all(), 0);
}

TEST_F(KeyboardMoveTest, anotherLayoutIsTold) {
    setLayout(second, "de");
    Typist plain(proxy.display(), 0), modern(proxy.display(), kMaps | kStates),
        ofMaps(proxy.display(), XCB_XKB_EVENT_TYPE_MAP_NOTIFY), ofStates(proxy.display(), kStates);
    EXPECT_EQ(plain.meaningOf(kKeyOfY), std::uint32_t{'y'});
    proxy.moveTo(second);
    const Told told = plain.told();
    EXPECT_EQ(told.keyboardMapping, 1);
    EXPECT_EQ(plain.meaningOf(kKeyOfY), std::uint32_t{'z'});
    EXPECT_EQ(modern.told().newKeyboard, 1);
    EXPECT_EQ(ofMaps.told().map, 1);
    const Told little = ofStates.told();
    EXPECT_EQ(little.newKeyboard + little.map, 0) << "not asked for";
    proxy.moveTo(first);
    EXPECT_EQ(modern.told().newKeyboard, 1) << "and back";
    EXPECT_EQ(plain.meaningOf(kKeyOfY), std::uint32_t{'y'});
}

TEST_F(KeyboardMoveTest, otherModifiersAreTold) {
    setLayout(second, "us -option ctrl:swapcaps");
    Typist plain(proxy.display(), 0);
    proxy.moveTo(second);
    EXPECT_EQ(plain.told().modifierMapping, 1);
}

TEST_F(KeyboardMoveTest, whatChangedMeanwhileIsKnownAlsoAfterACrash) {
    Typist plain(proxy.display(), 0);
    setLayout(first, "de");
    proxy.waitFor("the layout to be known", [](Core& core) {
        if (!core.keyboard)
            return false;
        constexpr std::size_t kKeysAt = 24, kSymbol = 4;
        const MessageView symbols(core.keyboard->symbols, wire::kHostOrder);
        const std::size_t keys = core.keyboard->maxKeycode - core.keyboard->minKeycode + 1u;
        const std::size_t perKey = (symbols.size() - kKeysAt) / keys;
        const std::size_t place = kKeyOfY - std::size_t{core.keyboard->minKeycode};
        return perKey >= kSymbol && symbols.u32(kKeysAt + place * perKey) == 'z';
    });
    plain.told();
    first.kill();
    proxy.waitFor("the loss", [](Core& core) { return !core.link; });
    setLayout(second, "de");
    proxy.moveTo(second);
    EXPECT_EQ(plain.told().all(), 0) << "it knows that layout";
    EXPECT_EQ(plain.meaningOf(kKeyOfY), std::uint32_t{'z'});
}

TEST_F(KeyboardMoveTest, locksAreTold) {
    Typist modern(proxy.display(), kStates);
    press(second, kCapsLock);
    proxy.moveTo(second);
    Told told = modern.told();
    ASSERT_EQ(told.state, 1);
    EXPECT_EQ(told.lastState.lockedMods, XCB_MOD_MASK_LOCK);
    EXPECT_EQ(told.lastState.mods, XCB_MOD_MASK_LOCK);
    EXPECT_TRUE(told.lastState.changed & XCB_XKB_STATE_PART_MODIFIER_LOCK);
    // By hand, of which the server tells; then nothing is left to be told.
    press(second, kCapsLock);
    waitForLock(0);
    modern.told();
    proxy.moveTo(first);
    EXPECT_EQ(modern.told().state, 0);
}

} // namespace
} // namespace entracte::xproxy
