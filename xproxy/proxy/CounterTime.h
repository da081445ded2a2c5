#pragma once

// SYNC's system counter SERVERTIME (milliseconds, 64 bits) of the two worlds. What programs read of
// it goes on across servers, and what they wait for comes when it would have come: values of this
// counter are moved by the distance of the two clocks wherever they are told. Only absolute values:
// a relative one is the same everywhere. IDLETIME and its kin are not moved: they tell since when
// the person at *this* server has done nothing.
//
// Messages are in the programs' world already, or still.

#include "xproxy/state/Wire.h"

#include <functional>

namespace entracte::xproxy {

class CounterTime {
public:
    // The session's first server.
    CounterTime() = default;
    // `counter`: SERVERTIME as the programs know it; `ahead`: by how much their time is.
    CounterTime(ClientXid counter, std::int64_t ahead) : m_counter(counter), m_ahead(ahead) {}

    // Of another counter it is as it was.
    std::int64_t toClient(ClientXid counter, std::int64_t value) const;
    std::int64_t toServer(ClientXid counter, std::int64_t value) const;
    std::int64_t ahead() const { return m_ahead; }
    bool isTime(ClientXid counter) const {
        return m_counter != ClientXid::None && counter == m_counter;
    }

    void request(std::uint8_t opcode, std::span<std::byte> message, ByteOrder order,
                 bool bigRequest) const;
    void reply(const MessageView& request, std::span<std::byte> message, ByteOrder order) const;
    // `offset`: its code without the extension's first.
    void event(std::uint8_t offset, std::span<std::byte> message, ByteOrder order) const;

    // Which counter an alarm is on: its event does not say so.
    std::function<ClientXid(ClientXid alarm)> counterOf;

private:
    enum class Way { ToServer, ToClient };
    void move(std::span<std::byte> message, std::size_t at, ByteOrder order, Way way) const;
    void moveAlarm(std::span<std::byte> message, ByteOrder order, bool bigRequest) const;
    void moveAwait(std::span<std::byte> message, ByteOrder order, bool bigRequest) const;

    ClientXid m_counter = ClientXid::None;
    std::int64_t m_ahead = 0; // ms
};

} // namespace entracte::xproxy
