// SYNC: counters, alarms and fences, and what the servers' own counters have gone through between
// two servers.

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"

#include <algorithm>

namespace entracte::xproxy {

namespace sync = wire::sync;
namespace CA = wire::sync::CA;

namespace {

std::int64_t wide(std::uint32_t high, std::uint32_t low) {
    return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
}

void put(MessageBuilder& request, std::int64_t value) {
    request.u32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32));
    request.u32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value)));
}

bool isSystemCounter(const ReplayContext& c, ClientXid counter) {
    return std::ranges::any_of(c.core.face->systemCounters,
                               [&](const auto& one) { return one.id == raw(counter); });
}

bool compares(const Alarm& alarm) {
    return alarm.testType == sync::TESTTYPE::PositiveComparison ||
           alarm.testType == sync::TESTTYPE::NegativeComparison;
}

std::int64_t waitsFor(const Alarm& alarm) {
    return alarm.waitsFor.value_or(alarm.value);
}

// One that has fired for the last time does so once more when it is made again. On a counter of the
// server's own that may be later.
bool firesAgain(const ReplayContext& c, const Alarm& alarm) {
    if (!alarm.inactive || alarm.events == 0 || !compares(alarm))
        return false;
    if (isSystemCounter(c, alarm.counter))
        return true;
    const auto counter = c.record.find<Counter>(alarm.counter);
    return counter && (alarm.testType == sync::TESTTYPE::PositiveComparison
                           ? counter->value >= waitsFor(alarm)
                           : counter->value <= waitsFor(alarm));
}

// Whether the server's own counter went past what the alarm waits for while no server looked: on
// the old one it was before that, on the new one it is behind.
bool wasPassed(const ReplayContext& c, const Alarm& alarm) {
    const auto now = c.systemCounters.find(alarm.counter);
    if (now == c.systemCounters.end() || !alarm.counterWas || alarm.inactive)
        return false;
    const std::int64_t at = waitsFor(alarm);
    return alarm.testType == sync::TESTTYPE::PositiveTransition
               ? *alarm.counterWas < at && now->second >= at
           : alarm.testType == sync::TESTTYPE::NegativeTransition
               ? *alarm.counterWas > at && now->second <= at
               : false;
}

void createAlarm(ReplayContext& c, Client& owner, const std::shared_ptr<Alarm>& alarm) {
    const bool counterExists = alarm->counter == ClientXid::None ||
                               c.record.find<Counter>(alarm->counter) ||
                               isSystemCounter(c, alarm->counter);
    std::uint32_t mask = counterExists ? alarm->mask : alarm->mask & ~CA::Counter;
    std::int64_t value = waitsFor(*alarm);
    std::uint32_t type = alarm->valueType;
    if (alarm->waitsFor) {
        mask |= CA::Value | CA::ValueType;
        type = sync::VALUETYPE::Absolute;
    }
    if (wasPassed(c, *alarm)) {
        c.passedAlarms.push_back({alarm, value});
        std::int64_t next = 0;
        if (!__builtin_add_overflow(value, alarm->delta, &next))
            value = next;
    }
    auto request = c.as(owner, Ext::Sync, sync::kCreateAlarm);
    request.u32(raw(alarm->id)).u32(mask);
    if (mask & CA::Counter)
        request.u32(raw(alarm->counter));
    if (mask & CA::ValueType)
        request.u32(type);
    if (mask & CA::Value)
        put(request, value);
    if (mask & CA::TestType)
        request.u32(alarm->testType);
    if (mask & CA::Delta)
        put(request, alarm->delta);
    if (mask & CA::Events)
        request.u32(alarm->events);
    if (firesAgain(c, *alarm))
        alarm->hushed = 1;
    c.send(owner, request.finish());
}

} // namespace

void replayCounters(ReplayContext& c) {
    for (const auto& counter : c.record.all<Counter>())
        if (Client* owner = c.client(counter->owner)) {
            auto request = c.as(*owner, Ext::Sync, sync::kCreateCounter);
            request.u32(raw(counter->id));
            put(request, counter->value);
            c.send(*owner, request.finish());
        }
    for (const auto& alarm : c.record.all<Alarm>()) {
        if (!alarm->counterWas || !isSystemCounter(c, alarm->counter) ||
            c.systemCounters.contains(alarm->counter))
            continue;
        c.systemCounters[alarm->counter] = *alarm->counterWas; // should the server not say
        c.askAsProxy(
            c.asProxy(Ext::Sync, sync::kQueryCounter).u32(raw(alarm->counter)).finish(),
            [&c, counter = alarm->counter](const MessageView& reply) {
                using namespace sync::QueryCounterReply;
                if (reply.u8(0) == 1)
                    c.systemCounters[counter] = c.core.link->translator->counterTime.toClient(
                        counter, wide(static_cast<std::uint32_t>(reply.get(counter_value_hi)),
                                      reply.get(counter_value_lo)));
            });
    }
}

void replaySyncObjects(ReplayContext& c) {
    for (const auto& alarm : c.record.all<Alarm>())
        if (Client* owner = c.client(alarm->owner))
            createAlarm(c, *owner, alarm);
    for (const auto& fence : c.record.all<Fence>())
        if (Client* owner = c.client(fence->owner)) {
            const ClientXid drawable =
                c.record.exists(fence->drawable) ? fence->drawable : c.record.roots.front();
            c.send(*owner, c.as(*owner, Ext::Sync, sync::kCreateFence)
                               .u32(raw(drawable))
                               .u32(raw(fence->id))
                               .u8(fence->triggered ? 1 : 0)
                               .pad(3)
                               .finish());
        }
}

void tellPassedAlarms(ReplayContext& c) {
    const std::uint8_t first = c.core.face->extensions.of(Ext::Sync).firstEvent;
    const auto high = [](std::int64_t value) { return static_cast<std::int32_t>(value >> 32); };
    const auto low = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    for (const auto& [one, value] : c.passedAlarms) {
        Client* owner = c.client(one->owner);
        const std::int64_t now = c.systemCounters[one->counter];
        std::int64_t next = 0;
        one->waitsFor = __builtin_add_overflow(value, one->delta, &next) ? value : next;
        one->counterWas = now;
        if (!owner || one->events == 0)
            continue;
        using namespace sync::AlarmNotifyEvent;
        owner->stream.queue(
            EventBuilder(*owner, static_cast<std::uint8_t>(first + sync::kAlarmNotifyEvent))
                .set(kind, sync::kAlarmNotifyEvent)
                .set(alarm, raw(one->id))
                .set(counter_value_hi, high(now))
                .set(counter_value_lo, low(now))
                .set(alarm_value_hi, high(value))
                .set(alarm_value_lo, low(value))
                .set(timestamp, c.core.link->translator->time.latestClient())
                .set(state, sync::ALARMSTATE::Active)
                .bytes());
    }
}

} // namespace entracte::xproxy
