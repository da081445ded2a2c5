#pragma once

// What parses bytes that a session or a stranger shaped: before it reads the first of them, its
// process becomes nobody and gives up all that it does not need.

#include <span>
#include <sys/resource.h>

namespace entracte {

struct Confinement {
    rlim_t memory = 0;  // bytes of address space
    rlim_t seconds = 0; // of processor time
    rlim_t descriptors = 0;
    std::span<const int> allowed; // system calls, as SCMP_SYS numbers them
    std::span<const int> refused; // answered by EACCES; any other ends the process
};

// For good: user and group nobody (when started as root), the limits, no core file, no children,
// not to be looked into, no new privileges (prctl(2)), the filter (seccomp(2)). False: do not read.
[[nodiscard]] bool confine(const Confinement& confinement);

} // namespace entracte
