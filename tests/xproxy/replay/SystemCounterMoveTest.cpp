// SYNC's system counters across servers whose clocks are apart.

#include "tests/xproxy/replay/RunningProxy.h"
#include "xproxy/replay/Capture.h"

#include <xcb/sync.h>
#include <xcb/xtest.h>

#include <optional>
#include <thread>

namespace entracte::xproxy {
namespace {

using namespace std::chrono_literals;
constexpr int kAhead = 123'456;       // seconds
constexpr std::int64_t kLong = 5'000; // ms

std::int64_t wide(xcb_sync_int64_t value) {
    return static_cast<std::int64_t>(std::uint64_t{static_cast<std::uint32_t>(value.hi)} << 32 |
                                     value.lo);
}

class SystemCounterMoveTest : public ::testing::Test {
protected:
    struct Fired {
        std::int64_t counter, alarm;
        std::uint8_t state;
    };

    void SetUp() override {
        if (!ahead.hasOwnClock())
            GTEST_SKIP() << "Needs a time namespace, which this user may not make.";
        proxy.moveTo(usual);
        program.emplace(proxy.display());
        std::free(
            xcb_sync_initialize_reply(*program, xcb_sync_initialize(*program, 3, 1), nullptr));
        notify = static_cast<std::uint8_t>(
            xcb_get_extension_data(*program, &xcb_sync_id)->first_event + XCB_SYNC_ALARM_NOTIFY);
    }
    std::map<std::string, std::uint32_t> counters() {
        std::map<std::string, std::uint32_t> found;
        auto* reply = xcb_sync_list_system_counters_reply(
            *program, xcb_sync_list_system_counters(*program), nullptr);
        // libxcb's own walk is by the size of a structure that has two bytes more than the
        // protocol.
        constexpr std::size_t kFixed = 14;
        const auto* bytes = reinterpret_cast<const std::byte*>(reply);
        std::size_t at = 32;
        for (std::uint32_t i = 0; i < reply->counters_len; ++i) {
            const std::size_t length = wire::load<std::uint16_t>(bytes + at + 12, wire::kHostOrder);
            const auto* name = reinterpret_cast<const char*>(bytes + at + kFixed);
            found[std::string(name, length)] =
                wire::load<std::uint32_t>(bytes + at, wire::kHostOrder);
            at += padded(kFixed + length);
        }
        std::free(reply);
        return found;
    }
    std::int64_t read(std::uint32_t counter) {
        auto* reply = xcb_sync_query_counter_reply(
            *program, xcb_sync_query_counter(*program, counter), nullptr);
        const std::int64_t value = reply ? wide(reply->counter_value) : -1;
        std::free(reply);
        return value;
    }
    std::uint32_t alarm(std::uint32_t counter, std::uint32_t type, std::int64_t value,
                        std::uint32_t test, std::uint32_t delta = 0) {
        const std::uint32_t id = program->newId();
        const std::uint32_t values[] = {counter,
                                        type,
                                        static_cast<std::uint32_t>(value >> 32),
                                        static_cast<std::uint32_t>(value),
                                        test,
                                        0,
                                        delta,
                                        1};
        xcb_sync_create_alarm(*program, id, 63, values);
        RunningProxy::settle(*program);
        return id;
    }
    // What it waits for, as the program is told.
    std::int64_t waitsFor(std::uint32_t id) {
        auto* reply =
            xcb_sync_query_alarm_reply(*program, xcb_sync_query_alarm(*program, id), nullptr);
        const std::int64_t value = reply ? wide(reply->trigger.wait_value) : -1;
        std::free(reply);
        return value;
    }
    std::optional<Fired> fired() {
        while (auto* event = xcb_poll_for_event(*program)) {
            std::optional<Fired> seen;
            if ((event->response_type & 0x7f) == notify) {
                const auto& told = *reinterpret_cast<xcb_sync_alarm_notify_event_t*>(event);
                seen = {wide(told.counter_value), wide(told.alarm_value), told.state};
            }
            std::free(event);
            if (seen)
                return seen;
        }
        return {};
    }
    Fired waitForIt() {
        xcb_flush(*program);
        for (const auto end = Clock::now() + 10s; Clock::now() < end;
             std::this_thread::sleep_for(5ms))
            if (const auto seen = fired())
                return *seen;
        ADD_FAILURE() << "the alarm never fired";
        return {};
    }
    // Somebody does something at the server itself.
    static void touch(const test::TestServer& server) {
        ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
        Program person(server.display());
        xcb_test_fake_input(person, XCB_MOTION_NOTIFY, 1, 0, XCB_NONE, 3, 0, 0);
        RunningProxy::settle(person);
        ::unsetenv("XAUTHORITY");
    }

