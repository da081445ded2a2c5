#pragma once

// The session's files, copied while it goes on and while it stands still, and packed afterwards.
//
// Most of them have not changed for a while: copyAhead copies those while the programs run. When
// they stand still, copyRest looks at every file again and reads only what is not there as it is
// now. What the archive says is of that moment, the same as if everything had been read then. Used
// by one thread.

#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"
#include "session/store/TreeArchiver.h"
#include "session/store/TreeWalk.h"

#include <chrono>
#include <filesystem>

namespace entracte {

class StagedLayer {
public:
    // `leaveOut`: names directly in the layer. `contents`: a new file (0600) for what is copied.
    // `settle`: how long a file has not changed whose times are believed (FileTimes.h).
    static Result<StagedLayer> begin(const std::filesystem::path& layer,
                                     std::set<std::string> leaveOut,
                                     const std::filesystem::path& contents,
                                     std::chrono::seconds settle);

    Status copyAhead(const JobControl& job);
    Status copyRest(const JobControl& job);
    std::uint64_t bytesOfRest() const { return m_rest; } // that copyRest had to read
    std::uint64_t bytes() const { return m_end; }        // of all contents
    Result<ArchiveFacts> archive(ByteSink& sink,
                                 const std::function<Status(std::uint64_t)>& progress) const;

private:
    struct Copied {
        std::int64_t at = 0; // in the contents
        std::int64_t size = 0;
        std::int64_t modifiedNs = 0;
        std::int64_t changedNs = 0;
        std::vector<Extent> extents;
    };
    struct Recorded {
        TreeEntry entry;
        std::int64_t at = 0;
    };
    StagedLayer() = default;
    Result<std::int64_t> copy(int file, const std::vector<Extent>& extents);

    UniqueFd m_layer;
    UniqueFd m_contents;
    std::set<std::string> m_leaveOut;
    std::chrono::seconds m_settle{};
    std::int64_t m_end = 0; // of the contents
    std::int64_t m_endAhead = 0;
    std::uint64_t m_rest = 0;
    std::map<std::pair<dev_t, ino_t>, Copied> m_ahead;
    std::vector<Recorded> m_entries;
};

} // namespace entracte
