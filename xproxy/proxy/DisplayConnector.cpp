#include "xproxy/proxy/DisplayConnector.h"

#include "session/base/DisplayChannel.h"
#include "session/base/FdPassing.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

namespace entracte::xproxy {

using namespace std::chrono_literals;

DisplayConnector::DisplayConnector(EventLoop& loop, UniqueFd channel)
    : m_loop(loop), m_channel(std::move(channel)) {
    m_loop.watch(m_channel.get(), EPOLLIN, *this);
}

DisplayConnector::~DisplayConnector() {
    if (m_channel)
        m_loop.forget(m_channel.get());
}

void DisplayConnector::connect(ByteOrder order, Done done) {
    if (!m_channel) {
        done(fail(ErrorCode::ScreenUnavailable, "The screen is gone."));
        return;
    }
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        done(fail(Error::fromErrno("A socket for the X server could not be made")));
        return;
    }
    display::ConnectRequest request{};
    request.magic = display::kChannelMagic;
    request.byteOrder = order == ByteOrder::Little ? 'l' : 'B';
    const std::array<int, 1> fds{socket.get()};
    const auto sent = sendMessage(m_channel.get(), std::as_bytes(std::span(&request, 1)), fds);
    if (!sent) {
        done(fail(sent.error()));
        return;
    }
    m_waiting.push_back({std::move(socket), order, std::move(done)});
}

Result<ServerConnection> DisplayConnector::connectNow(ByteOrder order,
                                                      std::chrono::milliseconds limit) {
    std::optional<Result<ServerConnection>> answer;
    connect(order, [&answer](Result<ServerConnection> result) { answer = std::move(result); });
    const auto deadline = Clock::now() + limit;
    while (!answer) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd poller{m_channel.get(), POLLIN, 0};
        const int ready = left.count() > 0 ? ::poll(&poller, 1, static_cast<int>(left.count())) : 0;
        if (ready > 0)
            receive();
        else if (ready == 0)
            lose(Error(ErrorCode::TimedOut, "The screen did not answer in time."));
    }
    return std::move(*answer);
}

void DisplayConnector::ready(std::uint32_t) {
    receive();
}

void DisplayConnector::receive() {
    auto message = receiveMessage(m_channel.get(), display::kMaxMessage, 0ms);
    if (!message) {
        if (message.error().code() != ErrorCode::TimedOut)
            lose(message.error());
        return;
    }
    display::ConnectReply reply{};
    if (message->bytes.size() < sizeof reply || m_waiting.empty()) {
        lose(Error(ErrorCode::ScreenUnavailable, "The screen is gone."));
        return;
    }
    std::memcpy(&reply, message->bytes.data(), sizeof reply);
    const ByteView setup = ByteView(message->bytes).subspan(sizeof reply);
    if (reply.magic != display::kChannelMagic || setup.size() != reply.setupLength) {
        lose(Error(ErrorCode::ScreenUnavailable, "The screen talks nonsense."));
        return;
    }
    Waiting waiting = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (reply.status != display::ConnectStatus::Ok) {
        waiting.done(
            fail(ErrorCode::ScreenUnavailable, reply.status == display::ConnectStatus::Refused
                                                   ? "The X server refused the connection."
                                                   : "The X server does not answer."));
        return;
    }
    auto parsed = parseSetup(setup, waiting.order);
    if (!parsed) {
        waiting.done(fail(std::move(parsed).error()));
        return;
    }
    waiting.done(ServerConnection{std::move(waiting.socket), std::move(*parsed),
                                  (reply.flags & display::kOwnServer) != 0});
}

void DisplayConnector::lose(const Error& why) {
    m_loop.forget(m_channel.get());
    m_channel.reset();
    auto waiting = std::exchange(m_waiting, {});
    for (auto& one : waiting)
        one.done(fail(why));
}

} // namespace entracte::xproxy
