#pragma once

// Cuts a stream where its contents say (a rolling hash over the last 64 bytes): what stayed the
// same is cut the same way, on every machine, wherever it lies. Where exactly depends on the
// repository's key, so that lengths of pieces tell nobody else which files are in it.

#include "app/repository/Sealing.h"

#include <array>
#include <functional>

namespace entracte::repository {

class Cutter {
public:
    using Take = std::function<Status(ByteBuffer piece)>;
    static constexpr std::size_t kLeast = 4 * 1024; // bytes of a piece, but for the last
    static constexpr std::size_t kMost = 128 * 1024;

    Cutter(const VaultKeys& keys, Take take);

    Status write(ByteView bytes);
    // The last piece.
    Status finish();

private:
    Take m_take;
    std::array<std::uint64_t, 256> m_gear{};
    ByteBuffer m_piece;
    std::uint64_t m_hash = 0;
};

} // namespace entracte::repository
