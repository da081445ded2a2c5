#pragma once

// Puts a snapshot's stream into a repository: cut by content, each piece that the repository lacks
// compressed, sealed and collected into packs. A pack is written, then an index of it, and at the
// very end the manifest: until then nobody sees a snapshot, and what was written before a cut is
// found and used by the next push. One thread writes; encoding and sending have their own.

#include "app/repository/Cutter.h"
#include "app/repository/Repository.h"
#include "session/store/WorkCrew.h"

#include <chrono>
#include <mutex>
#include <unordered_set>

namespace entracte::repository {

struct PushLimits {
    std::size_t packBytes = 16 << 20; // a pack is closed when it has as many
    // From the look at the marks to the manifest; far less than prune waits (Prune.h).
    std::chrono::seconds longest = std::chrono::hours(24);
};

struct Pushed {
    ObjectName manifest;
    std::uint64_t streamBytes = 0;
    std::uint64_t addedBytes = 0; // to the repository
    std::size_t packs = 0;        // new ones
};

class Pusher {
public:
    // Looks what is there.
    static Result<std::unique_ptr<Pusher>> begin(Repository& repository,
                                                 const PushLimits& limits = {});

    Status write(ByteView bytes);
    // `facts`: the manifest but for lengths and recipe. Busy when it took too long.
    Result<Pushed> finish(Manifest facts);

private:
    Pusher(Repository& repository, Chunks known, const PushLimits& limits);
    struct Pack {
        ByteBuffer file = packHead();
        std::vector<Stored> chunks;
    };
    Status takePiece(std::vector<ChunkId>& recipe, ByteBuffer piece);
    Status encode(Sealer& sealer, std::vector<ChunkId>& recipe, std::size_t number,
                  const ByteBuffer& piece);
    // Hands what is full (or everything) to the senders.
    Status send(bool everything);
    Status store(Sealer& sealer, const Pack& pack);
    // Packs that this snapshot needs are there, whole.
    Status lookAgain();

    Repository& m_repository;
    PushLimits m_limits;
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();

    std::mutex m_mutex; // over what follows
    Chunks m_known;
    std::unordered_set<ChunkId, IdHash> m_fresh; // in packs of this push
    std::set<ObjectName> m_used;                 // packs
    std::vector<ChunkId> m_stream;
    std::vector<ChunkId> m_recipe; // chunks of the list of those
    Pack m_open;
    std::vector<std::shared_ptr<const Pack>> m_full;
    std::uint64_t m_added = 0;
    std::size_t m_packs = 0;

    std::uint64_t m_bytes = 0;
    std::vector<std::unique_ptr<Sealer>> m_sealers; // one for each worker
    std::vector<std::unique_ptr<Sealer>> m_senderSealers;
    Cutter m_cutter;
    // Last: they end before what they work with.
    WorkCrew m_senders;
    WorkCrew m_encoders;
};

} // namespace entracte::repository
