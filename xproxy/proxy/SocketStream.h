#pragma once

// One connected, non-blocking unix stream socket with what was read and not yet used, what is to be
// written, and the descriptors that travel with either (SCM_RIGHTS). Descriptors keep their order
// among themselves and never arrive after the bytes they belong to; the X protocol needs no more.

#include "session/base/UniqueFd.h"
#include "xproxy/proxy/InputBuffer.h"
#include "xproxy/proxy/OutputQueue.h"

#include <deque>

namespace entracte::xproxy {

class SocketStream {
public:
    SocketStream() = default;
    explicit SocketStream(UniqueFd socket);

    int fd() const { return m_socket.get(); }
    bool open() const { return m_socket.valid(); }
    void close();

    // Reads what there is, at most about 256 KiB. False: the other side is gone (or broke a limit).
    bool read();
    // The other side has ended it, whether or not all that it said was read.
    bool hasHungUp() const;
    // Bytes of input that the last read() brought.
    std::size_t lastRead() const { return m_lastRead; }
    // Writes what the socket takes. False: the other side is gone.
    bool flush();

    // Input not yet used. Bytes may be changed in place before they are passed on.
    std::span<std::byte> input() { return m_in.bytes(); }
    void consume(std::size_t count) { m_in.consume(count); }
    // The next bytes of the input, those that are there already first, go where they are told; what
    // follows them stays input.
    void divert(std::span<std::byte> into);
    bool diverting() const { return !m_diverted.empty(); }
    // Gives up diverting: `bytes`, all that the diverted part had so far, are input again.
    void takeBack(ByteView bytes);
    std::size_t missing() const { return m_diverted.size(); }
    // The input's memory may be used for other streams, if all of it was consumed.
    void releaseInput() { m_in.release(); }
    // The oldest descriptor that came, invalid when there is none.
    UniqueFd takeFd();

    void queue(ByteView bytes) { m_out.append(bytes); }
    // The same without a copy: the bytes stay where they are until the next flush().
    void lend(ByteView bytes) { m_out.lend(bytes); }
    // Or for as long as `holder` lives, which is let go when they were written.
    void pin(ByteView bytes, std::shared_ptr<const void> holder) {
        m_out.pin(bytes, std::move(holder));
    }
    // The descriptor goes with the next byte that is queued.
    void queueFd(UniqueFd fd);
    // Whatever was pinned is copied.
    void unpin() { m_out.unpin(); }
    std::size_t queued() const { return m_out.size(); }
    void discardOutput();
    void discardInput();

private:
    struct QueuedFd {
        std::uint64_t position; // of the byte it goes with, counted from the start of the stream
        UniqueFd fd;
    };
    UniqueFd m_socket;
    bool write();

    InputBuffer m_in;
    std::size_t m_lastRead = 0;
    std::span<std::byte> m_diverted; // still to be filled
    OutputQueue m_out;
    std::uint64_t m_written = 0; // bytes of the stream before m_out
    std::deque<UniqueFd> m_inFds;
    std::deque<QueuedFd> m_outFds;
};

} // namespace entracte::xproxy
