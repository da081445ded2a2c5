#include "app/cli/move/ChunkCutter.h"
#include "app/cli/move/Rounds.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>

namespace entracte::cli {

namespace {

constexpr std::size_t kBatchBytes = 4u << 20;
constexpr std::size_t kAhead = 4;              // batches whose answers are awaited
constexpr std::size_t kBehind = 8;             // batches told since the last data
constexpr std::size_t kDataBytes = 1u << 20;   // compressed at once
constexpr std::size_t kMaxManifest = 8u << 20; // bytes
constexpr std::size_t kMaxFiles = 800;

struct Batch {
    std::vector<RecipeEntry> entries;
    std::string bytes;      // of those that are asked about
    std::size_t covers = 0; // bytes of the archive
};

// [[path, size], …] of the files of the host that follow, according to the manifest; those that
// were told before are not told again.
nlohmann::json filesOf(const std::string& manifest, std::set<std::string>& told) {
    auto list = nlohmann::json::array();
    const auto parsed = nlohmann::json::parse(manifest, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("restore"))
        return list;
    const auto& restore = parsed.at("restore");
    if (!restore.is_object() || !restore.contains("files") || !restore.at("files").is_array())
        return list;
    for (const auto& entry : restore.at("files"))
        if (list.size() < kMaxFiles && entry.is_array() && entry.size() > 3 &&
            entry[0].is_string() && entry[1].is_string() && entry[1] != "" &&
            entry[3].is_number_unsigned() && told.insert(entry[0].get<std::string>()).second)
            list.push_back({entry[0], entry[3]});
    return list;
}

} // namespace

class RoundInSending {
public:
    explicit RoundInSending(RoundSender& sender)
        : m_sender(sender), m_link(sender.m_link),
          m_cutter(ChunkCutter::Content::Archive,
                   [this](std::span<const std::byte> bytes) { return take(bytes); }) {}

    Result<RoundFigures> run(int from) {
        const std::uint64_t before = m_link.sentBytes();
        std::vector<std::byte> buffer(1 << 20);
        for (;;) {
            ENTRACTE_TRY(m_link.awaitInput(from));
            const ssize_t got = ::read(from, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("The exported session could not be read"));
            if (got == 0)
                break;
            ENTRACTE_TRY(m_cutter.add(std::span(buffer).first(static_cast<std::size_t>(got))));
        }
        ENTRACTE_TRY(m_cutter.finish());
        ENTRACTE_TRY(tell());
        while (!m_asked.empty())
            ENTRACTE_TRY(deliver());
        ENTRACTE_TRY(m_link.sendObject(FrameKind::RoundEnd,
                                       {{"bytes", m_figures.bytes}, {"chunks", m_figures.chunks}}));
        m_figures.sent = m_link.sentBytes() - before;
        return m_figures;
    }

private:
    Status take(std::span<const std::byte> bytes) {
        if (!m_toldFiles) {
            if (m_cutter.member() == "manifest.json" && m_manifest.size() < kMaxManifest)
                m_manifest.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            else if (!m_manifest.empty()) {
                m_toldFiles = true;
                const auto files = filesOf(m_manifest, m_sender.m_toldFiles);
                if (!files.empty())
                    ENTRACTE_TRY(m_link.sendObject(FrameKind::Files, {{"files", files}}));
            }
        }
        const ChunkHash hash = hashChunk(bytes);
        const bool asked = m_sender.m_known.insert(hash).second;
        m_batch.entries.push_back({hash, static_cast<std::uint32_t>(bytes.size()), asked});
        if (asked)
            m_batch.bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        m_batch.covers += bytes.size();
        m_figures.bytes += bytes.size();
        ++m_figures.chunks;
        if (m_batch.covers < kBatchBytes && m_batch.entries.size() < kMaxBatch)
            return {};
        return tell();
    }

    // The batch's recipe; its data once it is known what of it is wanted.
    Status tell() {
        if (m_batch.entries.empty())
            return {};
        ENTRACTE_TRY(m_link.send(FrameKind::Recipe, formatRecipe(m_batch.entries)));
        if (std::ranges::any_of(m_batch.entries, &RecipeEntry::asked))
            m_asked.push_back(std::move(m_batch));
        m_batch = {};
        // Batches without a question pile up there behind one whose data is awaited.
        if (m_asked.empty() || (m_asked.size() < kAhead && ++m_since < kBehind))
            return {};
        m_since = 0;
        return deliver();
    }

    Status deliver() {
        const Batch batch = std::move(m_asked.front());
        m_asked.pop_front();
        const auto count =
            static_cast<std::size_t>(std::ranges::count_if(batch.entries, &RecipeEntry::asked));
        ENTRACTE_ASSIGN(payload, m_link.expect(FrameKind::Wanted));
        ENTRACTE_ASSIGN(wanted, parseBits(payload, count));
        std::string data;
        std::size_t at = 0;
        std::size_t answer = 0;
        for (const RecipeEntry& entry : batch.entries) {
            if (!entry.asked)
                continue;
            if (wanted[answer++]) {
                data.append(batch.bytes, at, entry.bytes);
                if (data.size() >= kDataBytes)
                    ENTRACTE_TRY(send(data));
            }
            at += entry.bytes;
        }
        return data.empty() ? Status() : send(data);
    }

    Status send(std::string& data) {
        m_figures.newBytes += data.size();
        const Status sent = m_link.send(FrameKind::Data, compress(data));
        data.clear();
        return sent;
    }

    RoundSender& m_sender;
    MoveLink& m_link;
    ChunkCutter m_cutter;
    Batch m_batch;
    std::deque<Batch> m_asked;
    std::string m_manifest;
    bool m_toldFiles = false;
    RoundFigures m_figures;
    std::size_t m_since = 0; // batches since data was sent
};

Result<RoundFigures> RoundSender::send(int from) {
    return RoundInSending(*this).run(from);
}

} // namespace entracte::cli
