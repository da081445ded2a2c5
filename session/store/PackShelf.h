#pragma once

// The folder of packs. Packs are only ever appended to, by the one who made them, and read by
// anybody; nothing in a pack is ever changed. Any thread.

#include "session/base/UniqueFd.h"
#include "session/store/Catalog.h"
#include "session/store/PackFormat.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

namespace entracte {

struct StoredRecord {
    RecordHeader header;
    ByteBuffer body;
};

struct FoundRecord {
    ChunkRow place;
    bool sealed = false;
    bool manifest = false;
};

// What a pack says of itself. Records after a damaged stretch are found by how they begin.
struct PackScan {
    std::vector<FoundRecord> records;
    std::uint64_t bytes = 0; // of the file
    std::uint64_t lost = 0;  // of these: in no record
};

class PackShelf {
public:
    explicit PackShelf(UniqueFd directory) : m_directory(std::move(directory)) {}

    // Under a name that is no pack's yet; from then on it can be read all the same.
    Result<UniqueFd> create(std::uint64_t id) const;
    // A pack whose contents are on the disk gets its own name. sync() makes that last.
    Status publish(std::uint64_t id) const;
    Status remove(std::uint64_t id); // gone already: done
    Status removeUnfinished();       // what nobody came to publish
    Status sync() const;
    Result<std::vector<std::uint64_t>> present() const;
    // Bytes of the file; nullopt when it is not there.
    std::optional<std::uint64_t> sizeOf(std::uint64_t id) const;
    std::uint64_t available() const; // bytes that the file system has

    // The record, whose header must be the one that the catalog means. SnapshotDamaged names the
    // pack. `limit`: read no more of the body than that many bytes.
    Result<StoredRecord> read(const ChunkRow& chunk, std::size_t limit = SIZE_MAX) const;
    Result<PackHeader> readHeader(std::uint64_t id) const;
    // All headers of records; bodies are not looked at (PackScan.cpp). What cannot be read is an
    // error: it may be readable later.
    Result<PackScan> scan(std::uint64_t id) const;
    // Under another name, where nothing takes it for a pack; returns that name.
    Result<std::string> setAside(std::uint64_t id);
    // What is read from now on is opened anew: a pack that is gone is found to be.
    void openAnew() const;
    // Whatever is cached of it is dropped: what is read next comes from the disk.
    void dropCached(std::uint64_t id) const;

private:
    Result<std::shared_ptr<UniqueFd>> file(std::uint64_t id) const;

    UniqueFd m_directory;
    mutable std::mutex m_mutex;
    mutable std::map<std::uint64_t, std::shared_ptr<UniqueFd>> m_open;
};

// Whether a pack could not be read, of which nobody can tell then what it holds.
bool isReadError(const Error& error);

// Writes the packs of one snapshot (or of one cleaning). Not kept: removed. Any thread.
class PackAppender {
public:
    // `room`: bytes that may be written before it is refused with NoSpace.
    PackAppender(PackShelf& shelf, VaultId vault, std::uint64_t room)
        : m_shelf(shelf), m_vault(vault), m_room(room) {}
    PackAppender(const PackAppender&) = delete;
    PackAppender& operator=(const PackAppender&) = delete;
    ~PackAppender();

    // Where it will be once finish() has come back.
    Result<ChunkRow> append(const RecordHeader& header, ByteView body);
    // Others have written this much of what there was room for.
    void spend(std::uint64_t bytes) {
        const std::lock_guard lock(m_mutex);
        m_room -= std::min(m_room, bytes);
    }
    // Everything is on the disk, and can be read back.
    Status finish();
    // From now on it is a pack, which the next opening takes for one: last of all before the
    // catalog is told.
    Status publish();
    const std::vector<PackRow>& packs() const { return m_packs; }
    void keep() { m_kept = true; }

private:
    Status startPack();
    Status endPack();
    Status flush();

    PackShelf& m_shelf;
    const VaultId m_vault;
    std::uint64_t m_room;
    std::mutex m_mutex;
    UniqueFd m_file;
    ByteBuffer m_buffer;
    std::vector<PackRow> m_packs; // the last one is being written while m_file is open
    std::uint64_t m_written = 0;  // of the last one, without the buffer
    bool m_kept = false;
};

} // namespace entracte
