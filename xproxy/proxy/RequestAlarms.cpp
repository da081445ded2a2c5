// ChangeAlarm on a server that was moved to: alarms wait there for absolute values, and for those
// of another clock, whatever their programs have said.

#include "xproxy/proxy/RequestPath.h"

#include <algorithm>
#include <bit>

namespace entracte::xproxy {

namespace sync = wire::sync;
namespace CA = wire::sync::CA;

// With counter, type and value together, of which the program may have told one. Nothing: the
// request is as it has to be.
Bytes RequestPath::wholeChange(const Client& client, const MessageView& view,
                               ClientXid counterBefore) const {
    constexpr std::uint32_t kTrigger = CA::Counter | CA::ValueType | CA::Value;
    constexpr std::uint32_t kAll = kTrigger | CA::TestType | CA::Delta | CA::Events;
    const std::uint32_t mask = view.get(sync::ChangeAlarm::value_mask);
    const auto sizeOf = [](std::uint32_t values) { // bytes: two are of 64 bits
        return 4u * static_cast<std::uint32_t>(std::popcount(values) +
                                               std::popcount(values & (CA::Value | CA::Delta)));
    };
    const auto alarm = m_core.record.find<Alarm>(xidOf(view, sync::ChangeAlarm::id));
    if (!alarm || !(mask & kTrigger) || (mask & kTrigger) == kTrigger || (mask & ~kAll) ||
        view.size() != sync::ChangeAlarm::kFixedSize + sizeOf(mask))
        return {};
    // Another counter alone: the server goes on waiting for the value that it waits for, which is
    // the same number in its world only where neither is its time.
    const bool otherCounterAlone = !(mask & (CA::ValueType | CA::Value));
    const CounterTime& clock = m_core.link->translator->counterTime;
    const bool isKnown = alarm->waitsFor || alarm->valueType == sync::VALUETYPE::Absolute;
    if (otherCounterAlone &&
        (clock.isTime(counterBefore) == clock.isTime(alarm->counter) || !isKnown))
        return {};
    const bool counterExists =
        m_core.record.find<Counter>(alarm->counter) ||
        std::ranges::any_of(m_core.face->systemCounters,
                            [&](const auto& counter) { return counter.id == raw(alarm->counter); });
    const std::uint32_t whole =
        mask | CA::ValueType | CA::Value | (counterExists ? CA::Counter : 0u);
    auto request = MessageBuilder::request(client.order, view.u8(0), sync::kChangeAlarm);
    request.u32(raw(alarm->id)).u32(whole);
    std::size_t at = sync::ChangeAlarm::kFixedSize;
    if (mask & CA::Counter)
        request.u32(view.u32(at)); // which the server may refuse
    else if (whole & CA::Counter)
        request.u32(raw(alarm->counter));
    const auto value = static_cast<std::uint64_t>(
        otherCounterAlone ? alarm->waitsFor.value_or(alarm->value) : alarm->value);
    request
        .u32(otherCounterAlone ? static_cast<std::uint32_t>(sync::VALUETYPE::Absolute)
                               : alarm->valueType)
        .u32(static_cast<std::uint32_t>(value >> 32))
        .u32(static_cast<std::uint32_t>(value));
    at += sizeOf(mask & kTrigger);
    return request.bytes(view.part(at, sizeOf(mask & ~kTrigger))).finish();
}

} // namespace entracte::xproxy
