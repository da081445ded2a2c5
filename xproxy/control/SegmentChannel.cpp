#include "xproxy/control/SegmentChannel.h"

#include "session/base/FdPassing.h"
#include "xproxy/control/ControlProtocol.h"

#include <poll.h>
#include <sys/epoll.h>

#include <cstring>

namespace entracte::xproxy {

using namespace std::chrono_literals;

SegmentChannel::~SegmentChannel() {
    if (m_channel)
        m_loop.forget(m_channel.get());
}

void SegmentChannel::open(UniqueFd channel) {
    close();
    m_channel = std::move(channel);
    m_loop.watch(m_channel.get(), EPOLLIN, *this);
}

void SegmentChannel::close() {
    if (m_channel) {
        m_loop.forget(m_channel.get());
        m_channel.reset();
    }
    auto waiting = std::exchange(m_waiting, {});
    for (auto& done : waiting)
        done({}, true);
}

bool SegmentChannel::request(std::int32_t shmid, Done done) {
    if (!m_channel)
        return false;
    const xcontrol::ShmRequest request{xcontrol::kMagic, shmid};
    if (!sendMessage(m_channel.get(), std::as_bytes(std::span(&request, 1)))) {
        close();
        return false;
    }
    m_waiting.push_back(std::move(done));
    return true;
}

UniqueFd SegmentChannel::requestNow(std::int32_t shmid, Clock::time_point deadline) {
    auto answer = std::make_shared<std::optional<UniqueFd>>();
    if (!request(shmid, [answer](UniqueFd memory, bool) { *answer = std::move(memory); }))
        return {};
    while (!*answer && m_channel) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd poller{m_channel.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&poller, 1, static_cast<int>(left.count())) <= 0)
            break;
        receive();
    }
    return *answer ? std::move(**answer) : UniqueFd{};
}

void SegmentChannel::ready(std::uint32_t) {
    receive();
}

void SegmentChannel::receive() {
    auto message = receiveMessage(m_channel.get(), sizeof(xcontrol::ShmAnswer), 0ms);
    if (!message) {
        if (message.error().code() != ErrorCode::TimedOut)
            close();
        return;
    }
    xcontrol::ShmAnswer answer{};
    if (message->bytes.size() != sizeof answer || m_waiting.empty()) {
        close();
        return;
    }
    std::memcpy(&answer, message->bytes.data(), sizeof answer);
    Done done = std::move(m_waiting.front());
    m_waiting.pop_front();
    const bool got =
        answer.magic == xcontrol::kMagic && answer.errnoValue == 0 && message->fds.size() == 1;
    done(got ? std::move(message->fds.front()) : UniqueFd{}, false);
}

} // namespace entracte::xproxy
