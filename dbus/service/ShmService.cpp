#include "dbus/service/ShmService.h"

#include "session/base/FdPassing.h"
#include "xproxy/control/ControlProtocol.h"

#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace entracte::service {

using namespace xcontrol;

ShmService::ShmService(UniqueFd channel, SegmentOpener open)
    : m_channel(std::move(channel)), m_stop(eventfd(0, EFD_CLOEXEC)), m_open(std::move(open)) {
    // Who asks and never reads must not hold the thread.
    const timeval limit{2, 0};
    setsockopt(m_channel.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    m_thread = std::thread([this] { run(); });
}

ShmService::~ShmService() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(m_stop.get(), &one, sizeof one);
    m_thread.join();
}

void ShmService::run() {
    using Clock = std::chrono::steady_clock;
    auto windowBegin = Clock::now();
    int inWindow = 0;
    for (;;) {
        std::array<pollfd, 2> fds{{{m_stop.get(), POLLIN, 0}, {m_channel.get(), POLLIN, 0}}};
        const auto elapsed = Clock::now() - windowBegin;
        if (elapsed > std::chrono::seconds(1)) {
            windowBegin = Clock::now();
            inWindow = 0;
        }
        // Over the limit, only the word to stop is listened for until the second is over.
        const bool listening = inWindow < kMaxEachSecond;
        if (poll(fds.data(), listening ? 2 : 1, listening ? -1 : 100) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        if (!listening || !fds[1].revents)
            continue;
        ++inWindow;
        if (!answerOne())
            break;
    }
    m_ended = true;
}

bool ShmService::answerOne() {
    const auto received =
        receiveMessage(m_channel.get(), sizeof(ShmRequest), std::chrono::seconds(0));
    if (!received || received->bytes.size() != sizeof(ShmRequest))
        return false;
    ShmRequest request{};
    std::memcpy(&request, received->bytes.data(), sizeof request);
    if (request.magic != kMagic)
        return false;

    ShmAnswer answer{kMagic, EINVAL, 0};
    auto segment = request.shmid >= 0
                       ? m_open(request.shmid)
                       : Result<SysvSegment>(fail(ErrorCode::InvalidArgument, "No segment."));
    std::vector<int> fds;
    if (segment) {
        answer.errnoValue = 0;
        answer.sizeBytes = segment->sizeBytes;
        fds.push_back(segment->fd.get());
    } else {
        spdlog::debug("segment {}: {}", request.shmid, segment.error().forLog());
    }
    return sendMessage(m_channel.get(), std::as_bytes(std::span(&answer, 1)), fds).has_value();
}

} // namespace entracte::service