    test::TestServer usual;
    test::TestServer ahead{{"-nolisten", "tcp"}, kAhead};
    RunningProxy proxy;
    std::optional<Program> program;
    std::uint8_t notify = 0;
};

TEST_F(SystemCounterMoveTest, theServersTimeGoesOn) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const auto began = Clock::now();
    const std::int64_t first = read(time);
    std::int64_t last = first;
    for (const auto* server : {&ahead, &usual, &ahead, &usual}) {
        proxy.moveTo(*server);
        const std::int64_t now = read(time);
        EXPECT_GE(now, last);
        last = now;
    }
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    EXPECT_LT(last - first, passed.count() + 1'000) << "far from " << kAhead * 1000;
    EXPECT_EQ(counters().at("SERVERTIME"), time);
}

TEST_F(SystemCounterMoveTest, theServersTimeGoesOnThoughAMoveHasToWait) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const auto began = Clock::now();
    const std::int64_t first = read(time);
    xcb_grab_server(*program);
    RunningProxy::settle(*program);
    std::thread move([this] { proxy.moveTo(ahead); });
    std::this_thread::sleep_for(800ms); // it waits for the program
    xcb_ungrab_server(*program);
    xcb_flush(*program);
    move.join();
    const std::int64_t last = read(time);
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    EXPECT_LE(last - first, passed.count() + 50) << "more time than there was";
}

TEST_F(SystemCounterMoveTest, anAlarmFiresWhenItWouldHaveFired) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const std::int64_t far = read(time) + 3'600'000;
    const std::uint32_t later =
        alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, far, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON);
    const std::uint32_t relative =
        alarm(time, XCB_SYNC_VALUETYPE_RELATIVE, 3'600'000, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON);
    const std::int64_t relativeEnd = waitsFor(relative);
    for (const auto* server : {&ahead, &usual, &ahead}) {
        proxy.moveTo(*server);
        EXPECT_EQ(waitsFor(later), far);
        EXPECT_EQ(waitsFor(relative), relativeEnd);
        RunningProxy::settle(*program);
        EXPECT_FALSE(fired());
        // One that is changed there.
        const std::int64_t soon = read(time) + 50;
        const std::uint32_t parts[] = {static_cast<std::uint32_t>(soon >> 32),
                                       static_cast<std::uint32_t>(soon)};
        xcb_sync_change_alarm(*program, later, XCB_SYNC_CA_VALUE, parts);
        const Fired seen = waitForIt();
        EXPECT_EQ(seen.alarm, soon);
        EXPECT_GE(seen.counter, soon);
        EXPECT_LT(seen.counter, soon + 60'000);
        EXPECT_LE(seen.counter, read(time));
        // It was for the last time: no move makes it fire again, and it can be set again.
        const std::uint32_t again[] = {static_cast<std::uint32_t>(far >> 32),
                                       static_cast<std::uint32_t>(far)};
        proxy.moveTo(usual);
        RunningProxy::settle(*program);
        EXPECT_FALSE(fired());
        xcb_sync_change_alarm(*program, later, XCB_SYNC_CA_VALUE, again);
        EXPECT_EQ(waitsFor(later), far);
    }
    // Relative to what it is then.
    const std::uint32_t soon[] = {0, 40};
    xcb_sync_change_alarm(*program, relative, XCB_SYNC_CA_VALUE, soon);
    EXPECT_GE(waitForIt().alarm, relativeEnd - 3'600'000);
}

