#pragma once

// A little disk kept back, so that what makes room can be done on a full disk: deleting, too,
// writes first (a log of the catalog's, a session's record). STATE/reserve, 4 MB; missing where the
// disk has never had that much to spare. From any thread.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <cstdint>
#include <filesystem>
#include <mutex>

namespace entracte {

class DiskReserve {
public:
    explicit DiskReserve(std::filesystem::path state) : m_state(std::move(state)) {}

    // Makes it where it is not there and the disk has room.
    void fill();

    // `deed` once more with the reserve's room when it fails for want of space. It has changed
    // nothing then, or does the rest.
    template <typename Deed>
    auto spend(Deed deed) -> decltype(deed()) {
        auto done = deed();
        const bool given = !done && done.error().code() == ErrorCode::NoSpace && giveUp();
        if (given)
            done = deed();
        if (given)
            takeBack();
        else if (done)
            fill();
        return done;
    }

private:
    bool giveUp();
    void takeBack();
    void keep(std::uint64_t size) const;

    const std::filesystem::path m_state;
    std::mutex m_mutex;
};

} // namespace entracte
