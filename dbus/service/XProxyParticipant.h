#pragma once

// The engine's hand on a session's X proxy: speaks xproxy/control/ControlProtocol.h over
// connections into the session, and serves the proxy's wishes for shared memory segments.
//
// Everything that is read here may come from a hostile program that took the proxy's place: sizes
// and kinds are checked, waits have limits, and nothing of it decides more than what is shown of
// this one session. One engine thread at a time; the shared memory service is a thread of its own.

#include "dbus/service/ShmService.h"
#include "session/engine/DisplayParticipant.h"
#include "xproxy/control/ControlProtocol.h"

#include <memory>
#include <optional>
#include <string>

namespace entracte::service {

class XProxyParticipant : public DisplayParticipant {
public:
    // How a connection to the proxy is made: in production into the session, in tests to a socket.
    using Connector = std::function<Result<UniqueFd>()>;

    explicit XProxyParticipant(pid_t sessionInit);
    XProxyParticipant(Connector connector, SegmentOpener segments);

    Result<std::vector<std::uint64_t>> prepare(std::chrono::milliseconds limit) override;
    Status goOn() override;
    Result<UniqueFd> openChannel() override;
    Status waitAttached(std::chrono::milliseconds limit) override;
    Status detach(std::chrono::milliseconds limit) override;
    Result<DisplayStatus> status() override;
    Result<std::chrono::milliseconds> sinceInput() override;

    // How the X server compared with what the programs had, when the display was last rebuilt.
    struct Comparison {
        bool complete = false;
        std::uint32_t facts = 0;
        std::uint32_t differing = 0;
        std::string text; // which they are; printable, of a length that a log can bear
    };
    Result<Comparison> comparison() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Reply {
        xcontrol::Answer answer;
        std::vector<std::uint64_t> numbers; // after it
    };

    // The proxy's listening socket may be a moment late when a session just started: tried until it
    // is there.
    Result<UniqueFd> connect() const;
    Result<Reply> exchange(xcontrol::Operation operation, std::uint64_t argument,
                           std::chrono::milliseconds limit) const;
    // The whole answer, with at most `most` bytes after what all answers begin with.
    Result<std::vector<std::byte>> ask(xcontrol::Operation operation, std::uint64_t argument,
                                       std::size_t most, std::chrono::milliseconds limit) const;
    void logComparison() const;
    void serveSegments();

    Connector m_connector;
    SegmentOpener m_segments;
    std::unique_ptr<ShmService> m_shm;
    std::uint64_t m_serialBefore = 0; // the proxy's state when the last channel was opened
};

} // namespace entracte::service
