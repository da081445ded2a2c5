#pragma once

// A repository that is open: its key, and what is in it. Indexes and manifests are kept beside
// (sealed as they are) in the person's cache, so that each is read from afar once. One thread, but
// for place() and keys().

#include "app/repository/Place.h"
#include "app/repository/Records.h"

#include <filesystem>
#include <functional>
#include <set>
#include <unordered_map>

namespace entracte::repository {

// Where a chunk's record is.
struct Spot {
    std::uint32_t pack = 0; // number in Chunks::packs
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t length = 0;
};

struct IdHash { // an id is a hash already
    std::size_t operator()(const ChunkId& id) const;
};

struct Chunks {
    std::vector<ObjectName> packs;
    std::unordered_map<ChunkId, Spot, IdHash> spots;
};

struct NamedManifest {
    ObjectName name;
    Manifest manifest;
};

struct NamedMark {
    std::string path;
    Mark mark;
};

// The files of a folder: those that are what their name says, and the others, by path. Among these
// are such as are just being written.
template <typename Record>
struct Read {
    std::vector<std::pair<ObjectName, Record>> whole;
    std::vector<std::string> unreadable;
};

class Repository {
public:
    // Makes the key file, unless somebody else has just done so. Busy when there is a repository
    // already and `passphrase` opens it: nothing is to be made.
    static Status create(Place& place, const std::string& passphrase);
    static Result<bool> exists(Place& place);
    // NotFound where there is none; NotAuthorized for another passphrase. `cache`: a folder of the
    // person's, made when needed.
    static Result<std::unique_ptr<Repository>>
    open(std::unique_ptr<Place> place, const std::string& passphrase, std::filesystem::path cache);

    Place& place() { return *m_place; }
    const Keys& keys() const { return m_keys; }
    Sealer& sealer() { return m_sealer; }
    const std::filesystem::path& cache() const { return m_cache; }

    Result<Read<Index>> indexes() { return readAll<Index>(Kind::Index); }
    Result<Read<Manifest>> manifests() { return readAll<Manifest>(Kind::Manifest); }
    Result<Read<Mark>> marks() { return readAll<Mark>(Kind::Mark); }
    // What is asked for next is read from the repository itself.
    void forgetCached();
    // Packs that are there, with their lengths; what else lies in their folder.
    struct Packs {
        std::map<ObjectName, std::uint64_t> present;
        std::vector<std::string> others;
    };
    Result<Packs> packs();

    // Seals, names and writes; its name.
    Result<ObjectName> add(Kind kind, ObjectKind as, ByteView content);

private:
    Repository(std::unique_ptr<Place> place, Keys keys, std::filesystem::path cache)
        : m_place(std::move(place)), m_keys(std::move(keys)), m_sealer(m_keys),
          m_cache(std::move(cache)) {}
    template <typename Record>
    Result<Read<Record>> readAll(Kind kind);

    std::unique_ptr<Place> m_place;
    Keys m_keys;
    Sealer m_sealer;
    std::filesystem::path m_cache;
};

// Where every chunk is, of the packs that are there whole and not among `without`.
Chunks chunksOf(const Read<Index>& indexes, const Repository::Packs& packs,
                const std::set<std::string>& without);

} // namespace entracte::repository
