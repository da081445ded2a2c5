#pragma once

// The person's own ssh, with the other side of a move behind it: their configuration, agent and
// known hosts decide, and ssh itself asks them on the terminal what it has to ask.

#include "app/common/HostList.h"
#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <string>

namespace entracte::cli {

class SshProcess {
public:
    // Whether ssh may ask the person (a passphrase, an unknown host).
    enum class Questions : std::uint8_t { No, Yes };
    static Result<SshProcess> start(const std::string& host, Questions questions);
    SshProcess(SshProcess&& other) noexcept
        : m_pid(std::exchange(other.m_pid, -1)), in(std::move(other.in)),
          out(std::move(other.out)) {}
    SshProcess& operator=(SshProcess&&) = delete;
    ~SshProcess(); // ends it

    // Once the link is cut: why, as far as ssh's exit status tells; `host` for the sentence.
    Error whyItEnded(const std::string& host);

private:
    SshProcess() = default;
    pid_t m_pid = -1;

public:
    UniqueFd in;  // what the other side says
    UniqueFd out; // what it hears
};

} // namespace entracte::cli
