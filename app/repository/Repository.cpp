#include "app/repository/Repository.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace entracte::repository {

namespace {

constexpr std::string_view kKeyMagic = "ENTRRKEY";
constexpr std::uint64_t kMaxKeyFile = 4096; // bytes
constexpr std::size_t kIdBytes = 16;

namespace fs = std::filesystem;

// magic, version, the repository's id, the wrapped key, BLAKE2b-256 of all before
Result<ByteBuffer> makeKeyFile(const SecretKey& master, const std::string& passphrase) {
    std::array<std::byte, kIdBytes> id{};
    ::randombytes_buf(id.data(), id.size());
    ENTRACTE_ASSIGN(wrapped, wrapKey(master, {Secret::Kind::Passphrase, passphrase}));
    ByteWriter out;
    out.raw(std::as_bytes(std::span(kKeyMagic)));
    out.fixed(kFormatVersion);
    out.raw(id);
    out.raw(wrapped);
    out.raw(nameOf(out.bytes()).hash);
    return out.take();
}

struct KeyFile {
    std::string id;
    SecretKey master;
};

Result<KeyFile> readKeyFile(ByteView bytes, const std::string& passphrase) {
    const auto damaged = [] {
        return fail(ErrorCode::SnapshotDamaged, "The repository's key file is damaged.", {},
                    "Is this a repository of Entracte? If so, take its file \"key\" from a copy.");
    };
    constexpr std::size_t kSum = 32;
    if (bytes.size() < kSum)
        return damaged();
    const ByteView body = bytes.first(bytes.size() - kSum);
    ByteReader in(body);
    const auto magic = in.raw(kKeyMagic.size());
    const auto version = in.fixed<std::uint32_t>();
    const auto id = in.raw(kIdBytes);
    if (!id || !std::ranges::equal(*magic, std::as_bytes(std::span(kKeyMagic))) ||
        !std::ranges::equal(nameOf(body).hash, bytes.last(kSum)))
        return damaged();
    if (*version != kFormatVersion)
        return fail(ErrorCode::HostMismatch, "The repository was made by a newer Entracte.", {},
                    "Update Entracte on this computer.");
    ENTRACTE_ASSIGN(master,
                    unwrapKey(body.last(in.left()), {Secret::Kind::Passphrase, passphrase}));
    return KeyFile{hex(*id), std::move(master)};
}

// Nothing of what is longer than the longest of ours.
ByteBuffer readWhole(const fs::path& file) {
    std::error_code problem;
    if (const auto bytes = fs::file_size(file, problem); problem || bytes > kMaxObject)
        return {};
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

template <typename Record>
Result<Record> parseAs(ByteView bytes);
template <>
Result<Index> parseAs(ByteView bytes) {
    return parseIndex(bytes);
}
template <>
Result<Manifest> parseAs(ByteView bytes) {
    return parseManifest(bytes);
}
template <>
Result<Mark> parseAs(ByteView bytes) {
    return parseMark(bytes);
}

ObjectKind objectOf(Kind kind) {
    return kind == Kind::Index      ? ObjectKind::Index
           : kind == Kind::Manifest ? ObjectKind::Manifest
                                    : ObjectKind::Mark;
}

// What the cache has of files that are in the repository no more.
void forgetOthers(const fs::path& folder, const std::set<std::string>& kept) {
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder, problem))
        if (!kept.contains(entry.path().filename().string()))
            fs::remove(entry.path(), problem);
}

} // namespace

std::size_t IdHash::operator()(const ChunkId& id) const {
    std::size_t value = 0;
    std::memcpy(&value, id.data(), sizeof value);
    return value;
}

Result<bool> Repository::exists(Place& place) {
    const auto there = place.read(kKeyFile, kMaxKeyFile);
    if (!there && there.error().code() != ErrorCode::NotFound)
        return fail(there.error());
    return there.has_value();
}

Status Repository::create(Place& place, const std::string& passphrase) {
    ENTRACTE_ASSIGN(there, exists(place));
    if (there)
        return fail(ErrorCode::Busy, "There is a repository already.");
    const SecretKey master = randomKey();
    ENTRACTE_ASSIGN(file, makeKeyFile(master, passphrase));
    ENTRACTE_TRY(place.write(kKeyFile, file));
    // Whose file it is that is there now counts; if not ours, then its passphrase must be known.
    ENTRACTE_ASSIGN(written, place.read(kKeyFile, kMaxKeyFile));
    ENTRACTE_TRY(readKeyFile(written, passphrase));
    return {};
}

