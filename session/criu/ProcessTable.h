#pragma once

// The processes of a session, read from the host's /proc, as root, while they run on. What vanishes
// meanwhile is left out. All names were chosen by programs; those in here are made printable.

#include "session/base/UniqueFd.h"

#include <dirent.h>
#include <sys/types.h>

#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entracte {

struct SessionProcess {
    pid_t pid = 0; // on the host, as all of these
    pid_t parent = 0;
    pid_t tracer = 0; // 0: not traced
    pid_t group = 0;
    pid_t leader = 0;      // of its session (setsid(2))
    bool terminal = false; // has a controlling terminal
    std::string name;
    UniqueFd directory; // /proc/PID
};

// All in the pid namespace of `init`, and all that descends from such, in the order of their pids.
// Empty when there is no such process.
std::vector<SessionProcess> sessionProcesses(pid_t init);

// A descriptor of a process: `fds` is /proc/PID/fd, `name` the number, `target` what the link says.
using DescriptorVisitor = std::function<void(int fds, const char* name, const std::string& target)>;
void forEachDescriptor(const SessionProcess& process, const DescriptorVisitor& visit);

std::string linkAt(int at, const char* name);
// The beginning of a file, `limit` bytes at most; empty when it cannot be read.
std::string textAt(int at, const char* name, std::size_t limit);

// Calls `visit` with each line, without its end.
template <typename Visit>
void forEachLine(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        visit(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// The number that a text begins with, after blanks; 0 when there is none.
template <typename Number>
Number leadingNumber(std::string_view text, int base = 10) {
    Number value = 0;
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

} // namespace entracte
