#pragma once

// One connection to the X server: a program's, or the proxy's own utility connection. Counts
// requests, remembers what answers are expected, and puts requests of our own in between, whose
// answers and errors no program sees. Translation happens above: what is queued here is in the
// server's world already.

#include "xproxy/proxy/OwedEvents.h"
#include "xproxy/proxy/SequenceMap.h"
#include "xproxy/proxy/SocketStream.h"
#include "xproxy/state/Sticky.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace entracte::xproxy {

class SharedImage;

struct Outstanding {
    std::uint64_t sequence = 0;       // the server's number
    std::uint64_t clientSequence = 0; // the program's
    bool injected = false;
    Ext ext = Ext::Core;
    const wire::MessageSchema* schema = nullptr; // of the request
    Bytes request;                               // the program's; kept when it has a reply
    bool bigRequest = false;
    ClientXid created = ClientXid::None;              // does not exist if this fails
    std::uint64_t createdSerial = 0;                  // the record's number of it
    std::optional<StickyRequests::Unjudged> unjudged; // as before, if this fails
    bool blocks = false; // the server does nothing more for the program until it is done
    // Has no answer, and takes back or makes anew what an unanswered one asks for: done again with
    // it.
    bool undoes = false;
    bool undone = false; // by such a one: what the answer grants is gone already
    // In place of the server's answer; the request on the wire is then a GetInputFocus.
    Bytes substitute;
    UniqueFd substituteFd;
    // A GetImage or PutImage of the program's that reached the server as one of MIT-SHM.
    std::shared_ptr<SharedImage> image;
    // Of an injected request: the reply, the error, or (when it has neither) nothing.
    std::function<void(ByteView)> handler;
};

class UpstreamSink {
public:
    // `outstanding` is null for an error of a request of which nothing was kept.
    virtual void answer(std::span<std::byte> message, Outstanding* outstanding,
                        std::uint64_t sequence) = 0;
    virtual void event(std::span<std::byte> message, std::uint64_t sequence) = 0;

    virtual ~UpstreamSink() = default;
};

class Upstream {
public:
    // Requests in a row to which the server says nothing; then it is asked something. Less than
    // half of what 16 bits can tell apart.
    static constexpr std::uint64_t kMostUnanswered = 10'000;

    Upstream(UniqueFd socket, ByteOrder order, XidRange range, std::uint64_t clientSequence);

    SocketStream stream;
    const ByteOrder order;
    const XidRange range; // the server's
    SequenceMap sequence;
    OwedEvents owedEvents;

    // Whether the bytes of a request stay where they are until the stream is flushed: then they are
    // not copied.
    enum class Memory { Passing, Staying };
    // A program's request. `note` is kept when an answer is expected or it may be undone.
    void pass(ByteView request, Memory memory = Memory::Passing);
    void pass(ByteView request, Outstanding note, Memory memory = Memory::Passing);
    // Several requests, one after the other, none of which has an answer; at most roomToCount() of
    // them.
    void passRun(ByteView requests, std::uint64_t count);
    std::uint64_t roomToCount() const;
    // The same, for one that another server left unanswered: note.clientSequence is its number.
    void passAgain(ByteView request, Outstanding note);
    // A request of our own. `handler` is called once, unless the connection is lost before.
    void inject(ByteView request, std::function<void(ByteView)> handler = {});
    // A round trip; after it, all that was queued before has been done.
    void sync(std::function<void()> done);

    // Handles every whole message that was read. False: the server talks nonsense.
    bool process(UpstreamSink& sink);

    std::deque<Outstanding>& outstanding() { return m_outstanding; }
    // The server is known to have done all that it was ever sent: nothing can come any more that
    // bears an earlier number than a request that arrives now.
    bool allDone() const {
        return m_outstanding.empty() && sequence.seen() == sequence.serverSequence();
    }
    bool idle() const { return m_outstanding.empty() && stream.queued() == 0; }

private:
    void expect(ByteView request, Outstanding note, Memory memory);
    void put(ByteView request, Memory memory);
    void settle(std::uint64_t sequence);
    void keepCountable();

    std::deque<Outstanding> m_outstanding;
    std::uint64_t m_lastAnswered = 0; // number of the last request that surely gets an answer
};

} // namespace entracte::xproxy
