#include "session/store/VerifyChunks.h"

#include "session/store/ChunkLoader.h"
#include "session/store/StretchMeter.h"
#include "session/store/WorkCrew.h"

#include <algorithm>

namespace entracte {

namespace {
constexpr std::size_t kTogether = 64; // chunks that one worker takes at a time
}

Status verifyChunks(const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                    const std::shared_ptr<const VaultKeys>& keys, const JobStretch& stretch) {
    std::uint64_t total = 0;
    for (const ChunkRow& chunk : chunks)
        total += chunk.bytes;
    StretchMeter meter(stretch, total);
    std::mutex telling;
    const ChunkCodec codec(keys); // verifying changes nothing in it
    WorkCrew crew(WorkCrew::usualSize());
    for (std::size_t first = 0; first < chunks.size(); first += kTogether)
        ENTRACTE_TRY(crew.submit([&, first](std::size_t) -> Status {
            for (std::size_t i = first; i < std::min(first + kTogether, chunks.size()); ++i) {
                ENTRACTE_ASSIGN(record, shelf.read(chunks[i]));
                if (const auto whole = codec.verify(record.header, record.body); !whole)
                    return fail(inPack(chunks[i], whole.error()));
                const std::lock_guard lock(telling);
                ENTRACTE_TRY(meter.add(chunks[i].bytes));
            }
            return {};
        }));
    return crew.finish();
}

} // namespace entracte