Result<std::unique_ptr<Repository>>
Repository::open(std::unique_ptr<Place> place, const std::string& passphrase, fs::path cache) {
    const auto file = place->read(kKeyFile, kMaxKeyFile);
    if (!file && file.error().code() == ErrorCode::NotFound)
        return fail(ErrorCode::NotFound, "There is no repository in that place (any more).", {},
                    "Is the disk mounted? \"entracte remote add\" makes one.");
    if (!file)
        return fail(file.error());
    ENTRACTE_ASSIGN(key, readKeyFile(*file, passphrase));
    ENTRACTE_ASSIGN(keys, VaultKeys::make(kClearVault, true, key.master));
    cache /= key.id;
    std::error_code problem;
    fs::create_directories(cache, problem);
    if (problem)
        return fail(ErrorCode::System, "The folder " + cache.string() + " could not be made.",
                    problem.message());
    return std::unique_ptr<Repository>(
        new Repository(std::move(place), std::move(keys), std::move(cache)));
}

template <typename Record>
Result<Read<Record>> Repository::readAll(Kind kind) {
    Read<Record> read;
    ENTRACTE_ASSIGN(listed, m_place->list(folderOf(kind)));
    const std::uint64_t limit = kind == Kind::Manifest ? kMaxManifest : kMaxObject;
    std::vector<std::pair<ObjectName, std::string>> wanted;
    std::vector<std::string> lacking;
    std::set<std::string> kept;
    for (const Listed& file : listed) {
        const auto name = nameIn(kind, file.path);
        if (!name || file.bytes > limit) {
            read.unreadable.push_back(file.path);
            continue;
        }
        wanted.emplace_back(*name, file.path);
        kept.insert(hex(name->hash));
        // A whole one is known by its name, so a part of one is found out below.
        std::error_code problem;
        const auto here = m_cache / file.path;
        if (!fs::exists(here, problem) || nameOf(readWhole(here)) != *name)
            lacking.push_back(file.path);
    }
    ENTRACTE_TRY(m_place->fetch(lacking, m_cache.string(), limit));
    forgetOthers(m_cache / folderOf(kind), kept);
    for (const auto& [name, path] : wanted) {
        const ByteBuffer file = readWhole(m_cache / path);
        if (nameOf(file) != name) {
            read.unreadable.push_back(path);
            continue;
        }
        auto content = m_sealer.openObject(objectOf(kind), file);
        if (!content && content.error().code() == ErrorCode::HostMismatch)
            return fail(content.error());
        auto record = content ? parseAs<Record>(*content) : Result<Record>(fail(content.error()));
        if (record)
            read.whole.emplace_back(name, std::move(*record));
        else
            read.unreadable.push_back(path);
    }
    return read;
}

template Result<Read<Index>> Repository::readAll(Kind);
template Result<Read<Manifest>> Repository::readAll(Kind);
template Result<Read<Mark>> Repository::readAll(Kind);

void Repository::forgetCached() {
    for (const Kind kind : {Kind::Index, Kind::Manifest, Kind::Mark})
        forgetOthers(m_cache / folderOf(kind), {});
}

Result<Repository::Packs> Repository::packs() {
    Packs packs;
    ENTRACTE_ASSIGN(listed, m_place->list(folderOf(Kind::Pack)));
    for (const Listed& file : listed) {
        if (const auto name = nameIn(Kind::Pack, file.path))
            packs.present.emplace(*name, file.bytes);
        else
            packs.others.push_back(file.path);
    }
    return packs;
}

Result<ObjectName> Repository::add(Kind kind, ObjectKind as, ByteView content) {
    ENTRACTE_ASSIGN(file, m_sealer.sealObject(as, content));
    const ObjectName name = nameOf(file);
    ENTRACTE_TRY(m_place->write(pathOf(kind, name), file));
    return name;
}

Chunks chunksOf(const Read<Index>& indexes, const Repository::Packs& packs,
                const std::set<std::string>& without) {
    Chunks chunks;
    for (const auto& [name, index] : indexes.whole)
        for (const PackIndex& pack : index.packs) {
            const auto present = packs.present.find(pack.pack);
            if (present == packs.present.end() || present->second != pack.bytes ||
                without.contains(pathOf(Kind::Pack, pack.pack)))
                continue;
            const auto number = static_cast<std::uint32_t>(chunks.packs.size());
            chunks.packs.push_back(pack.pack);
            for (const Stored& chunk : pack.chunks)
                chunks.spots.emplace(chunk.id,
                                     Spot{number, chunk.offset, chunk.bytes, chunk.length});
        }
    return chunks;
}

} // namespace entracte::repository
