#pragma once

// Frames over two descriptors (MoveProtocol.h), for either side of a move. A thread of its own says
// "alive" now and then, so that a long silence of the other side means that the link is cut. One
// thread receives; any may send.

#include "app/cli/move/MoveProtocol.h"
#include "session/base/UniqueFd.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace entracte::cli {

class MoveLink {
public:
    // `stop` (-1: none): readable when the person wants to stop; then everything fails with
    // Cancelled until ignoreStop().
    MoveLink(UniqueFd in, UniqueFd out, int stop);
    MoveLink(const MoveLink&) = delete;
    MoveLink& operator=(const MoveLink&) = delete;
    ~MoveLink();

    Status greet();     // the receiving side's first word
    Status meetOther(); // the giving side's; an error when the other program is something else

    Status send(FrameKind kind, std::string_view payload = {});
    Status sendObject(FrameKind kind, const nlohmann::json& object) {
        return send(kind, object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    // The next frame that says something; Failed becomes the other side's error.
    Result<Frame> receive();
    // One of that kind, or an error.
    Result<std::string> expect(FrameKind kind);
    Result<nlohmann::json> expectObject(FrameKind kind);

    // Until something can be read there, or the person wants to stop: Cancelled.
    Status awaitInput(int fd) const;
    void ignoreStop() { m_stop = -1; }
    void heedStop(int stop) { m_stop = stop; } // again
    std::uint64_t sentBytes() const { return m_sent; }

private:
    Status writeAll(std::string_view bytes);
    Status readAll(char* to, std::size_t count);
    Status wait(int fd, short events);
    void beat();

    UniqueFd m_in;
    UniqueFd m_out;
    std::atomic<int> m_stop; // whoever sends reads it, the heart's thread, too
    std::uint64_t m_sent = 0;
    std::mutex m_sending;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_ending = false;
    std::thread m_heart; // last
};

// The error of a link that is no more.
Error linkCut(std::string detail);
bool isLinkCut(const Error& error);

} // namespace entracte::cli
