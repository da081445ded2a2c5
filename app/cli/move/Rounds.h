#pragma once

// One exported snapshot over a link, of which only what the other side lacks travels. The giving
// side cuts and hashes, the taking side puts it together again; both have the whole pass through
// them, in pieces, and keep none of it in memory.

#include "app/cli/move/ChunkShelf.h"
#include "app/cli/move/MoveLink.h"

#include <functional>
#include <set>
#include <string>
#include <unordered_set>

namespace entracte::cli {

struct RoundFigures {
    std::uint64_t bytes = 0; // of the export
    std::uint64_t chunks = 0;
    std::uint64_t newBytes = 0; // that the other side lacked
    std::uint64_t sent = 0;     // over the link, compressed, with all that was said about it
};

class RoundSender {
public:
    explicit RoundSender(MoveLink& link) : m_link(link) {}
    // What comes out of `from`, an uncompressed export, to its end.
    Result<RoundFigures> send(int from);

private:
    MoveLink& m_link;
    // What the other side has for certain, since it came or was said.
    std::unordered_set<ChunkHash, ChunkHashHasher> m_known;
    std::set<std::string> m_toldFiles; // of the host
    friend class RoundInSending;
};

// Puts a round together and hands it on, in order. An error of `write` does not end the round, so
// that what comes is on the shelf all the same; the caller learns the reason elsewhere.
Status receiveRound(MoveLink& link, ChunkShelf& shelf,
                    const std::function<Status(std::string_view)>& write);

} // namespace entracte::cli
