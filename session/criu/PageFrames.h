#pragma once

// Which physical page each page of a session's memory lies in, looked at several times. A page that
// the kernel says was not written, and that is in the same place every time, is what it was: the
// kernel does not mark what mremap(2) moves by whole tables, what KSM merges, and what comes by
// other such ways, but all of them put another physical page there.
//
// Only root sees these numbers (proc(5), /proc/PID/pagemap); to others they are all 0, which is
// refused. A process that has executed another
// program since, or whose number is another's now, has no pages here any more: its descriptor is of
// the memory that it had.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace entracte {

class PageFrames {
public:
    static constexpr std::size_t kMost = 4u << 20; // 16 GiB of a session, 64 MiB of ours

    // Looks for the first time, while all runs. Fails when there is more than is worth it: more
    // than `most` pages (what a program maps and only reads costs it nothing, but us).
    static Result<PageFrames> of(pid_t init, std::size_t most = kMost);
    // Fails when a program writes into its memory by ways that leave no mark and move nothing, as
    // of() does; for those that began with it since.
    static Status refuseUnmarked(pid_t init);
    // Looks again: what is elsewhere now is forgotten.
    void keepSame();
    // Of the process that the session knows by this number: whether `count` pages from this address
    // (in pages) were in their places at every look.
    bool kept(std::uint32_t pid, std::uint64_t page, std::uint64_t count) const;

private:
    struct Frame {
        std::uint64_t page;
        std::uint64_t frame; // of pagemap, without what may change
    };
    struct Memory {
        UniqueFd pagemap;
        std::vector<Frame> frames; // by page
    };
    std::map<std::uint32_t, Memory> m_processes; // by the session's number
};

} // namespace entracte
