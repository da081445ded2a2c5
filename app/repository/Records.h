#pragma once

// What is within the sealed files of a repository. The readers take any bytes (whoever has the key
// may have written them): they never go past the end, reserve nothing by a number that is not
// covered by bytes, and refuse what no writer of ours makes. What is read is written again to the
// same bytes.

#include "app/repository/Sealing.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace entracte::repository {

// A chunk's record within a pack.
struct Stored {
    ChunkId id{};
    std::uint32_t offset = 0; // of the record in the pack's file
    std::uint32_t bytes = 0;  // of the record
    std::uint32_t length = 0; // of the chunk, uncompressed
    auto operator<=>(const Stored&) const = default;
};

struct PackIndex {
    ObjectName pack;
    std::uint32_t bytes = 0;    // of the file
    std::vector<Stored> chunks; // by offset, none over another
    bool operator==(const PackIndex&) const = default;
};

// Of one pack or of several.
struct Index {
    std::vector<PackIndex> packs;
    bool operator==(const Index&) const = default;
};

using LineageId = std::array<std::byte, 16>; // a session, wherever it goes
using MachineId = std::array<std::byte, 16>; // a person's account on a machine

// One snapshot. Its stream is what `entracte export` writes, without compression.
struct Manifest {
    LineageId lineage{};
    MachineId machine{};
    std::string session;  // its name
    std::string snapshot; // its id where it was taken
    std::string comment;
    std::string host;
    std::string user;
    std::int64_t takenUnixMs = 0;
    std::int64_t pushedUnixMs = 0;
    bool suspended = false;
    std::uint64_t streamBytes = 0;
    std::uint64_t addedBytes = 0;  // what the repository grew by
    std::uint64_t recipeBytes = 0; // ids of the stream's chunks, 32 bytes each, one after another
    std::vector<ChunkId> recipe;   // the chunks that hold these
    bool operator==(const Manifest&) const = default;
};

// What nothing needed when somebody looked: to be removed when it is old enough.
struct Mark {
    std::int64_t unixMs = 0;
    std::vector<std::string> paths; // each isSafePath()
    bool operator==(const Mark&) const = default;
};

// Who has a session: it runs there, or is to be brought back there.
struct LeaseRecord {
    LineageId lineage{};
    std::uint64_t epoch = 0; // one more than that of the one before
    bool free = false;       // suspended and pushed: whoever wants it may take it
    MachineId machine{};
    std::string host;
    std::string user;
    std::int64_t unixMs = 0;
    bool operator==(const LeaseRecord&) const = default;
};

ByteBuffer formatIndex(const Index& index);
ByteBuffer formatManifest(const Manifest& manifest);
ByteBuffer formatMark(const Mark& mark);
ByteBuffer formatLease(const LeaseRecord& lease);
// SnapshotDamaged.
Result<Index> parseIndex(ByteView bytes);
Result<Manifest> parseManifest(ByteView bytes);
Result<Mark> parseMark(ByteView bytes);
Result<LeaseRecord> parseLease(ByteView bytes);

} // namespace entracte::repository
