#pragma once

// From the server to one program: swallows what belongs to requests of our own, translates, records
// what the program is told, renumbers, passes on.

#include "xproxy/proxy/Core.h"

namespace entracte::xproxy {

class ReplyPath final : public UpstreamSink {
public:
    ReplyPath(Core& core, Client& client) : m_core(core), m_client(client) {}

    void answer(std::span<std::byte> message, Outstanding* outstanding,
                std::uint64_t sequence) override;
    void event(std::span<std::byte> message, std::uint64_t sequence) override;
    // The last two steps, of an event that was kept back.
    void tell(std::span<std::byte> message, std::uint64_t sequence);

private:
    void imageReply(const MessageView& view, Outstanding& outstanding, std::uint64_t sequence);
    void watchHeldInput(const MessageView& event);
    bool imageDone(const MessageView& event);
    void reply(std::span<std::byte> message, const Outstanding& outstanding);
    enum class Memory { Passing, Staying }; // Staying: where the server's message was read
    void deliver(std::span<std::byte> message, std::uint64_t sequence,
                 Memory memory = Memory::Staying);

    Core& m_core;
    Client& m_client;
};

} // namespace entracte::xproxy
