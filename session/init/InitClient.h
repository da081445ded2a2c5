#pragma once

// The helper's side of entracte-session's socket: starts programs in a session and hears of their
// end. What it reads was shaped by the session: fixed-size bytes, whose numbers are taken for what
// they are and nothing else. Not for several threads at once; close it before a dump
// (InitProtocol.h).

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/init/InitProtocol.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace entracte {

struct ProgramExit {
    std::uint64_t serial = 0;
    std::int32_t pid = 0; // in the session
    int waitStatus = 0;
};

struct InitEvents {
    std::vector<ProgramExit> exits; // at most init::kMaxEvents
    std::uint32_t programs = 0;     // that were started on request and still run
};

class InitClient {
public:
    // `sessionInit`: host pid of PID 1. NotFound when it does not listen.
    static Result<InitClient> connect(pid_t sessionInit);

    // The pid in the session. NotFound when there is no such program or working directory.
    Result<std::int32_t> spawn(const std::vector<std::string>& command,
                               const std::map<std::string, std::string>& environment,
                               const std::string& workingDirectory);
    // Exits whose serial is greater than `after`; waitEvents returns when there is one, and after
    // 10 s at the latest.
    Result<InitEvents> events(std::uint64_t after);
    Result<InitEvents> waitEvents(std::uint64_t after);
    // SIGTERM to all, SIGKILL to what is left after `grace`; returns at once. The session's end is
    // told by its pidfd.
    Status terminate(std::chrono::milliseconds grace);

    // Readable when an answer came; for whoever waits for several things.
    int socket() const { return m_socket.get(); }

private:
    explicit InitClient(UniqueFd socket) : m_socket(std::move(socket)) {}
    Result<init::Answer> ask(init::Operation operation, std::uint64_t argument,
                             const std::string& payload, std::chrono::milliseconds limit);
    Result<InitEvents> askEvents(init::Operation operation, std::uint64_t after);

    UniqueFd m_socket;
};

} // namespace entracte
