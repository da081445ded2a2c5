// What programs have is there after their server died, and after moves at awkward moments.

#include "tests/xproxy/replay/RunningProxy.h"

#include <xcb/sync.h>
#include <xcb/xcbext.h>

#include <algorithm>
#include <cstdlib>

namespace entracte::xproxy {
namespace {

using namespace std::chrono_literals;

class SurvivalTest : public ::testing::Test {
protected:
    SurvivalTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        gc = program->newId();
        const std::uint32_t noExposures = 0;
        xcb_create_gc(*program, gc, program->screen().root, XCB_GC_GRAPHICS_EXPOSURES,
                      &noExposures);
    }
    std::uint32_t newPixmap(std::uint16_t size) {
        const auto id = program->newId();
        xcb_create_pixmap(*program, 24, id, program->screen().root, size, size);
        return id;
    }
    void fill(std::uint32_t pixmap, std::uint32_t colour, std::uint16_t size) {
        xcb_change_gc(*program, gc, XCB_GC_FOREGROUND, &colour);
        const xcb_rectangle_t whole{0, 0, size, size};
        xcb_poly_fill_rectangle(*program, pixmap, gc, 1, &whole);
    }
    // The colour of the first pixel, as the server of the moment has it.
    std::uint32_t colourOf(std::uint32_t pixmap) {
        auto* image = xcb_get_image_reply(
            *program, xcb_get_image(*program, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 0, 0, 1, 1, ~0u),
            nullptr);
        if (!image)
            return ~0u;
        const std::uint8_t* bytes = xcb_get_image_data(image);
        const std::uint32_t colour = bytes[0] | bytes[1] << 8u | bytes[2] << 16u;
        std::free(image);
        return colour;
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    std::uint32_t gc = 0;
};

TEST_F(SurvivalTest, pixmapsOutliveTheirServer) {
    std::vector<std::uint32_t> pixmaps;
    for (std::uint32_t i = 0; i < 40; ++i) {
        pixmaps.push_back(newPixmap(32));
        fill(pixmaps.back(), 0x010203 * i, 32);
    }
    RunningProxy::settle(*program);
    proxy.waitFor("all pixmaps to be captured", [&](Core& core) {
        return std::ranges::all_of(pixmaps, [&](std::uint32_t id) {
            const auto pixmap = core.record.find<Pixmap>(ClientXid{id});
            return pixmap->image->valid && !pixmap->dirty && !pixmap->capturing;
        });
    });
    first.kill();
    proxy.waitFor("the loss to be noticed", [](Core& core) { return !core.link; });
    proxy.moveTo(second);
    for (std::uint32_t i = 0; i < pixmaps.size(); ++i)
        EXPECT_EQ(colourOf(pixmaps[i]), 0x010203 * i) << i;
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
}

// One that is drawn to all the time is a few seconds old at most, and keeps no other from its turn.
TEST_F(SurvivalTest, whatIsDrawnAllTheTimeIsYoung) {
    const auto busy = newPixmap(64);
    const auto still = newPixmap(64);
    fill(still, 0xabcdef, 64);
    std::vector<Clock::time_point> drawn;
    const auto end = Clock::now() + 5s;
    while (Clock::now() < end) {
        drawn.push_back(Clock::now());
        fill(busy, static_cast<std::uint32_t>(drawn.size() - 1), 64);
        RunningProxy::settle(*program);
        std::this_thread::sleep_for(20ms);
    }
    first.kill();
    const auto died = Clock::now();
    proxy.waitFor("the loss to be noticed", [](Core& core) { return !core.link; });
    proxy.moveTo(second);
    EXPECT_EQ(colourOf(still), 0xabcdefu);
    const std::uint32_t colour = colourOf(busy);
    ASSERT_LT(colour, drawn.size());
    EXPECT_LT(died - drawn[colour], 4s);
}

// A capture beside drawing that is under way may come too early: what comes back after a planned
// move is nevertheless the last that was drawn.
TEST_F(SurvivalTest, aPlannedMoveTakesTheLastThatWasDrawn) {
    const auto busy = newPixmap(16);
    std::uint32_t last = 0;
    const auto end = Clock::now() + 3s;
    while (Clock::now() < end) {
        for (int i = 0; i < 50; ++i)
            fill(busy, ++last & 0xffffff, 16);
        xcb_flush(*program);
        std::this_thread::sleep_for(1ms);
    }
    RunningProxy::settle(*program);
    proxy.moveTo(second);
    EXPECT_EQ(colourOf(busy), last & 0xffffff);
}

// A root pixmap that a program set and left (feh, hsetroot): SetCloseDownMode RetainPermanent.
TEST_F(SurvivalTest, whatAProgramLeftBehindStaysUntilItIsKilled) {
    std::uint32_t left = 0;
    {
        Program painter(proxy.display());
        left = painter.newId();
        xcb_create_pixmap(painter, 24, left, painter.screen().root, 8, 8);
        const std::uint32_t colour = 0x336699;
        const auto brush = painter.newId();
        xcb_create_gc(painter, brush, left, XCB_GC_FOREGROUND, &colour);
        const xcb_rectangle_t whole{0, 0, 8, 8};
        xcb_poly_fill_rectangle(painter, left, brush, 1, &whole);
        xcb_set_close_down_mode(painter, XCB_CLOSE_DOWN_RETAIN_PERMANENT);
        RunningProxy::settle(painter);
    }
    proxy.waitFor("the painter's end", [](Core& core) {
        return std::ranges::any_of(core.clients,
                                   [](const auto& entry) { return entry.second->retired; });
    });
    EXPECT_EQ(colourOf(left), 0x336699u);
    proxy.moveTo(second);
    EXPECT_EQ(colourOf(left), 0x336699u);
    xcb_kill_client(*program, left);
    RunningProxy::settle(*program);
    proxy.waitFor("it to go", [](Core& core) {
        return std::ranges::none_of(core.clients,
                                    [](const auto& entry) { return entry.second->retired; });
    });
    EXPECT_EQ(colourOf(left), ~0u);
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
}

class SyncSurvivalTest : public SurvivalTest {
protected:
    SyncSurvivalTest() {
        std::free(
            xcb_sync_initialize_reply(*program, xcb_sync_initialize(*program, 3, 1), nullptr));
        counter = program->newId();
        xcb_sync_create_counter(*program, counter, {0, 1});
    }
    static void set(xcb_connection_t* who, std::uint32_t counter, std::uint32_t value) {
        xcb_sync_set_counter(who, counter, {0, value});
        RunningProxy::settle(who);
    }
    std::uint32_t counter = 0;
};

// The server holds a program in Await: a move must not wait for it, and it waits on.
TEST_F(SyncSurvivalTest, aProgramThatAwaitsDoesNotStopAMove) {
    Program waiter(proxy.display());
    std::free(xcb_sync_initialize_reply(waiter, xcb_sync_initialize(waiter, 3, 1), nullptr));
    RunningProxy::settle(*program);
    const xcb_sync_waitcondition_t wait{
        {counter, XCB_SYNC_VALUETYPE_ABSOLUTE, {0, 5}, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON},
        {0, 0}};
    xcb_sync_await(waiter, 1, &wait);
    const auto behind = xcb_get_input_focus(waiter); // answered only after the wait
    xcb_flush(waiter);
    proxy.waitFor("the program to be held", [](Core& core) {
        return std::ranges::any_of(core.clients,
                                   [](const auto& entry) { return entry.second->awaits; });
    });
    for (const auto* server : {&second, &first}) {
        const auto began = Clock::now();
        proxy.moveTo(*server);
        EXPECT_LT(Clock::now() - began, 5s);
        void* reply = nullptr;
        xcb_generic_error_t* error = nullptr;
        EXPECT_EQ(xcb_poll_for_reply(waiter, behind.sequence, &reply, &error), 0);
    }
    set(*program, counter, 5);
    auto* answer = xcb_get_input_focus_reply(waiter, behind, nullptr);
    EXPECT_NE(answer, nullptr) << "the program was never let go";
    std::free(answer);
    EXPECT_EQ(xcb_connection_has_error(waiter), 0);
}

TEST_F(SyncSurvivalTest, anAlarmGoesOnWhereItWas) {
    const auto moving = program->newId();
    const std::uint32_t steps[] = {
        counter, XCB_SYNC_VALUETYPE_ABSOLUTE, 0, 10, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON, 0, 10,
        1};
    xcb_sync_create_alarm(*program, moving,
                          XCB_SYNC_CA_COUNTER | XCB_SYNC_CA_VALUE_TYPE | XCB_SYNC_CA_VALUE |
                              XCB_SYNC_CA_TEST_TYPE | XCB_SYNC_CA_DELTA | XCB_SYNC_CA_EVENTS,
                          steps);
    const auto once = program->newId();
    const std::uint32_t single[] = {
        counter, XCB_SYNC_VALUETYPE_ABSOLUTE, 0, 20, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON, 0, 0,
        1};
    xcb_sync_create_alarm(*program, once,
                          XCB_SYNC_CA_COUNTER | XCB_SYNC_CA_VALUE_TYPE | XCB_SYNC_CA_VALUE |
                              XCB_SYNC_CA_TEST_TYPE | XCB_SYNC_CA_DELTA | XCB_SYNC_CA_EVENTS,
                          single);
    const std::uint8_t alarmNotify =
        xcb_get_extension_data(*program, &xcb_sync_id)->first_event + XCB_SYNC_ALARM_NOTIFY;
    const auto heard = [&] {
        unsigned count = 0;
        while (auto* event = xcb_poll_for_event(*program)) {
            count += (event->response_type & 0x7f) == alarmNotify;
            std::free(event);
        }
        return count;
    };
    set(*program, counter, 25); // both fire: one goes on at 30, the other is done
    EXPECT_EQ(heard(), 2u);
    proxy.moveTo(second);
    RunningProxy::settle(*program);
    EXPECT_EQ(heard(), 0u) << "the move made alarms fire";
    set(*program, counter, 29);
    EXPECT_EQ(heard(), 0u);
    set(*program, counter, 30);
    EXPECT_EQ(heard(), 1u);
}

} // namespace
} // namespace entracte::xproxy
