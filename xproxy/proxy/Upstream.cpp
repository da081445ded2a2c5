#include "xproxy/proxy/Upstream.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {
constexpr std::size_t kMessageSize = 32; // of events and errors, and of a reply at least
constexpr std::size_t kMaxReply = 512 * 1024 * 1024; // bytes; an image of 8192x8192 twice

Bytes getInputFocus(ByteOrder order) {
    return MessageBuilder::request(order, core::kGetInputFocus, 0).finish();
}

// ListFontsWithInfo is answered by many replies; the last has no name (X protocol, section 10).
bool moreToCome(const Outstanding& outstanding, const MessageView& reply) {
    return !outstanding.injected && outstanding.ext == Ext::Core && outstanding.schema &&
           outstanding.schema->number == core::kListFontsWithInfo && reply.u8(0) == 1 &&
           reply.u8(1) != 0;
}
} // namespace

Upstream::Upstream(UniqueFd socket, ByteOrder order, XidRange range, std::uint64_t clientSequence)
    : stream(std::move(socket)), order(order), range(range), sequence(clientSequence) {}

void Upstream::put(ByteView request, Memory memory) {
    if (memory == Memory::Staying)
        stream.lend(request);
    else
        stream.queue(request);
}

void Upstream::pass(ByteView request, Memory memory) {
    sequence.passed();
    put(request, memory);
    keepCountable();
}

void Upstream::pass(ByteView request, Outstanding note, Memory memory) {
    note.sequence = sequence.passed();
    note.clientSequence = sequence.clientSequence();
    expect(request, std::move(note), memory);
}

void Upstream::passRun(ByteView requests, std::uint64_t count) {
    sequence.passed(count);
    stream.lend(requests);
    keepCountable();
}

std::uint64_t Upstream::roomToCount() const {
    return kMostUnanswered + 1 - (sequence.serverSequence() - m_lastAnswered);
}

void Upstream::passAgain(ByteView request, Outstanding note) {
    note.sequence = sequence.askedAgain(note.clientSequence);
    expect(request, std::move(note), Memory::Passing);
}

void Upstream::expect(ByteView request, Outstanding note, Memory memory) {
    if (note.schema && note.schema->hasReply)
        m_lastAnswered = note.sequence;
    m_outstanding.push_back(std::move(note));
    put(request, memory);
    keepCountable();
}

void Upstream::inject(ByteView request, std::function<void(ByteView)> handler) {
    Outstanding note;
    note.sequence = sequence.injected();
    note.injected = true;
    note.handler = std::move(handler);
    m_outstanding.push_back(std::move(note));
    stream.queue(request);
    keepCountable();
}

void Upstream::sync(std::function<void()> done) {
    inject(getInputFocus(order), [done = std::move(done)](ByteView) { done(); });
    m_lastAnswered = sequence.serverSequence();
}

void Upstream::keepCountable() {
    if (sequence.serverSequence() - m_lastAnswered > kMostUnanswered) {
        m_lastAnswered = sequence.serverSequence(); // before: inject() comes here again
        sync([] {});
    }
}

void Upstream::settle(std::uint64_t sequence_) {
    while (!m_outstanding.empty() && m_outstanding.front().sequence < sequence_) {
        const Outstanding done = std::move(m_outstanding.front());
        m_outstanding.pop_front();
        if (done.handler)
            done.handler({});
    }
}

bool Upstream::process(UpstreamSink& sink) {
    for (;;) {
        const auto input = stream.input();
        if (input.size() < kMessageSize)
            return true;
        const MessageView view(input, order);
        const std::uint8_t type = view.u8(0);
        std::size_t size = kMessageSize;
        if (type == 1 || (type & 0x7f) == kGenericEvent) {
            const std::size_t more = std::size_t{view.get(wire::header::replyLength)} * 4;
            if (more > kMaxReply)
                return false;
            size += more;
        }
        if (input.size() < size)
            return true;
        const auto message = input.first(size);
        // KeymapNotify alone carries no number.
        const std::uint64_t number = (type & 0x7f) == core::kKeymapNotifyEvent
                                         ? sequence.seen()
                                         : sequence.widen(view.get(wire::header::sequence));
        settle(number);
        if (type > 1) {
            sink.event(message, number);
        } else if (!m_outstanding.empty() && m_outstanding.front().sequence == number) {
            if (moreToCome(m_outstanding.front(), view)) {
                sink.answer(message, &m_outstanding.front(), number);
            } else {
                Outstanding answered = std::move(m_outstanding.front());
                m_outstanding.pop_front();
                if (answered.injected) {
                    if (answered.handler)
                        answered.handler(message);
                } else {
                    sink.answer(message, &answered, number);
                }
            }
        } else {
            sink.answer(message, nullptr, number);
        }
        if (!stream.open())
            return true; // closed by what it told
        stream.consume(size);
    }
}

} // namespace entracte::xproxy
