#pragma once

// One program's connection. It outlives every server connection that serves it.

#include "xproxy/proxy/EventLoop.h"
#include "xproxy/proxy/HeldInput.h"
#include "xproxy/proxy/SharedImages.h"
#include "xproxy/proxy/SocketStream.h"
#include "xproxy/proxy/Upstream.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

namespace entracte::xproxy {

// Calls a function when its descriptor is ready.
class Watcher final : public Pollable {
public:
    std::function<void(std::uint32_t)> act;
    void ready(std::uint32_t epollEvents) override { act(epollEvents); }
};

class Client {
public:
    // What is on its way to a program that does not read: no more is read from the server for it,
    // and nothing from itself.
    static constexpr std::size_t kMostUnread = 64u << 20; // bytes
    static constexpr std::size_t kMostOwed = 20'000;      // answers of the server, or its silence
    // So an answer is always on its way that ends the waiting.
    static_assert(kMostOwed > Upstream::kMostUnanswered);

    enum class Phase : std::uint8_t {
        Greeting,   // its setup request is not whole yet
        Connecting, // waits for a server connection
        Running,
        Gone,
    };
    Client(ClientId id, UniqueFd socket) : id(id), stream(std::move(socket)) {}

    const ClientId id;
    SocketStream stream;
    Phase phase = Phase::Greeting;
    std::int32_t pid = 0; // of the program that connected, as the session numbers it; 0: unknown
    ByteOrder order = wire::kHostOrder;
    XidRange range; // what the program was given
    bool bigRequests = false;
    std::uint64_t passedOver =
        0;                // bytes still to come of a request that was refused for its length
    bool asked = false;   // a server connection was asked for
    bool held = false;    // its next request waits for something outside (a segment's descriptor)
    bool retired = false; // ended; what it made stays (SetCloseDownMode)
    bool awaits = false;  // held because the server holds it: SYNC Await
    std::unique_ptr<Upstream> upstream; // null: no server
    bool isOwedTooMuch() const { return upstream && upstream->outstanding().size() >= kMostOwed; }
    bool asksTooMuch() const { return stream.queued() >= kMostUnread || isOwedTooMuch(); }
    std::uint64_t sequence = 0; // requests it had sent when the last server connection ended
    std::uint64_t told = 0;     // the highest number that it was ever told
    // Of what the proxy itself tells it now. While a new server is asked anew, that one's numbers
    // are not as far yet.
    std::uint64_t numberToTell() const {
        return std::max(upstream->sequence.clientSequence(), told);
    }
    HeldInput input; // what it knows to be down
    // Requests that a lost server left unanswered, to be asked again.
    std::deque<Outstanding> unanswered;
    std::unique_ptr<UpstreamSink> sink; // what the server says goes through it
    // A large PutImage, while its bytes arrive.
    struct ArrivingImage {
        std::shared_ptr<SharedImage> image;
        Bytes header; // of the request
        bool big = false;
        std::size_t size = 0; // of the pixels, bytes
    };
    std::optional<ArrivingImage> arriving;
    bool waitsForImage = false; // for shared memory that its earlier images still use
    Watcher fromProgram;
    Watcher fromServer;
    bool closed = false; // the program will send no more
    // What the server said is written before anything else is read: it need not be copied.
    bool writesAtOnce = false;
};

} // namespace entracte::xproxy
