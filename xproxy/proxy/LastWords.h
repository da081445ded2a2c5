#pragma once

// A server that ends closes one connection after the other, and tells those that are open still
// that the windows of the closed ones are gone. Whoever believed it would have no windows on the
// next server. So what is said of a window whose program's connection has ended is kept back until
// it is known which of the two ended: the server (then it was never said), or that one connection
// (KillClient; then it is said before the program goes).

#include "xproxy/state/Record.h"

#include <functional>
#include <vector>

namespace entracte::xproxy {

class LastWords {
public:
    // Whether the server's connection of this program has ended; asked for the owners of windows.
    std::function<bool(ClientId)> hasEnded;

    // True: it is kept back. `message` is as `to` will hear it (kNobody: the record alone).
    bool keep(const Record& record, ClientId to, const MessageView& message,
              std::uint64_t sequence);

    using Say =
        std::function<void(ClientId to, std::span<std::byte> message, std::uint64_t sequence)>;
    // Of this program's windows, in their order.
    void sayThoseOf(ClientId owner, const Say& say);
    // The server has ended.
    void forget() { m_kept.clear(); }

private:
    struct Word {
        ClientId owner;
        ClientId to;
        Bytes message;
        std::uint64_t sequence;
    };
    std::vector<Word> m_kept;
};

} // namespace entracte::xproxy
