#include "app/cli/move/MoveLink.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;
constexpr auto kBeat = 4s;
constexpr auto kSilence = 45s; // of the other side, until the link counts as cut

constexpr const char* kCut = "The connection to the other machine is cut.";

void unblock(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

} // namespace

Error linkCut(std::string detail) {
    return {ErrorCode::System, kCut, std::move(detail)};
}

bool isLinkCut(const Error& error) {
    return error.sentence() == kCut;
}

MoveLink::MoveLink(UniqueFd in, UniqueFd out, int stop)
    : m_in(std::move(in)), m_out(std::move(out)), m_stop(stop) {
    unblock(m_in.get());
    unblock(m_out.get());
}

MoveLink::~MoveLink() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_all();
    if (m_heart.joinable())
        m_heart.join();
}

Status MoveLink::greet() {
    ENTRACTE_TRY(writeAll(kMoveMagic));
    m_heart = std::thread([this] { beat(); });
    return {};
}

Status MoveLink::meetOther() {
    std::string seen;
    while (!seen.ends_with(kMoveMagic)) {
        char byte = 0;
        if (const auto got = readAll(&byte, 1); !got)
            return got;
        seen += byte;
        if (seen.size() > kMaxNoise)
            return badProtocol("no greeting in " + std::to_string(kMaxNoise) + " bytes");
    }
    m_heart = std::thread([this] { beat(); });
    return {};
}

void MoveLink::beat() {
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, kBeat, [this] { return m_ending; })) {
        lock.unlock();
        const auto sent = send(FrameKind::Alive);
        lock.lock();
        if (!sent)
            return; // whoever receives or sends next learns of it
    }
}

Status MoveLink::wait(int fd, short events) {
    pollfd polled[2] = {{fd, events, 0}, {m_stop, POLLIN, 0}};
    const int ready =
        ::poll(polled, 2, static_cast<int>(std::chrono::milliseconds(kSilence).count()));
    if (ready == 0)
        return fail(linkCut("silence"));
    if (ready < 0 && errno != EINTR)
        return fail(Error::fromErrno("The connection could not be waited for"));
    if (ready > 0 && polled[1].revents != 0)
        return fail(ErrorCode::Cancelled, "The move was stopped.");
    return {};
}

Status MoveLink::awaitInput(int fd) const {
    for (;;) {
        pollfd polled[2] = {{fd, POLLIN, 0}, {m_stop, POLLIN, 0}};
        const int ready = ::poll(polled, 2, -1);
        if (ready < 0 && errno != EINTR)
            return fail(Error::fromErrno("The helper could not be waited for"));
        if (ready > 0 && polled[1].revents != 0)
            return fail(ErrorCode::Cancelled, "The move was stopped.");
        if (ready > 0)
            return {};
    }
}

Status MoveLink::writeAll(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(m_out.get(), bytes.data(), bytes.size());
        if (wrote > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(wrote));
            m_sent += static_cast<std::uint64_t>(wrote);
        } else if (wrote < 0 && errno == EAGAIN) {
            ENTRACTE_TRY(wait(m_out.get(), POLLOUT));
        } else if (errno != EINTR) {
            return fail(linkCut("write: errno " + std::to_string(errno)));
        }
    }
    return {};
}

Status MoveLink::readAll(char* to, std::size_t count) {
    while (count > 0) {
        const ssize_t got = ::read(m_in.get(), to, count);
        if (got > 0) {
            to += got;
            count -= static_cast<std::size_t>(got);
        } else if (got == 0) {
            return fail(linkCut("end"));
        } else if (errno == EAGAIN) {
            ENTRACTE_TRY(wait(m_in.get(), POLLIN));
        } else if (errno != EINTR) {
            return fail(linkCut("read: errno " + std::to_string(errno)));
        }
    }
    return {};
}

Status MoveLink::send(FrameKind kind, std::string_view payload) {
    if (payload.size() > kMaxFrame)
        return fail(ErrorCode::Internal, "A frame of a move is too long.");
    std::string head(1, static_cast<char>(kind));
    for (unsigned shift = 0; shift < 32; shift += 8)
        head += static_cast<char>(payload.size() >> shift & 0xff);
    const std::lock_guard lock(m_sending);
    ENTRACTE_TRY(writeAll(head));
    return writeAll(payload);
}

Result<Frame> MoveLink::receive() {
    for (;;) {
        char head[5];
        ENTRACTE_TRY(readAll(head, sizeof head));
        std::uint32_t length = 0;
        for (unsigned i = 0; i < 4; ++i)
            length |= static_cast<std::uint32_t>(static_cast<unsigned char>(head[i + 1]))
                      << (8 * i);
        const auto kind = static_cast<unsigned char>(head[0]);
        if (length > kMaxFrame || kind > static_cast<unsigned char>(FrameKind::Stored))
            return badProtocol("a frame of kind " + std::to_string(kind));
        Frame frame{static_cast<FrameKind>(kind), std::string(length, '\0')};
        ENTRACTE_TRY(readAll(frame.payload.data(), length));
        if (frame.kind == FrameKind::Failed)
            return fail(errorFromJson(frame.payload));
        if (frame.kind != FrameKind::Alive)
            return frame;
    }
}

Result<std::string> MoveLink::expect(FrameKind kind) {
    ENTRACTE_ASSIGN(frame, receive());
    if (frame.kind != kind)
        return badProtocol("a frame of kind " + std::to_string(static_cast<int>(frame.kind)));
    return std::move(frame.payload);
}

Result<nlohmann::json> MoveLink::expectObject(FrameKind kind) {
    ENTRACTE_ASSIGN(payload, expect(kind));
    return parseObject(payload);
}

} // namespace entracte::cli
