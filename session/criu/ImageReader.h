#pragma once

// A bounded reader of the few things that we read from CRIU's images ourselves.
//
// An image is: magic numbers, then entries, each a 32-bit size (little endian) and a protobuf
// message of that size (CRIU, images/*.proto and criu/include/magic.h). Every size is checked
// against what is there before anything is allocated; unknown fields are skipped, so that images of
// other CRIU versions can be read.

#include "session/base/Result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entracte {

using Bytes = std::span<const std::byte>;

// Field by field through one protobuf message. No copy: views point into the message.
class ProtobufReader {
public:
    struct Field {
        std::uint32_t number = 0;
        std::uint8_t wireType = 0; // 0: varint; 1, 5: fixed; 2: length-delimited
        std::uint64_t value = 0;   // of varint and fixed fields
        Bytes bytes;               // of length-delimited fields
    };

    explicit ProtobufReader(Bytes message) : m_rest(message) {}
    // The next field; nothing at the end, or when the message is malformed (then bad() is true).
    std::optional<Field> next();
    bool bad() const { return m_bad; }

private:
    std::optional<std::uint64_t> varint();
    std::optional<Bytes> take(std::uint64_t count);
    std::nullopt_t malformed();

    Bytes m_rest;
    bool m_bad = false;
};

// Calls `visit` with each entry of an image whose magic numbers are `magics`. SnapshotDamaged when
// it is cut short or an entry is larger than 1 MiB (CRIU's own entries are far smaller).
using EntryVisitor = std::function<Status(Bytes)>;
Status readEntries(int file, std::span<const std::uint32_t> magics, const EntryVisitor& visit);

// files.img: calls `visit` with the path of each unix socket that is bound to one. Relative names
// are joined with the directory they were bound from.
Status readSocketPaths(int file, const std::function<Status(std::string_view)>& visit);

// files.img: calls `visit` with the path of each regular file and directory that is open or mapped.
Status readFilePaths(int file, const std::function<Status(std::string_view)>& visit);

struct DumpTimes {
    std::uint32_t freezingMicros = 0; // from the first frozen task to the last
    std::uint32_t frozenMicros = 0;   // from then until they go on, or are gone
};
Result<DumpTimes> readDumpTimes(const std::filesystem::path& stats);

} // namespace entracte
