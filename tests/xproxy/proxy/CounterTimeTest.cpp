// Values of SERVERTIME in both worlds.

#include "xproxy/proxy/CounterTime.h"
#include "xproxy/proxy/TimeMap.h"

#include <gtest/gtest.h>

#include <limits>

namespace entracte::xproxy {
namespace {

namespace sync = wire::sync;
constexpr ClientXid kServerTime{0x33};
constexpr ClientXid kIdleTime{0x34};
constexpr std::int64_t kAhead = 5'000'000'000; // more than 32 bits

MessageBuilder value(MessageBuilder message, std::int64_t value) {
    message.u32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32))
        .u32(static_cast<std::uint32_t>(value));
    return message;
}

class CounterTimeTest : public ::testing::TestWithParam<ByteOrder> {
protected:
    CounterTimeTest() {
        map.counterOf = [](ClientXid alarm) {
            return raw(alarm) == 0x400001 ? kServerTime : kIdleTime;
        };
    }
    Bytes createAlarm(ClientXid counter, std::uint32_t type, std::int64_t waits) const {
        auto request = MessageBuilder::request(GetParam(), 134, sync::kCreateAlarm);
        request.u32(0x400001).u32(15).u32(raw(counter)).u32(type);
        return value(std::move(request), waits).u32(2).finish();
    }
    Bytes await(std::int64_t first, std::int64_t second, std::int64_t third) const {
        auto request = MessageBuilder::request(GetParam(), 134, sync::kAwait);
        request.u32(raw(kServerTime)).u32(0);
        request = value(std::move(request), first).u32(2).u32(0).u32(7).u32(raw(kServerTime));
        request = value(std::move(request.u32(1)), second).u32(2).u32(0).u32(7).u32(raw(kIdleTime));
        return value(std::move(request.u32(0)), third).u32(2).u32(0).u32(7).finish();
    }
    Bytes toServer(std::uint8_t opcode, Bytes message) const {
        map.request(opcode, message, GetParam(), false);
        return message;
    }
    CounterTime map{kServerTime, kAhead};
};

TEST_P(CounterTimeTest, whatAnAlarmWaitsForComesWhenItWouldHaveCome) {
    EXPECT_EQ(toServer(sync::kCreateAlarm, createAlarm(kServerTime, 0, kAhead + 70'000)),
              createAlarm(kServerTime, 0, 70'000));
    EXPECT_EQ(toServer(sync::kChangeAlarm, createAlarm(kServerTime, 0, 70'000)),
              createAlarm(kServerTime, 0, 70'000 - kAhead));
}

TEST_P(CounterTimeTest, relativeValuesAndOtherCountersStayAsTheyAre) {
    for (const auto& alarm : {createAlarm(kServerTime, 1, 70'000), createAlarm(kIdleTime, 0, 70)})
        EXPECT_EQ(toServer(sync::kCreateAlarm, alarm), alarm);
    EXPECT_EQ(toServer(sync::kAwait, await(kAhead + 1, 2, 3)), await(1, 2, 3));
}

TEST_P(CounterTimeTest, whatIsForEverStaysSo) {
    constexpr auto kEver = std::numeric_limits<std::int64_t>::max();
    constexpr auto kNever = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(CounterTime(kServerTime, -kAhead).toServer(kServerTime, kEver), kEver);
    EXPECT_EQ(map.toServer(kServerTime, kNever), kNever);
    EXPECT_EQ(map.toClient(kServerTime, kEver), kEver);
    EXPECT_EQ(map.toServer(kServerTime, kEver), kEver);
    EXPECT_EQ(map.toClient(kServerTime, kNever), kNever);
}

TEST_P(CounterTimeTest, eventsTellTheProgramsTime) {
    const auto alarmNotify = [](std::uint32_t alarm, std::int64_t ahead) {
        auto event = MessageBuilder(GetParam(), 0);
        event.u8(85).u8(1).u16(7).u32(alarm);
        event = value(value(std::move(event), 70'001 + ahead), 70'000 + ahead);
        return event.u32(9).u32(0).take();
    };
    Bytes event = alarmNotify(0x400001, 0);
    map.event(sync::kAlarmNotifyEvent, event, GetParam());
    EXPECT_EQ(event, alarmNotify(0x400001, kAhead));
    event = alarmNotify(0x400002, 0); // on another counter
    map.event(sync::kAlarmNotifyEvent, event, GetParam());
    EXPECT_EQ(event, alarmNotify(0x400002, 0));
}

TEST_P(CounterTimeTest, noBytesDoHarm) {
    for (std::size_t size = 4; size < 64; ++size)
        for (const std::uint8_t opcode : {sync::kCreateAlarm, sync::kChangeAlarm, sync::kAwait}) {
            Bytes cut = opcode == sync::kAwait ? await(1, 2, 3) : createAlarm(kServerTime, 0, 1);
            cut.resize(std::min(size, cut.size()));
            map.request(opcode, cut, GetParam(), false);
            map.request(opcode, cut, GetParam(), true);
            map.reply(MessageView(cut, GetParam()), cut, GetParam());
            map.event(opcode, cut, GetParam());
        }
}

TEST(NearTest, findsTheMomentWithTheseBits) {
    EXPECT_EQ(near(0x1'0000'0010, 0xfffffff0), 0xffff'fff0);
    EXPECT_EQ(near(0xffff'fff0, 0x10), 0x1'0000'0010);
    EXPECT_EQ(near(5'000, 5'100), 5'100);
}

INSTANTIATE_TEST_SUITE_P(Orders, CounterTimeTest,
                         ::testing::Values(ByteOrder::Little, ByteOrder::Big));

} // namespace
} // namespace entracte::xproxy
