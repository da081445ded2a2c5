#pragma once

// A program of ours or of the system, run as a child: started with exactly what is named here and
// nothing of the helper's own (environment, descriptors, signal dispositions, working directory),
// waited for with a time limit, and ended when its owner goes.
//
// It leads a session of its own, so that no terminal's Ctrl-C reaches it and terminate() also
// reaches what it started. Output is captured in a memory file rather than a pipe: nobody has to
// drain it, and a child that says too much cannot block or fill the memory. Not for several threads
// at once on one object.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace entracte {

// PATH of the system's directories, LANG=C.UTF-8: what a child gets when nothing else is asked for.
std::vector<std::string> cleanEnvironment();

struct FdMapping {
    int from = -1; // ours; stays ours
    int to = -1;   // its number in the child, 3 or more
};

struct Credentials {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
};

struct SubprocessSpec {
    std::vector<std::string> command;                          // [0]: absolute path of the program
    std::vector<std::string> environment = cleanEnvironment(); // NAME=VALUE, the whole of it
    std::string workingDirectory = "/";
    int standardInput = -1;  // -1: /dev/null
    int standardOutput = -1; // -1: captured
    int standardError = -1;  // -1: captured
    std::vector<FdMapping> fds;
    std::optional<Credentials> credentials; // nullopt: ours
    std::vector<int> groups; // open cgroup.procs: groups that it runs in, if they take it
    std::size_t captureLimit = 64 * 1024; // bytes, of each; what is more is lost
};

struct ExitStatus {
    int code = 0;   // when signal is 0
    int signal = 0; // that ended it

    bool success() const { return code == 0 && signal == 0; }
    // "ended with status 3", "was ended by signal 9 (Killed)".
    std::string inWords() const;
    static ExitStatus fromWait(int waitStatus);
};

class Subprocess {
public:
    // NotFound when the program is not there, System for anything else; the child has executed the
    // program when this returns.
    static Result<Subprocess> start(const SubprocessSpec& spec);

    Subprocess(Subprocess&&) noexcept;
    Subprocess& operator=(Subprocess&&) noexcept;
    ~Subprocess(); // kills it if it has not ended, and reaps it

    pid_t pid() const { return m_pid; }
    int pidfd() const { return m_pidfd.get(); } // readable when it has ended
    bool ended() const { return m_status.has_value(); }

    // Waits at most `limit` (negative: for ever), reaps. TimedOut leaves it running. May be called
    // again after the end.
    Result<ExitStatus> wait(std::chrono::milliseconds limit);
    // To the program alone, not to what it started. NotFound when it has ended.
    Status signal(int number);
    // SIGTERM to it and its session's process group, SIGKILL after `grace`, and reaped.
    void terminate(std::chrono::milliseconds grace);

    // It is nobody's any more: it goes on when this object is gone.
    void release() { m_pid = -1; }

    // What it has written so far.
    std::string output() const;
    std::string errors() const;

private:
    Subprocess() = default;
    void killAndReap();

    pid_t m_pid = -1;
    UniqueFd m_pidfd;
    UniqueFd m_output;
    UniqueFd m_errors;
    std::optional<ExitStatus> m_status;
};

struct Finished {
    ExitStatus status;
    std::string output;
    std::string errors;
};

// Starts, waits at most `limit`, kills what takes longer (TimedOut). `input` becomes its standard
// input when spec names none.
Result<Finished> runToEnd(SubprocessSpec spec, std::chrono::milliseconds limit,
                          std::string_view input = {});

} // namespace entracte
