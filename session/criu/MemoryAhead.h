#pragma once

// Most of a session's memory, dumped while it runs but for a moment, so that the dump for which it
// stands still has only to add what was written since. For kernels that mark what is written
// (DirtyMemory.h).
//
// The marks alone are not believed: a page counts as unwritten when the kernel has no mark on it,
// nobody else has removed marks meanwhile (ClearRefsWatch.h), and it is where it was
// (PageFrames.h). Where one page is in doubt nothing of it is used, and everything is dumped once
// more, whole.
//
// Memory that processes share is not among it: it can be written without a mark.
//
// For one dump, since that removes the marks, whatever comes of it. Used by one thread.

#include "session/criu/ClearRefsWatch.h"
#include "session/criu/Criu.h"
#include "session/criu/PageFrames.h"
#include "session/criu/PageMerge.h"

namespace entracte {

class MemoryAhead {
public:
    // Whether a CRIU of this version was tried with it, and tells when a page that it leaves out is
    // in neither half (later ones write zeros there: CRIU's pull request 2997).
    static bool isTriedWith(std::string_view version);

    // `options`: of the dump to come. `directory` is made anew beside its images. On failure
    // nothing was changed, and nothing is left.
    static Result<MemoryAhead> take(const Criu& criu, const DumpOptions& options,
                                    const std::filesystem::path& directory);
    MemoryAhead(MemoryAhead&&) = default;
    MemoryAhead& operator=(MemoryAhead&&) = delete;
    ~MemoryAhead();

    const std::filesystem::path& directory() const { return m_directory; }
    // How long everything stood still for it.
    std::uint32_t frozenMicros() const { return m_frozenMicros; }

    // Of the dump by `criu`, while all stands still.
    void lookAgain(pid_t criu);
    // Makes the dump's images whole: they are as if all had been dumped at once. When this fails,
    // they are worth nothing.
    Status mergeInto(const std::filesystem::path& images);

private:
    MemoryAhead(std::filesystem::path directory, ClearRefsWatch watch, PageFrames frames)
        : m_directory(std::move(directory)), m_watch(std::move(watch)),
          m_frames(std::move(frames)) {}

    std::filesystem::path m_directory;
    ClearRefsWatch m_watch;
    PageFrames m_frames;
    pid_t m_criu = 0; // that dumped it ahead
    std::uint32_t m_frozenMicros = 0;
    bool m_inDoubt = true; // until lookAgain has found nothing
};

} // namespace entracte
