#include "app/cli/move/Rounds.h"

#include <zstd.h>

#include <deque>

namespace entracte::cli {

namespace {

constexpr std::size_t kMaxFiles = 1000;
constexpr std::size_t kMaxAhead = 64; // batches that wait for data
constexpr std::size_t kWriteBytes = 512u << 10;

struct Batch {
    std::vector<RecipeEntry> entries;
    std::deque<RecipeEntry> missing; // in the order in which they come
};

class Receiver {
public:
    Receiver(MoveLink& link, ChunkShelf& shelf,
             const std::function<Status(std::string_view)>& write)
        : m_link(link), m_shelf(shelf), m_write(write) {}

    Status run() {
        for (;;) {
            ENTRACTE_ASSIGN(frame, m_link.receive());
            switch (frame.kind) {
            case FrameKind::Files:
                ENTRACTE_TRY(learn(frame.payload));
                break;
            case FrameKind::Recipe:
                ENTRACTE_TRY(plan(frame.payload));
                break;
            case FrameKind::Data:
                ENTRACTE_TRY(take(frame.payload));
                break;
            case FrameKind::RoundEnd:
                return end(frame.payload);
            default:
                return badProtocol("a frame of kind " +
                                   std::to_string(static_cast<int>(frame.kind)) + " in a round");
            }
        }
    }

private:
    Status learn(const std::string& payload) {
        ENTRACTE_ASSIGN(object, parseObject(payload));
        const auto files = object.find("files");
        if (files == object.end() || !files->is_array() || files->size() > kMaxFiles)
            return badProtocol("a list of files");
        for (const auto& entry : *files)
            if (entry.is_array() && entry.size() == 2 && entry[0].is_string() &&
                entry[1].is_number_unsigned())
                m_shelf.learn(entry[0].get<std::string>(), entry[1].get<std::uint64_t>());
        return {};
    }

    Status plan(const std::string& payload) {
        Batch batch;
        ENTRACTE_ASSIGN(entries, parseRecipe(payload));
        batch.entries = std::move(entries);
        if (m_batches.size() >= kMaxAhead)
            return badProtocol("recipes without data");
        std::vector<bool> wanted;
        for (const RecipeEntry& entry : batch.entries) {
            if (!entry.asked)
                continue;
            const bool lacks = !m_shelf.has(entry.hash);
            wanted.push_back(lacks);
            if (lacks)
                batch.missing.push_back(entry);
        }
        m_batches.push_back(std::move(batch));
        if (!wanted.empty())
            ENTRACTE_TRY(m_link.send(FrameKind::Wanted, formatBits(wanted)));
        return handOn();
    }

    // The data of one batch, or a part of it.
    Status take(const std::string& payload) {
        const auto size = ZSTD_getFrameContentSize(payload.data(), payload.size());
        if (size == 0 || size > kMaxDataBytes) // which the marks of an error are, too
            return badProtocol("data without a size");
        ENTRACTE_ASSIGN(bytes, decompress(payload, size));
        if (m_batches.empty())
            return badProtocol("data that nobody wanted");
        auto& missing = m_batches.front().missing;
        std::string_view left = bytes;
        while (!left.empty()) {
            if (missing.empty() || missing.front().bytes > left.size())
                return badProtocol("data that nobody wanted");
            const auto chunk = left.substr(0, missing.front().bytes);
            if (hashChunk(std::as_bytes(std::span(chunk))) != missing.front().hash)
                return badProtocol("data of another chunk");
            ENTRACTE_TRY(m_shelf.put(missing.front().hash, chunk));
            left.remove_prefix(chunk.size());
            missing.pop_front();
        }
        return handOn();
    }

    Status handOn() {
        for (; !m_batches.empty() && m_batches.front().missing.empty(); m_batches.pop_front())
            for (const RecipeEntry& entry : m_batches.front().entries) {
                ENTRACTE_ASSIGN(bytes, m_shelf.get(entry.hash));
                if (bytes.size() != entry.bytes)
                    return badProtocol("a chunk of another length");
                m_bytes += bytes.size();
                ++m_chunks;
                m_out += bytes;
                if (m_out.size() >= kWriteBytes)
                    write();
            }
        write();
        return {};
    }

    void write() {
        if (!m_broken && !m_out.empty() && !m_write(m_out))
            m_broken = true;
        m_out.clear();
    }

    Status end(const std::string& payload) {
        ENTRACTE_ASSIGN(object, parseObject(payload));
        const auto number = [&object](const char* key) {
            const auto found = object.find(key);
            return found != object.end() && found->is_number_unsigned()
                       ? found->get<std::uint64_t>()
                       : 0;
        };
        if (!m_batches.empty() || number("bytes") != m_bytes || number("chunks") != m_chunks)
            return badProtocol("a round that is not whole");
        return {};
    }

    MoveLink& m_link;
    ChunkShelf& m_shelf;
    const std::function<Status(std::string_view)>& m_write;
    std::deque<Batch> m_batches;
    std::string m_out; // on its way to whoever writes
    std::uint64_t m_bytes = 0;
    std::uint64_t m_chunks = 0;
    bool m_broken = false;
};

} // namespace

Status receiveRound(MoveLink& link, ChunkShelf& shelf,
                    const std::function<Status(std::string_view)>& write) {
    return Receiver(link, shelf, write).run();
}

} // namespace entracte::cli
