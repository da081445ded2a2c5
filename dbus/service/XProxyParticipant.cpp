#include "dbus/service/XProxyParticipant.h"

#include "session/base/FdPassing.h"
#include "session/base/Printable.h"
#include "session/container/Container.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <sys/socket.h>
#include <thread>

namespace entracte::service {

using namespace xcontrol;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kStartLimit{5000};      // until a new session's proxy listens
constexpr milliseconds kAnswerLimit{5000};     // of what the proxy answers at once
constexpr milliseconds kWaitStateLimit{10000}; // how long the proxy itself holds WaitState back
// A program in the proxy's place could answer at once, for ever.
constexpr milliseconds kBetweenAnswers{2};

std::span<const std::byte> bytesOf(const Request& request) {
    return std::as_bytes(std::span(&request, 1));
}

Error nonsense() {
    return {ErrorCode::Internal,
            "The session's display gave an answer that makes no sense.",
            {},
            "The session goes on. Detach and attach it, or stop it."};
}

Error failureOf(Failure failure) {
    switch (failure) {
    case Failure::TimedOut:
        return {ErrorCode::TimedOut,
                "The X server gave no answer in time. The session goes on.",
                {},
                "Try again, or attach the session to another screen."};
    case Failure::ServerUnsuitable:
        return {
            ErrorCode::ScreenUnavailable,
            "This X server lacks a colour depth or an extension that the session's programs use.",
            {},
            "Attach the session to another screen; \"--screen window\" brings its own server."};
    case Failure::ServerLost:
        return {ErrorCode::ScreenUnavailable,
                "The X server went away meanwhile. The session goes on without a screen.",
                {},
                "Attach it to another screen."};
    default:
        return {ErrorCode::Internal,
                "The session's display failed. The session goes on.",
                {},
                "Try again."};
    }
}

} // namespace

XProxyParticipant::XProxyParticipant(pid_t sessionInit)
    : XProxyParticipant(
          [sessionInit] { return connectInSession(sessionInit, kContainerPath, SOCK_SEQPACKET); },
          [sessionInit](int shmid) { return openSysvSegment(sessionInit, shmid); }) {}

XProxyParticipant::XProxyParticipant(Connector connector, SegmentOpener segments)
    : m_connector(std::move(connector)), m_segments(std::move(segments)) {}

Result<UniqueFd> XProxyParticipant::connect() const {
    const auto deadline = Clock::now() + kStartLimit;
    for (;;) {
        auto socket = m_connector();
        if (socket || socket.error().code() != ErrorCode::NotFound)
            return socket;
        if (Clock::now() >= deadline)
            return fail(Error(ErrorCode::TimedOut, "The session's display does not answer.", {},
                              "Stop the session and resume it from a snapshot.")
                            .causedBy(socket.error()));
        std::this_thread::sleep_for(milliseconds(20));
    }
}

Result<std::vector<std::byte>> XProxyParticipant::ask(Operation operation, std::uint64_t argument,
                                                      std::size_t most, milliseconds limit) const {
    ENTRACTE_ASSIGN(socket, connect());
    ENTRACTE_TRY(sendMessage(socket.get(), bytesOf({kMagic, operation, argument})));
    ENTRACTE_ASSIGN(received, receiveMessage(socket.get(), sizeof(Answer) + most, limit));
    if (received.bytes.empty())
        return fail(ErrorCode::SessionEnded, "The session's display closed the connection.");
    if (received.bytes.size() < sizeof(Answer))
        return fail(nonsense());
    return std::move(received.bytes);
}

Result<XProxyParticipant::Reply>
XProxyParticipant::exchange(Operation operation, std::uint64_t argument, milliseconds limit) const {
    ENTRACTE_ASSIGN(bytes, ask(operation, argument, kMaxUpstreams * sizeof(std::uint64_t), limit));
    Reply reply{};
    std::memcpy(&reply.answer, bytes.data(), sizeof(Answer));
    const std::uint32_t count = operation == Operation::Prepare      ? reply.answer.upstreamCount
                                : operation == Operation::SinceInput ? 1
                                                                     : 0;
    if (reply.answer.magic != kMagic || reply.answer.operation != operation ||
        count > kMaxUpstreams || bytes.size() != sizeof(Answer) + count * sizeof(std::uint64_t))
        return fail(nonsense());
    reply.numbers.resize(count);
    if (count > 0)
        std::memcpy(reply.numbers.data(), bytes.data() + sizeof(Answer),
                    count * sizeof(std::uint64_t));
    return reply;
}

Result<std::vector<std::uint64_t>> XProxyParticipant::prepare(milliseconds limit) {
    // The segments stay served until the proxy is still: a program may make one at this moment. The
    // proxy closes that channel itself.
    const auto reply = exchange(Operation::Prepare, 0, limit);
    const bool still = reply && reply->answer.failure == Failure::None;
    if (still) {
        m_shm.reset();
        return reply->numbers;
    }
    // It may be still by now although we heard nothing of it.
    if (const auto resumed = goOn(); !resumed)
        spdlog::warn("after a failed preparation: {}", resumed.error().forLog());
    return fail(reply ? failureOf(reply->answer.failure) : reply.error());
}

