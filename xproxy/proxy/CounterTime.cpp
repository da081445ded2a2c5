#include "xproxy/proxy/CounterTime.h"

#include <limits>

namespace entracte::xproxy {

namespace sync = wire::sync;
namespace CA = wire::sync::CA;

namespace {

// What is for ever, or long gone, stays so.
std::int64_t sum(std::int64_t value, std::int64_t distance) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (value == Limits::max() || value == Limits::min())
        return value;
    std::int64_t moved = 0;
    if (!__builtin_add_overflow(value, distance, &moved))
        return moved;
    return distance > 0 ? Limits::max() : Limits::min();
}

} // namespace

std::int64_t CounterTime::toClient(ClientXid counter, std::int64_t value) const {
    return counter == m_counter && counter != ClientXid::None ? sum(value, m_ahead) : value;
}

std::int64_t CounterTime::toServer(ClientXid counter, std::int64_t value) const {
    return counter == m_counter && counter != ClientXid::None ? sum(value, -m_ahead) : value;
}

// `at` as it lies in the message.
void CounterTime::move(std::span<std::byte> message, std::size_t at, ByteOrder order,
                       Way way) const {
    if (at > message.size() || message.size() - at < 8)
        return;
    const auto value = static_cast<std::int64_t>(
        std::uint64_t{wire::load<std::uint32_t>(&message[at], order)} << 32 |
        wire::load<std::uint32_t>(&message[at + 4], order));
    const auto moved = static_cast<std::uint64_t>(
        way == Way::ToServer ? toServer(m_counter, value) : toClient(m_counter, value));
    wire::store(&message[at], static_cast<std::uint32_t>(moved >> 32), order);
    wire::store(&message[at + 4], static_cast<std::uint32_t>(moved), order);
}

void CounterTime::request(std::uint8_t opcode, std::span<std::byte> message, ByteOrder order,
                          bool bigRequest) const {
    if (m_ahead == 0)
        return;
    if (opcode == sync::kCreateAlarm || opcode == sync::kChangeAlarm)
        moveAlarm(message, order, bigRequest);
    else if (opcode == sync::kAwait)
        moveAwait(message, order, bigRequest);
}

// A ChangeAlarm that tells a value tells the counter, too (RequestPath sees to that).
void CounterTime::moveAlarm(std::span<std::byte> message, ByteOrder order, bool bigRequest) const {
    const MessageView view(message, order, bigRequest);
    const std::uint32_t mask = view.get(sync::CreateAlarm::value_mask);
    std::size_t at = sync::CreateAlarm::kFixedSize;
    if (!(mask & CA::Counter) || !(mask & CA::Value) || ClientXid{view.u32(at)} != m_counter)
        return;
    at += 4;
    if (mask & CA::ValueType) {
        if (view.u32(at) != sync::VALUETYPE::Absolute)
            return;
        at += 4;
    }
    move(message, view.place(at), order, Way::ToServer);
}

void CounterTime::moveAwait(std::span<std::byte> message, ByteOrder order, bool bigRequest) const {
    // Each: counter, type of the value, value, test, and a threshold of differences.
    constexpr std::size_t kWaitCondition = 28;
    const MessageView view(message, order, bigRequest);
    for (std::size_t at = sync::Await::kFixedSize; at + kWaitCondition <= view.size();
         at += kWaitCondition)
        if (ClientXid{view.u32(at)} == m_counter && view.u32(at + 4) == sync::VALUETYPE::Absolute)
            move(message, view.place(at + 8), order, Way::ToServer);
}

void CounterTime::reply(const MessageView& request, std::span<std::byte> message,
                        ByteOrder order) const {
    if (m_ahead == 0)
        return;
    const MessageView view(message, order);
    if (request.u8(1) == sync::kQueryCounter) {
        if (xidOf(request, sync::QueryCounter::counter) == m_counter)
            move(message, sync::QueryCounterReply::counter_value_hi.offset, order, Way::ToClient);
    } else if (request.u8(1) == sync::kQueryAlarm) {
        using namespace sync::QueryAlarmReply;
        if (xidOf(view, trigger_counter) == m_counter &&
            view.get(trigger_wait_type) == sync::VALUETYPE::Absolute)
            move(message, trigger_wait_value_hi.offset, order, Way::ToClient);
    }
}

void CounterTime::event(std::uint8_t offset, std::span<std::byte> message, ByteOrder order) const {
    if (m_ahead == 0)
        return;
    const MessageView view(message, order);
    if (offset == sync::kCounterNotifyEvent) {
        using namespace sync::CounterNotifyEvent;
        if (xidOf(view, counter) != m_counter)
            return;
        move(message, wait_value_hi.offset, order, Way::ToClient);
        move(message, counter_value_hi.offset, order, Way::ToClient);
    } else if (offset == sync::kAlarmNotifyEvent) {
        using namespace sync::AlarmNotifyEvent;
        if (!counterOf || counterOf(xidOf(view, alarm)) != m_counter)
            return;
        move(message, counter_value_hi.offset, order, Way::ToClient);
        move(message, alarm_value_hi.offset, order, Way::ToClient);
    }
}

} // namespace entracte::xproxy
