#include "app/repository/Records.h"

#include <algorithm>

namespace entracte::repository {

namespace {

constexpr std::size_t kMaxText = 1024;           // bytes of a name or a comment
constexpr std::uint64_t kMaxStream = 1ull << 44; // bytes
constexpr std::uint64_t kMaxRecipe = 1 << 30;    // bytes
constexpr std::size_t kStoredBytes = 32 + 3 * sizeof(std::uint32_t);

// Reads until something is wrong; then every further value is nothing, and ok() says so.
class Reader {
public:
    explicit Reader(ByteView bytes) : m_in(bytes) {}

    template <typename Number>
    Number fixed() {
        return take(m_in.fixed<Number>());
    }
    std::uint64_t number(std::uint64_t limit) { return take(m_in.number(limit)); }
    // How many things of at least `each` bytes follow: never more than there are bytes.
    std::size_t count(std::size_t each) { return number(m_in.left() / each); }
    std::string text() { return take(m_in.text(kMaxText)); }
    bool flag() {
        const auto value = fixed<std::uint8_t>();
        require(value <= 1);
        return value == 1;
    }
    template <std::size_t Size>
    void raw(std::array<std::byte, Size>& into) {
        if (const auto bytes = m_in.raw(Size))
            std::ranges::copy(*bytes, into.begin());
        else
            m_ok = false;
    }
    void require(bool condition) { m_ok = m_ok && condition; }
    bool ok() const { return m_ok; }
    Status finish(const char* what) const {
        if (m_ok && m_in.left() == 0)
            return {};
        return fail(damagedRepository(std::string(what) + " holds what none of ours would"));
    }

private:
    template <typename Value>
    Value take(std::optional<Value> value) {
        m_ok = m_ok && value.has_value();
        return m_ok ? std::move(*value) : Value();
    }
    ByteReader m_in;
    bool m_ok = true;
};

void putChunks(ByteWriter& out, const std::vector<Stored>& chunks) {
    out.number(chunks.size());
    for (const Stored& chunk : chunks) {
        out.raw(chunk.id);
        out.fixed(chunk.offset);
        out.fixed(chunk.bytes);
        out.fixed(chunk.length);
    }
}

PackIndex takePack(Reader& in) {
    PackIndex pack;
    in.raw(pack.pack.hash);
    pack.bytes = in.fixed<std::uint32_t>();
    in.require(pack.bytes <= kMaxPack);
    std::uint64_t end = kPackHead;
    for (std::size_t left = in.count(kStoredBytes); left > 0 && in.ok(); --left) {
        Stored chunk;
        in.raw(chunk.id);
        chunk.offset = in.fixed<std::uint32_t>();
        chunk.bytes = in.fixed<std::uint32_t>();
        chunk.length = in.fixed<std::uint32_t>();
        in.require(chunk.offset >= end && chunk.length <= kMaxChunk &&
                   chunk.bytes > VaultKeys::kSealOverhead);
        end = std::uint64_t{chunk.offset} + chunk.bytes;
        in.require(end <= pack.bytes);
        pack.chunks.push_back(chunk);
    }
    return pack;
}

} // namespace

ByteBuffer formatIndex(const Index& index) {
    ByteWriter out;
    out.number(index.packs.size());
    for (const PackIndex& pack : index.packs) {
        out.raw(pack.pack.hash);
        out.fixed(pack.bytes);
        putChunks(out, pack.chunks);
    }
    return out.take();
}

Result<Index> parseIndex(ByteView bytes) {
    Reader in(bytes);
    Index index;
    for (std::size_t left = in.count(32 + 4 + 1); left > 0 && in.ok(); --left)
        index.packs.push_back(takePack(in));
    ENTRACTE_TRY(in.finish("an index"));
    return index;
}

ByteBuffer formatManifest(const Manifest& manifest) {
    ByteWriter out;
    out.raw(manifest.lineage);
    out.raw(manifest.machine);
    for (const std::string* text :
         {&manifest.session, &manifest.snapshot, &manifest.comment, &manifest.host, &manifest.user})
        out.text(text->substr(0, kMaxText));
    out.fixed(manifest.takenUnixMs);
    out.fixed(manifest.pushedUnixMs);
    out.fixed(static_cast<std::uint8_t>(manifest.suspended));
    out.number(manifest.streamBytes);
    out.number(manifest.addedBytes);
    out.number(manifest.recipeBytes);
    out.number(manifest.recipe.size());
    for (const ChunkId& id : manifest.recipe)
        out.raw(id);
    return out.take();
}

Result<Manifest> parseManifest(ByteView bytes) {
    Reader in(bytes);
    Manifest manifest;
    in.raw(manifest.lineage);
    in.raw(manifest.machine);
    for (std::string* text :
         {&manifest.session, &manifest.snapshot, &manifest.comment, &manifest.host, &manifest.user})
        *text = in.text();
    manifest.takenUnixMs = in.fixed<std::int64_t>();
    manifest.pushedUnixMs = in.fixed<std::int64_t>();
    manifest.suspended = in.flag();
    manifest.streamBytes = in.number(kMaxStream);
    manifest.addedBytes = in.number(kMaxStream);
    manifest.recipeBytes = in.number(kMaxRecipe);
    in.require(manifest.recipeBytes % sizeof(ChunkId) == 0);
    const std::size_t count = in.count(sizeof(ChunkId));
    in.require(manifest.recipeBytes <= std::uint64_t{count} * kMaxChunk);
    for (std::size_t left = count; left > 0 && in.ok(); --left)
        in.raw(manifest.recipe.emplace_back());
    ENTRACTE_TRY(in.finish("a manifest"));
    return manifest;
}

ByteBuffer formatMark(const Mark& mark) {
    ByteWriter out;
    out.fixed(mark.unixMs);
    out.number(mark.paths.size());
    for (const std::string& path : mark.paths)
        out.text(path);
    return out.take();
}

Result<Mark> parseMark(ByteView bytes) {
    Reader in(bytes);
    Mark mark;
    mark.unixMs = in.fixed<std::int64_t>();
    for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
        mark.paths.push_back(in.text());
        in.require(isSafePath(mark.paths.back()));
    }
    ENTRACTE_TRY(in.finish("a mark"));
    return mark;
}

ByteBuffer formatLease(const LeaseRecord& lease) {
    ByteWriter out;
    out.raw(lease.lineage);
    out.fixed(lease.epoch);
    out.fixed(static_cast<std::uint8_t>(lease.free));
    out.raw(lease.machine);
    out.text(lease.host.substr(0, kMaxText));
    out.text(lease.user.substr(0, kMaxText));
    out.fixed(lease.unixMs);
    return out.take();
}

Result<LeaseRecord> parseLease(ByteView bytes) {
    Reader in(bytes);
    LeaseRecord lease;
    in.raw(lease.lineage);
    lease.epoch = in.fixed<std::uint64_t>();
    lease.free = in.flag();
    in.raw(lease.machine);
    lease.host = in.text();
    lease.user = in.text();
    lease.unixMs = in.fixed<std::int64_t>();
    ENTRACTE_TRY(in.finish("a lease"));
    return lease;
}

} // namespace entracte::repository