// The server's time and a counter of the program's own, in turns.
TEST_F(SystemCounterMoveTest, onAnotherCounterAnAlarmWaitsForTheSame) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const std::uint32_t own = program->newId();
    xcb_sync_create_counter(*program, own, {0, 0});
    const std::int64_t far = read(time) + 3'600'000;
    const std::uint32_t one =
        alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, far, XCB_SYNC_TESTTYPE_POSITIVE_TRANSITION);
    for (const auto* server : {&usual, &ahead, &usual}) {
        proxy.moveTo(*server);
        for (const std::uint32_t counter : {own, time}) {
            xcb_sync_change_alarm(*program, one, XCB_SYNC_CA_COUNTER, &counter);
            EXPECT_EQ(waitsFor(one), far) << counter;
        }
    }
    xcb_sync_change_alarm(*program, one, XCB_SYNC_CA_COUNTER, &own);
    xcb_sync_set_counter(*program, own,
                         {static_cast<std::int32_t>(far >> 32), static_cast<std::uint32_t>(far)});
    EXPECT_EQ(waitForIt().alarm, far);
}

TEST_F(SystemCounterMoveTest, whatWasAwaitedComes) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const std::int64_t end = read(time) + 3'000;
    const xcb_sync_waitcondition_t wait{
        {time,
         XCB_SYNC_VALUETYPE_ABSOLUTE,
         {static_cast<std::int32_t>(end >> 32), static_cast<std::uint32_t>(end)},
         XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON},
        {0, 0}};
    xcb_sync_await(*program, 1, &wait);
    xcb_flush(*program);
    proxy.waitFor("the program to be held", [](Core& core) {
        return std::ranges::any_of(core.clients,
                                   [](const auto& entry) { return entry.second->awaits; });
    });
    proxy.moveTo(ahead);
    const std::int64_t now = read(time); // answered when the wait is over
    EXPECT_GE(now, end);
    EXPECT_LT(now, end + 60'000);
}

TEST_F(SystemCounterMoveTest, aMomentBetweenTwoServersIsNotMissed) {
    const std::uint32_t time = counters().at("SERVERTIME");
    const std::int64_t soon = read(time) + 3'000;
    alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, soon, XCB_SYNC_TESTTYPE_POSITIVE_TRANSITION);
    proxy.with([](Proxy&, ServerChange& change) { EXPECT_TRUE(change.detach()); });
    EXPECT_FALSE(fired()) << "too slow a machine to show anything";
    std::this_thread::sleep_for(3'200ms); // nobody looks at a clock meanwhile
    proxy.moveTo(ahead);
    const Fired seen = waitForIt();
    EXPECT_EQ(seen.alarm, soon);
    EXPECT_GE(seen.counter, soon);
    EXPECT_LT(seen.counter, soon + 60'000);
    RunningProxy::settle(*program);
    EXPECT_FALSE(fired()) << "twice";
}

TEST_F(SystemCounterMoveTest, idleTimeIsThatOfThePersonAtTheNewServer) {
    const std::uint32_t idle = counters().at("IDLETIME");
    while (read(idle) < kLong) // nobody does anything
        std::this_thread::sleep_for(100ms);
    const std::uint32_t back =
        alarm(idle, XCB_SYNC_VALUETYPE_ABSOLUTE, kLong - 1, XCB_SYNC_TESTTYPE_NEGATIVE_TRANSITION);
    EXPECT_FALSE(fired());
    touch(ahead);
    proxy.moveTo(ahead);
    EXPECT_LT(read(idle), 60'000) << "a clock's distance is no idle time";
    // Who waited for the person to come back hears of it: the person is there.
    const Fired seen = waitForIt();
    EXPECT_EQ(seen.alarm, kLong - 1);
    EXPECT_LT(seen.counter, kLong);
    EXPECT_EQ(waitsFor(back), kLong - 1);
}

TEST_F(SystemCounterMoveTest, whatFiredBeforeAServerWasLostHasFired) {
    const std::uint32_t time = counters().at("SERVERTIME");
    constexpr std::uint32_t kStep = 3'600'000;
    const std::int64_t start = read(time);
    const std::uint32_t once =
        alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, start, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON);
    EXPECT_EQ(waitForIt().state, XCB_SYNC_ALARMSTATE_INACTIVE);
    const std::uint32_t often = alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, start,
                                      XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON, kStep);
    EXPECT_EQ(waitForIt().state, XCB_SYNC_ALARMSTATE_ACTIVE);
    EXPECT_EQ(waitsFor(often), start + kStep);
    proxy.with([](Proxy&, ServerChange& change) { change.lost(); });
    proxy.moveTo(ahead);
    EXPECT_EQ(waitsFor(once), start);
    EXPECT_EQ(waitsFor(often), start + kStep);
    RunningProxy::settle(*program);
    EXPECT_FALSE(fired()) << "twice";
}

