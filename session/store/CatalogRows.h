#pragma once

// What the catalog's statements have in common: rows as values. Private to the catalog.

#include "session/store/Catalog.h"

#include <algorithm>

namespace entracte {

inline constexpr const char* kChunkColumns =
    "SELECT chunks.id, address, pack, offset, bytes FROM chunks ";

inline Address addressFrom(ByteView bytes) {
    Address address{};
    std::ranges::copy(bytes.first(std::min(bytes.size(), address.size())), address.begin());
    return address;
}

inline ChunkRow chunkFrom(const Statement& row) {
    return {row.integer(0), addressFrom(row.blob(1)), static_cast<std::uint64_t>(row.integer(2)),
            static_cast<std::uint64_t>(row.integer(3)), static_cast<std::uint32_t>(row.integer(4))};
}

// Into an empty catalog (CatalogVaults.cpp).
Status putEssentials(Database& database, const Essentials& essentials);

template <typename Row, typename From>
Result<std::vector<Row>> rowsOf(Statement& statement, From from) {
    std::vector<Row> rows;
    for (;;) {
        ENTRACTE_ASSIGN(more, statement.step());
        if (!more)
            return rows;
        rows.push_back(from(statement));
    }
}

inline Status addPack(Database& database, const PackRow& pack) {
    ENTRACTE_ASSIGN(insert,
                    database.prepare("INSERT INTO packs(id, vault, bytes) VALUES (?, ?, ?)"));
    return insert.bind(1, static_cast<std::int64_t>(pack.id))
        .bind(2, std::int64_t{pack.vault})
        .bind(3, static_cast<std::int64_t>(pack.bytes))
        .run();
}

// One whose address is there already stays where it is.
inline Status addChunks(Database& database, const std::vector<ChunkRow>& chunks) {
    ENTRACTE_ASSIGN(insert, database.prepare("INSERT OR IGNORE INTO chunks(address, pack, offset, "
                                             "bytes) VALUES (?, ?, ?, ?)"));
    for (const ChunkRow& chunk : chunks)
        ENTRACTE_TRY(insert.bind(1, ByteView(chunk.address))
                         .bind(2, static_cast<std::int64_t>(chunk.pack))
                         .bind(3, static_cast<std::int64_t>(chunk.offset))
                         .bind(4, std::int64_t{chunk.bytes})
                         .run());
    return {};
}

} // namespace entracte
