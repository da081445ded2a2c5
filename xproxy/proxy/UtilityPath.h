#pragma once

// From the server to the proxy itself: the events that the utility connection asked for keep the
// record true where others (a window manager of the person's desktop) move the session's windows.

#include "xproxy/proxy/Core.h"

namespace entracte::xproxy {

class UtilityPath final : public UpstreamSink {
public:
    explicit UtilityPath(Core& core) : m_core(core) {}

    // Asks for the events; once for each server.
    void watchRoots();

    void answer(std::span<std::byte>, Outstanding*, std::uint64_t) override {}
    void event(std::span<std::byte> message, std::uint64_t sequence) override;

private:
    void heedManager(const MessageView& change);
    void watchWindow(ClientXid window);

    Core& m_core;
};

// A request on the utility connection, in host byte order.
MessageBuilder utilityRequest(std::uint8_t major, std::uint8_t second);

} // namespace entracte::xproxy
