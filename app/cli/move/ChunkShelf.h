#pragma once

// What the receiving side of a move has of a session's chunks: what came over the link, kept in a
// spool in the person's cache directory, so that a move that was cut goes on where it was; and
// files of this machine that lie within the session, which need not come at all.
//
// The spool is the person's own file; still, what is taken from it is compared with its hash.

#include "app/cli/move/MoveProtocol.h"
#include "session/base/UniqueFd.h"

#include <filesystem>
#include <unordered_map>

namespace entracte::cli {

class ChunkShelf {
public:
    // $XDG_CACHE_HOME/entracte/moves; spools that nobody touched for a week are removed.
    static Result<std::filesystem::path> place();
    // Busy when another move of that session is under way. `lineage` has been checked.
    static Result<ChunkShelf> open(const std::filesystem::path& place, const std::string& lineage);

    bool has(const ChunkHash& hash) const { return m_index.contains(hash); }
    std::size_t size() const { return m_index.size(); }
    Status put(const ChunkHash& hash, std::string_view bytes);
    // SnapshotDamaged when it is not what it was: a file that changed meanwhile.
    Result<std::string> get(const ChunkHash& hash);
    // A file of this machine, if it is one of that size that may be read.
    void learn(const std::string& path, std::uint64_t size);
    // The move is over, well.
    void clear();

private:
    struct Slot {
        std::uint32_t file = 0; // 0: the spool; else m_files[file - 1]
        std::uint32_t bytes = 0;
        std::uint64_t offset = 0;
        bool verified = false; // by this process, and nobody else's since
    };
    ChunkShelf() = default;
    Status load();

    std::filesystem::path m_folder;
    UniqueFd m_lock;
    UniqueFd m_spool;
    std::uint64_t m_end = 0; // of the spool
    std::vector<UniqueFd> m_files;
    std::unordered_map<ChunkHash, Slot, ChunkHashHasher> m_index;
};

} // namespace entracte::cli