TEST_F(SystemCounterMoveTest, whatAProgramForgesIsNotBelieved) {
    const std::uint32_t time = counters().at("SERVERTIME");
    // No more than a server can sleep: of 2^31 ms and more it makes a negative time.
    const std::uint32_t id = alarm(time, XCB_SYNC_VALUETYPE_ABSOLUTE, read(time) + 3'600'000,
                                   XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON);
    const std::uint32_t window = program->window();
    RunningProxy::settle(*program);
    for (const auto* server : {&usual, &ahead}) {
        proxy.moveTo(*server);
        Program other(proxy.display());
        xcb_sync_alarm_notify_event_t event{};
        event.response_type = notify;
        event.kind = XCB_SYNC_ALARM_NOTIFY;
        event.alarm = id;
        event.counter_value = event.alarm_value = {0, 77};
        event.state = XCB_SYNC_ALARMSTATE_INACTIVE;
        xcb_send_event(other, 0, window, XCB_EVENT_MASK_NO_EVENT,
                       reinterpret_cast<const char*>(&event));
        RunningProxy::settle(other);
        const Fired seen = waitForIt();
        EXPECT_EQ(seen.counter, 77) << "what was sent";
        EXPECT_EQ(seen.alarm, 77);
        proxy.with([id](Proxy& own, ServerChange&) {
            const auto known = own.core().record.find<Alarm>(ClientXid{id});
            ASSERT_TRUE(known);
            EXPECT_FALSE(known->inactive);
            EXPECT_NE(known->counterWas.value_or(0), 77);
        });
    }
}

// A server that is asked for a counter forgets what it would have told of it.
TEST_F(SystemCounterMoveTest, nothingIsAskedOfAlarmsInTheBackground) {
    const std::uint32_t id = alarm(counters().at("IDLETIME"), XCB_SYNC_VALUETYPE_ABSOLUTE, kLong,
                                   XCB_SYNC_TESTTYPE_POSITIVE_TRANSITION);
    proxy.with([](Proxy& own, ServerChange&) {
        captureIdle(own.core(), 0);
        own.flushUtility();
    });
    proxy.audit(); // whatever was asked is answered by then
    proxy.with([id](Proxy& own, ServerChange&) {
        const auto known = own.core().record.find<Alarm>(ClientXid{id});
        ASSERT_TRUE(known);
        EXPECT_FALSE(known->counterWas);
        EXPECT_FALSE(known->waitsFor);
    });
}

} // namespace
} // namespace entracte::xproxy
