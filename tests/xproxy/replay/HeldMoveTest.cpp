// What is held while a move comes: keys and buttons that are down, grabs of the core protocol and
// of XI2, on servers on which strangers type, press and grab.

#include "tests/xproxy/replay/RunningProxy.h"

#include <poll.h>
#include <xcb/xinput.h>
#include <xcb/xtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace entracte::xproxy {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kKey = 38;
constexpr std::uint16_t kMasterPointer = 2, kMasterKeyboard = 3;
constexpr std::uint8_t kUngrab = XCB_NOTIFY_MODE_UNGRAB;

using Event = std::unique_ptr<xcb_generic_event_t, decltype(&std::free)>;

template <typename T>
std::uint8_t statusOf(T* reply) {
    const std::uint8_t status = reply ? reply->status : 255;
    std::free(reply);
    return status;
}

class HeldMoveTest : public ::testing::Test {
protected:
    HeldMoveTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        std::free(xcb_input_xi_query_version_reply(
            *program, xcb_input_xi_query_version(*program, 2, 2), nullptr));
        // The window manager keeps away, as from a menu.
        const std::uint32_t values[] = {
            1, XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
                   XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_ENTER_WINDOW |
                   XCB_EVENT_MASK_LEAVE_WINDOW | XCB_EVENT_MASK_FOCUS_CHANGE};
        window = program->window(XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
        xcb_map_window(*program, window);
        xcb_set_input_focus(*program, XCB_INPUT_FOCUS_POINTER_ROOT, window, XCB_CURRENT_TIME);
        RunningProxy::settle(*program);
        here = strangerOn(first);
        there = strangerOn(second);
    }
    static std::unique_ptr<Program> strangerOn(const test::TestServer& server) {
        ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
        auto made = std::make_unique<Program>(server.display());
        ::unsetenv("XAUTHORITY");
        std::free(xcb_input_xi_query_version_reply(*made, xcb_input_xi_query_version(*made, 2, 2),
                                                   nullptr));
        return made;
    }
    static void fake(Program& stranger, std::uint8_t type, std::uint8_t detail) {
        xcb_test_fake_input(stranger, type, detail, 0, XCB_NONE, 0, 0, 0);
        RunningProxy::settle(stranger);
    }
    static void pointAt(Program& stranger, std::int16_t x, std::int16_t y) {
        xcb_warp_pointer(stranger, XCB_NONE, stranger.screen().root, 0, 0, 0, 0, x, y);
        RunningProxy::settle(stranger);
    }
    static std::uint8_t typeOf(const Event& event) { return event->response_type; }
    static std::uint16_t xi2TypeOf(const Event& event) {
        return event->response_type == XCB_GE_GENERIC
                   ? reinterpret_cast<const xcb_ge_generic_event_t*>(event.get())->event_type
                   : std::uint16_t{0};
    }
    template <typename T>
    static const T& as(const Event& event) {
        return *reinterpret_cast<const T*>(event.get());
    }
    // The first that is looked for; null after some seconds.
    Event waitFor(const std::function<bool(const Event&)>& wanted, Clock::duration limit = 10s) {
        const auto deadline = Clock::now() + limit;
        while (Clock::now() < deadline) {
            Event event(xcb_poll_for_event(*program), &std::free);
            if (event && wanted(event))
                return event;
            if (!event) {
                pollfd ready{xcb_get_file_descriptor(*program), POLLIN, 0};
                ::poll(&ready, 1, 50);
            }
        }
        return {nullptr, &std::free};
    }
    Event waitForType(std::uint8_t type) {
        return waitFor([type](const Event& event) { return typeOf(event) == type; });
    }
    // All that has come by now.
    std::vector<Event> told() {
        RunningProxy::settle(*program);
        std::vector<Event> events;
        for (Event event(xcb_poll_for_event(*program), &std::free); event;
             event.reset(xcb_poll_for_event(*program)))
            events.push_back(std::move(event));
        return events;
    }
    void select(std::uint16_t device, std::uint32_t mask) {
        struct {
            xcb_input_event_mask_t head;
            std::uint32_t mask;
        } selection{{device, 1}, mask};
        xcb_input_xi_select_events(*program, window, 1, &selection.head);
        RunningProxy::settle(*program);
    }
    std::uint8_t grabPointer(Program& who, std::uint32_t on, std::uint16_t mask = 0,
                             std::uint8_t mode = XCB_GRAB_MODE_ASYNC) {
        return statusOf(
            xcb_grab_pointer_reply(who,
                                   xcb_grab_pointer(who, 0, on, mask, mode, XCB_GRAB_MODE_ASYNC,
                                                    XCB_NONE, XCB_NONE, XCB_CURRENT_TIME),
                                   nullptr));
    }
    std::uint8_t grabDevice(Program& who, std::uint32_t on, std::uint16_t device) {
        const std::uint32_t mask = XCB_INPUT_XI_EVENT_MASK_BUTTON_PRESS;
        return statusOf(xcb_input_xi_grab_device_reply(
            who,
            xcb_input_xi_grab_device(who, on, XCB_CURRENT_TIME, XCB_NONE, device,
                                     XCB_INPUT_GRAB_MODE_22_ASYNC, XCB_INPUT_GRAB_MODE_22_ASYNC,
                                     XCB_INPUT_GRAB_OWNER_NO_OWNER, 1, &mask),
            nullptr));
    }
    std::size_t activeGrabs() {
        std::size_t count = 0;
        proxy.with([&](Proxy& running, ServerChange&) {
            count = running.core().record.activeGrabs.size();
        });
        return count;
    }
    void expectNoDifference() {
        const auto report = proxy.audit();
        EXPECT_TRUE(report.complete);
        EXPECT_EQ(report.differences(), 0u) << report.text();
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
    std::unique_ptr<Program> program, here, there;
    std::uint32_t window = 0;
};

TEST_F(HeldMoveTest, whatIsDownGoesUpOnAnotherServer) {
    pointAt(*here, 100, 60);
    fake(*here, XCB_KEY_PRESS, kKey);
    fake(*here, XCB_BUTTON_PRESS, 1);
    ASSERT_TRUE(waitForType(XCB_BUTTON_PRESS)) << "nothing was pressed";
    proxy.moveTo(second);
    const auto button = waitForType(XCB_BUTTON_RELEASE);
    ASSERT_TRUE(button);
    const auto& up = as<xcb_button_release_event_t>(button);
    EXPECT_EQ(up.event, window);
    EXPECT_EQ(up.detail, 1);
    EXPECT_EQ(up.state & XCB_BUTTON_MASK_1, XCB_BUTTON_MASK_1);
    const auto key = waitForType(XCB_KEY_RELEASE);
    ASSERT_TRUE(key);
    EXPECT_EQ(as<xcb_key_release_event_t>(key).detail, kKey);
    EXPECT_EQ(as<xcb_key_release_event_t>(key).event, window);
    // Once.
    proxy.moveTo(first);
    for (const auto& event : told())
        EXPECT_TRUE(typeOf(event) != XCB_KEY_RELEASE && typeOf(event) != XCB_BUTTON_RELEASE);
}

TEST_F(HeldMoveTest, alsoWhenTheServerDied) {
    select(kMasterKeyboard,
           XCB_INPUT_XI_EVENT_MASK_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_KEY_RELEASE);
    fake(*here, XCB_KEY_PRESS, kKey);
    ASSERT_TRUE(waitFor([](const Event& event) { return xi2TypeOf(event) == XCB_INPUT_KEY_PRESS; }))
        << "nothing was pressed";
    first.kill();
    proxy.waitFor("the loss", [](Core& core) { return !core.link; });
    proxy.moveTo(second);
    const auto key =
        waitFor([](const Event& event) { return xi2TypeOf(event) == XCB_INPUT_KEY_RELEASE; });
    ASSERT_TRUE(key);
    EXPECT_EQ(as<xcb_input_key_release_event_t>(key).detail, kKey);
    EXPECT_EQ(as<xcb_input_key_release_event_t>(key).event, window);
}

TEST_F(HeldMoveTest, whatWentUpElsewhereIsNotToldOf) {
    fake(*here, XCB_KEY_PRESS, kKey);
    ASSERT_TRUE(waitForType(XCB_KEY_PRESS)) << "nothing was pressed";
    xcb_set_input_focus(*here, XCB_INPUT_FOCUS_NONE, XCB_NONE, XCB_CURRENT_TIME);
    fake(*here, XCB_KEY_RELEASE, kKey);
    proxy.moveTo(second);
    for (const auto& event : told())
        EXPECT_NE(typeOf(event), XCB_KEY_RELEASE);
}

TEST_F(HeldMoveTest, grabsAreTakenAgain) {
    EXPECT_EQ(grabDevice(*program, window, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(grabDevice(*program, window, kMasterKeyboard), XCB_GRAB_STATUS_SUCCESS);
    const std::uint32_t modifiers[] = {XCB_MOD_MASK_CONTROL, XCB_MOD_MASK_1};
    const std::uint32_t mask = XCB_INPUT_XI_EVENT_MASK_KEY_PRESS;
    auto* passive = xcb_input_xi_passive_grab_device_reply(
        *program,
        xcb_input_xi_passive_grab_device(*program, XCB_CURRENT_TIME, window, XCB_NONE, kKey,
                                         kMasterKeyboard, 2, 1, XCB_INPUT_GRAB_TYPE_KEYCODE,
                                         XCB_INPUT_GRAB_MODE_22_ASYNC, XCB_INPUT_GRAB_MODE_22_ASYNC,
                                         XCB_INPUT_GRAB_OWNER_NO_OWNER, &mask, modifiers),
        nullptr);
    ASSERT_TRUE(passive);
    EXPECT_EQ(passive->num_modifiers, 0);
    std::free(passive);
    expectNoDifference();
    for (const auto* server : {&second, &first}) {
        proxy.moveTo(*server);
        EXPECT_EQ(activeGrabs(), 2u);
        expectNoDifference();
        Program& stranger = server == &first ? *here : *there;
        EXPECT_EQ(grabPointer(stranger, stranger.screen().root), XCB_GRAB_STATUS_ALREADY_GRABBED);
        EXPECT_EQ(grabDevice(stranger, stranger.screen().root, kMasterKeyboard),
                  XCB_GRAB_STATUS_ALREADY_GRABBED);
    }
}

TEST_F(HeldMoveTest, theAuditFindsGrabsOfXi2ThatAreNotThere) {
    EXPECT_EQ(grabDevice(*program, window, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
    proxy.with([&](Proxy& running, ServerChange&) {
        auto& grabs = running.core().record.activeGrabs;
        grabs[2u + kMasterKeyboard] = grabs.at(2u + kMasterPointer);
    });
    const auto report = proxy.audit();
    EXPECT_NE(report.text().find("grab of device 3"), std::string::npos) << report.text();
    EXPECT_EQ(report.text().find("grab of device 2"), std::string::npos) << report.text();
}

TEST_F(HeldMoveTest, whatTheCoreProtocolEndsOfXi2IsForgotten) {
    EXPECT_EQ(grabDevice(*program, window, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
    xcb_ungrab_pointer(*program, XCB_CURRENT_TIME);
    RunningProxy::settle(*program);
    EXPECT_EQ(activeGrabs(), 0u);
    expectNoDifference();
    EXPECT_EQ(grabPointer(*here, here->screen().root), XCB_GRAB_STATUS_SUCCESS)
        << "as the server does";
}

TEST_F(HeldMoveTest, aGrabThatIsNotGivenEnds) {
    pointAt(*there, 400, 300);
    EXPECT_EQ(grabPointer(*there, there->screen().root), XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(grabPointer(*program, window), XCB_GRAB_STATUS_SUCCESS);
    proxy.moveTo(second);
    EXPECT_EQ(activeGrabs(), 0u);
    const auto left = waitForType(XCB_LEAVE_NOTIFY);
    ASSERT_TRUE(left);
    const auto& leave = as<xcb_leave_notify_event_t>(left);
    EXPECT_EQ(leave.mode, kUngrab);
    EXPECT_EQ(leave.event, window);
    EXPECT_EQ(leave.detail, XCB_NOTIFY_DETAIL_ANCESTOR) << "to the root";
    EXPECT_EQ(leave.root_x, 400);
    EXPECT_EQ(leave.event_x, 400 - 11); // 10, and a border of 1
    EXPECT_EQ(grabPointer(*program, window), XCB_GRAB_STATUS_ALREADY_GRABBED);
    expectNoDifference();
    xcb_ungrab_pointer(*there, XCB_CURRENT_TIME);
    RunningProxy::settle(*there);
    EXPECT_EQ(grabPointer(*program, window), XCB_GRAB_STATUS_SUCCESS) << "it can have it again";
}

TEST_F(HeldMoveTest, soDoesOneOfXi2) {
    select(kMasterKeyboard, XCB_INPUT_XI_EVENT_MASK_FOCUS_OUT | XCB_INPUT_XI_EVENT_MASK_FOCUS_IN);
    select(kMasterPointer, XCB_INPUT_XI_EVENT_MASK_LEAVE | XCB_INPUT_XI_EVENT_MASK_ENTER);
    pointAt(*there, 400, 300);
    EXPECT_EQ(grabDevice(*there, there->screen().root, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(grabDevice(*program, window, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(grabDevice(*program, window, kMasterKeyboard), XCB_GRAB_STATUS_SUCCESS);
    proxy.moveTo(second);
    EXPECT_EQ(activeGrabs(), 1u) << "the keyboard is free there";
    const auto left =
        waitFor([](const Event& event) { return xi2TypeOf(event) == XCB_INPUT_LEAVE; });
    ASSERT_TRUE(left);
    const auto& leave = as<xcb_input_leave_event_t>(left);
    EXPECT_EQ(leave.mode, kUngrab);
    EXPECT_EQ(leave.event, window);
    EXPECT_EQ(leave.deviceid, kMasterPointer);
    expectNoDifference();
}

// A window manager decides there when windows come onto the screen; an open menu grabs meanwhile.
class LateGrabTest : public HeldMoveTest {
protected:
    LateGrabTest() {
        ordinary = program->window();
        xcb_map_window(*program, ordinary);
        EXPECT_EQ(grabDevice(*program, ordinary, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
        const std::uint32_t mask = XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT;
        xcb_change_window_attributes(*there, there->screen().root, XCB_CW_EVENT_MASK, &mask);
        RunningProxy::settle(*there);
        proxy.moveTo(second);
        proxy.with([](Proxy& running, ServerChange& change) {
            ASSERT_TRUE(running.core().record.activeGrabs.contains(2 + kMasterPointer));
            EXPECT_TRUE(running.core().record.activeGrabs.at(2 + kMasterPointer).awaited);
            EXPECT_EQ(change.lastAudit().differences(), 0u) << change.lastAudit().text();
        });
    }
    // As the manager.
    void show() {
        for (Event event(xcb_wait_for_event(*there), &std::free); event;
             event.reset(xcb_wait_for_event(*there)))
            if (typeOf(event) == XCB_MAP_REQUEST) {
                xcb_map_window(*there, as<xcb_map_request_event_t>(event).window);
                RunningProxy::settle(*there);
                return;
            }
    }
    std::uint32_t ordinary = 0;
};

TEST_F(LateGrabTest, isTakenWhenItsWindowIsShown) {
    show();
    proxy.waitFor("the grab", [](Core& core) {
        return !core.record.activeGrabs.at(2 + kMasterPointer).awaited;
    });
    EXPECT_EQ(grabDevice(*there, there->screen().root, kMasterPointer),
              XCB_GRAB_STATUS_ALREADY_GRABBED);
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
}

TEST_F(LateGrabTest, isNotTakenWhenItsProgramLetGoMeanwhile) {
    xcb_input_xi_ungrab_device(*program, XCB_CURRENT_TIME, kMasterPointer);
    RunningProxy::settle(*program);
    show();
    proxy.with([](Proxy& running, ServerChange&) {
        EXPECT_TRUE(running.core().record.activeGrabs.empty());
    });
    EXPECT_EQ(grabDevice(*there, there->screen().root, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
}

TEST_F(LateGrabTest, endsWhenItsWindowIsNotShown) {
    proxy.waitFor("its end", [](Core& core) { return core.record.activeGrabs.empty(); });
    show();
    EXPECT_EQ(grabDevice(*there, there->screen().root, kMasterPointer), XCB_GRAB_STATUS_SUCCESS);
}

TEST_F(LateGrabTest, isTakenAfterASnapshotMeanwhile) {
    proxy.with([](Proxy&, ServerChange& change) {
        ASSERT_TRUE(change.prepare());
        change.goOn();
    });
    show();
    proxy.waitFor("the grab", [](Core& core) {
        return !core.record.activeGrabs.at(2 + kMasterPointer).awaited;
    });
}

TEST_F(HeldMoveTest, aKeyboardThatIsNotGivenHasItsFocusBack) {
    const auto other = program->newId();
    const std::uint32_t values[] = {1, XCB_EVENT_MASK_FOCUS_CHANGE};
    xcb_create_window(*program, XCB_COPY_FROM_PARENT, other, program->screen().root, 300, 300, 50,
                      50, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
    xcb_map_window(*program, other);
    EXPECT_EQ(statusOf(xcb_grab_keyboard_reply(
                  *program,
                  xcb_grab_keyboard(*program, 0, other, XCB_CURRENT_TIME, XCB_GRAB_MODE_ASYNC,
                                    XCB_GRAB_MODE_ASYNC),
                  nullptr)),
              XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(grabDevice(*there, there->screen().root, kMasterKeyboard), XCB_GRAB_STATUS_SUCCESS);
    told();
    proxy.moveTo(second);
    std::vector<std::pair<std::uint8_t, std::uint32_t>> seen;
    for (const auto& event : told())
        if ((typeOf(event) == XCB_FOCUS_IN || typeOf(event) == XCB_FOCUS_OUT) &&
            as<xcb_focus_in_event_t>(event).mode == kUngrab)
            seen.emplace_back(typeOf(event), as<xcb_focus_in_event_t>(event).event);
    const std::vector<std::pair<std::uint8_t, std::uint32_t>> expected{{XCB_FOCUS_OUT, other},
                                                                       {XCB_FOCUS_IN, window}};
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(activeGrabs(), 0u);
}

TEST_F(HeldMoveTest, aGrabIsTakenAsItWasChanged) {
    EXPECT_EQ(grabPointer(*program, window), XCB_GRAB_STATUS_SUCCESS); // tells of nothing
    xcb_change_active_pointer_grab(*program, XCB_NONE, XCB_CURRENT_TIME,
                                   XCB_EVENT_MASK_BUTTON_PRESS);
    RunningProxy::settle(*program);
    proxy.moveTo(second);
    pointAt(*there, 400, 300);
    fake(*there, XCB_BUTTON_PRESS, 1);
    EXPECT_TRUE(waitForType(XCB_BUTTON_PRESS)) << "far from the window, by the grab's mask";
}

TEST_F(HeldMoveTest, whatWasLetGoIsNotFrozenAnew) {
    EXPECT_EQ(grabPointer(*program, window, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_SYNC),
              XCB_GRAB_STATUS_SUCCESS);
    xcb_allow_events(*program, XCB_ALLOW_ASYNC_POINTER, XCB_CURRENT_TIME);
    RunningProxy::settle(*program);
    proxy.moveTo(second);
    pointAt(*there, 400, 300);
    fake(*there, XCB_BUTTON_PRESS, 1);
    EXPECT_TRUE(waitForType(XCB_BUTTON_PRESS));
}

} // namespace
} // namespace entracte::xproxy
