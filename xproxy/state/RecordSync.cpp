// SYNC: counters, alarms, fences.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace sync = wire::sync;
namespace CA = wire::sync::CA;

namespace {

std::int64_t wide(std::uint32_t high, std::uint32_t low) {
    return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
}

// The value list of CreateAlarm and ChangeAlarm has 64-bit values among 32-bit ones.
void applyValues(Alarm& alarm, const MessageView& v, std::uint32_t mask, std::size_t at) {
    const auto next32 = [&] {
        at += 4;
        return v.u32(at - 4);
    };
    const auto next64 = [&] {
        at += 8;
        return wide(v.u32(at - 8), v.u32(at - 4));
    };
    if (mask & CA::Counter)
        alarm.counter = ClientXid{next32()};
    if (mask & CA::ValueType)
        alarm.valueType = next32();
    if (mask & CA::Value)
        alarm.value = next64();
    if (mask & CA::TestType)
        alarm.testType = next32();
    if (mask & CA::Delta)
        alarm.delta = next64();
    if (mask & CA::Events)
        alarm.events = next32();
    alarm.mask |= mask;
    ++alarm.changes;
    alarm.inactive = false;
    alarm.hushed = 0;
    if (mask & (CA::ValueType | CA::Value)) // else it waits for the same on another counter
        alarm.waitsFor.reset();
    if (mask & (CA::Counter | CA::ValueType | CA::Value | CA::TestType))
        alarm.counterWas.reset(); // what was passed before is nothing to it
}

// A comparison goes on by steps until it does not hold any more; the event tells what it was.
std::int64_t behind(const Alarm& alarm, std::int64_t value, std::int64_t now) {
    const auto distance = static_cast<std::uint64_t>(alarm.delta);
    std::int64_t next = 0;
    if (alarm.testType == sync::TESTTYPE::PositiveComparison && alarm.delta > 0 && now >= value) {
        const std::uint64_t over =
            static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(value);
        return __builtin_add_overflow(now, distance - over % distance, &next) ? value : next;
    }
    if (alarm.testType == sync::TESTTYPE::NegativeComparison && alarm.delta < 0 && now <= value) {
        const std::uint64_t step = 0 - distance;
        const std::uint64_t over =
            static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(now);
        return __builtin_sub_overflow(now, step - over % step, &next) ? value : next;
    }
    if (alarm.testType == sync::TESTTYPE::PositiveTransition ||
        alarm.testType == sync::TESTTYPE::NegativeTransition)
        return __builtin_add_overflow(value, alarm.delta, &next) ? value : next;
    return value;
}

} // namespace

void alarmFired(Alarm& alarm, const MessageView& event) {
    using namespace sync::AlarmNotifyEvent;
    const std::int64_t now =
        wide(static_cast<std::uint32_t>(event.get(counter_value_hi)), event.get(counter_value_lo));
    const std::int64_t value =
        wide(static_cast<std::uint32_t>(event.get(alarm_value_hi)), event.get(alarm_value_lo));
    alarm.counterWas = now;
    alarm.inactive = event.get(state) == sync::ALARMSTATE::Inactive;
    alarm.waitsFor = alarm.inactive ? value : behind(alarm, value, now);
}

void recordSyncRequest(const RequestContext& c) {
    Record& record = c.record;
    const auto& v = c.view;
    switch (c.opcode) {
    case sync::kInitialize:
        c.stick(ClientXid::None);
        break;
    case sync::kCreateCounter: {
        using namespace sync::CreateCounter;
        const ClientXid id_ = xidOf(v, id);
        if (!c.mayCreate(id_))
            break;
        record.create<Counter>(id_, c.client)->value =
            wide(static_cast<std::uint32_t>(v.get(initial_value_hi)), v.get(initial_value_lo));
        c.effects.created = id_;
        break;
    }
    case sync::kSetCounter:
        if (const auto counter = record.find<Counter>(xidOf(v, sync::SetCounter::counter)))
            counter->value = wide(static_cast<std::uint32_t>(v.get(sync::SetCounter::value_hi)),
                                  v.get(sync::SetCounter::value_lo));
        break;
    case sync::kChangeCounter:
        if (const auto counter = record.find<Counter>(xidOf(v, sync::ChangeCounter::counter))) {
            const auto amount =
                wide(static_cast<std::uint32_t>(v.get(sync::ChangeCounter::amount_hi)),
                     v.get(sync::ChangeCounter::amount_lo));
            std::int64_t sum = 0;
            if (!__builtin_add_overflow(counter->value, amount, &sum)) // else the server refuses
                counter->value = sum;
        }
        break;
    case sync::kDestroyCounter:
        record.forget<Counter>(xidOf(v, sync::DestroyCounter::counter));
        break;
    case sync::kCreateAlarm: {
        using namespace sync::CreateAlarm;
        const ClientXid id_ = xidOf(v, id);
        if (!c.mayCreate(id_))
            break;
        applyValues(*record.create<Alarm>(id_, c.client), v, v.get(value_mask), kFixedSize);
        c.effects.created = id_;
        break;
    }
    case sync::kChangeAlarm:
        if (const auto alarm = record.find<Alarm>(xidOf(v, sync::ChangeAlarm::id)))
            applyValues(*alarm, v, v.get(sync::ChangeAlarm::value_mask),
                        sync::ChangeAlarm::kFixedSize);
        break;
    case sync::kDestroyAlarm:
        record.forget<Alarm>(xidOf(v, sync::DestroyAlarm::alarm));
        break;
    case sync::kCreateFence: {
        using namespace sync::CreateFence;
        const ClientXid id = xidOf(v, fence);
        if (!c.mayCreate(id))
            break;
        const auto made = record.create<Fence>(id, c.client);
        made->drawable = xidOf(v, drawable);
        made->triggered = v.get(initially_triggered) != 0;
        c.effects.created = id;
        break;
    }
    case sync::kTriggerFence:
        if (const auto fence = record.find<Fence>(xidOf(v, sync::TriggerFence::fence)))
            fence->triggered = true;
        break;
    case sync::kResetFence:
        if (const auto fence = record.find<Fence>(xidOf(v, sync::ResetFence::fence)))
            fence->triggered = false;
        break;
    case sync::kSetPriority: { // the id tells the program; None: this one
        const std::uint32_t id = v.get(sync::SetPriority::id);
        for (auto& [client, known] : record.clients)
            if (id == 0 ? client == c.client : known.range.contains(id))
                known.priority = v.get(sync::SetPriority::priority);
        break;
    }
    case sync::kDestroyFence:
        record.forget<Fence>(xidOf(v, sync::DestroyFence::fence));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