Status XProxyParticipant::goOn() {
    ENTRACTE_ASSIGN(reply, exchange(Operation::Continue, 0, kAnswerLimit));
    serveSegments();
    if (reply.answer.failure != Failure::None)
        return fail(failureOf(reply.answer.failure));
    return {};
}

void XProxyParticipant::serveSegments() {
    if (m_shm && !m_shm->ended())
        return;
    m_shm.reset();
    auto channel = connect();
    auto status =
        channel ? sendMessage(channel->get(), bytesOf({kMagic, Operation::BecomeShmChannel, 0}))
                : Status(fail(channel.error()));
    if (status)
        m_shm = std::make_unique<ShmService>(std::move(*channel), m_segments);
    else // programs fall back to slower ways of drawing
        spdlog::warn("no shared memory for a display: {}", status.error().forLog());
}

Result<UniqueFd> XProxyParticipant::openChannel() {
    ENTRACTE_ASSIGN(before, exchange(Operation::Status, 0, kAnswerLimit));
    m_serialBefore = before.answer.stateSerial;
    serveSegments();
    ENTRACTE_ASSIGN(channel, connect());
    ENTRACTE_TRY(sendMessage(channel.get(), bytesOf({kMagic, Operation::BecomeDisplayChannel, 0})));
    return std::move(channel);
}

Status XProxyParticipant::waitAttached(milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    auto serial = m_serialBefore;
    for (;;) {
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
        if (left <= milliseconds(0))
            return fail(ErrorCode::TimedOut, "The windows were not back in time.", {},
                        "The session goes on; attach it to another screen.");
        const auto reply =
            exchange(Operation::WaitState, serial, std::min(left, kWaitStateLimit + kAnswerLimit));
        if (!reply)
            return reply.error().code() == ErrorCode::TimedOut && Clock::now() >= deadline
                       ? fail(ErrorCode::TimedOut, "The windows were not back in time.", {},
                              "The session goes on; attach it to another screen.")
                       : fail(reply.error());
        const auto& answer = reply->answer;
        std::this_thread::sleep_for(kBetweenAnswers);
        if (answer.stateSerial == m_serialBefore)
            continue; // nothing has begun yet
        serial = answer.stateSerial;
        if (answer.state == State::Attached) {
            logComparison();
            return {};
        }
        if (answer.state == State::Waiting && answer.failure != Failure::None)
            return fail(failureOf(answer.failure));
    }
}

Result<XProxyParticipant::Comparison> XProxyParticipant::comparison() const {
    constexpr std::size_t kMostShown = 2000; // bytes
    AuditNumbers numbers{};
    ENTRACTE_ASSIGN(bytes, ask(Operation::Audit, 0, sizeof numbers + kMaxAuditText, kAnswerLimit));
    Answer answer{};
    std::memcpy(&answer, bytes.data(), sizeof answer);
    if (answer.magic != kMagic || answer.operation != Operation::Audit ||
        bytes.size() < sizeof answer + sizeof numbers)
        return fail(nonsense());
    std::memcpy(&numbers, bytes.data() + sizeof answer, sizeof numbers);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + sizeof answer +
                                    sizeof numbers,
                                bytes.size() - sizeof answer - sizeof numbers);
    return Comparison{numbers.complete == 1, numbers.compared, numbers.differences,
                      printable(text, kMostShown)};
}

// The windows are back whatever it says.
void XProxyParticipant::logComparison() const {
    const auto seen = comparison();
    if (!seen)
        spdlog::warn("the display was not compared: {}", seen.error().forLog());
    else if (seen->differing > 0)
        spdlog::warn("the display is back, but {} of {} facts differ: {}", seen->differing,
                     seen->facts, seen->text);
    else
        spdlog::info("the display is back as it was: {} facts compared{}", seen->facts,
                     seen->complete ? "" : ", not all in time");
}

Status XProxyParticipant::detach(milliseconds limit) {
    ENTRACTE_ASSIGN(reply, exchange(Operation::Detach, 0, limit));
    if (reply.answer.failure != Failure::None)
        return fail(failureOf(reply.answer.failure));
    return {};
}

Result<DisplayStatus> XProxyParticipant::status() {
    ENTRACTE_ASSIGN(reply, exchange(Operation::Status, 0, kAnswerLimit));
    const auto& answer = reply.answer;
    return DisplayStatus{answer.state == State::Attached || answer.state == State::Prepared,
                         answer.topLevelWindows, answer.clients, answer.rebuildMicros};
}

Result<milliseconds> XProxyParticipant::sinceInput() {
    ENTRACTE_ASSIGN(reply, exchange(Operation::SinceInput, 0, kAnswerLimit));
    // A day is as good as any longer time.
    const auto day = static_cast<std::uint64_t>(milliseconds(std::chrono::hours(24)).count());
    return milliseconds(std::min(reply.numbers.front(), day));
}

} // namespace entracte::service
