#include "session/criu/ImageReader.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace entracte {
namespace {

constexpr std::size_t kMaxEntry = 1 << 20;

constexpr std::uint32_t kCommonMagic = 0x54564319;
constexpr std::uint32_t kServiceMagic = 0x55105940;
constexpr std::uint32_t kFilesMagic = 0x56303138;
constexpr std::uint32_t kStatsMagic = 0x57093306;

// file_entry (fdinfo.proto), unix_sk_entry (sk-unix.proto)
constexpr std::uint32_t kFileUnixSocket = 16;
// reg_file_entry (regfile.proto)
constexpr std::uint32_t kFileRegular = 3;
constexpr std::uint32_t kRegularName = 6;
constexpr std::uint32_t kSocketName = 11;
constexpr std::uint32_t kSocketNameDirectory = 14;
// stats_entry, dump_stats_entry (stats.proto)
constexpr std::uint32_t kStatsDump = 1;
constexpr std::uint32_t kFreezingTime = 1;
constexpr std::uint32_t kFrozenTime = 2;

Error damaged(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
            std::move(detail), "Resume an older snapshot."};
}

enum class ReadEnd { Whole, AtEnd, Short };

ReadEnd readExactly(int file, void* to, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::read(file, static_cast<char*>(to) + done, count - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return done == 0 && got == 0 ? ReadEnd::AtEnd : ReadEnd::Short;
        done += static_cast<std::size_t>(got);
    }
    return ReadEnd::Whole;
}

std::string_view asText(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The path that a unix_sk_entry is bound to; empty for abstract and unnamed sockets.
Result<std::string> boundPath(Bytes socket) {
    std::string_view name;
    std::string_view directory;
    ProtobufReader reader(socket);
    while (const auto field = reader.next()) {
        if (field->number == kSocketName)
            name = asText(field->bytes);
        else if (field->number == kSocketNameDirectory)
            directory = asText(field->bytes);
    }
    if (reader.bad())
        return fail(damaged("a unix socket's entry is malformed"));
    name = name.substr(0, name.find('\0')); // an abstract name begins with one
    if (name.empty() || name.starts_with('/') || directory.empty())
        return std::string(name);
    return std::string(directory) + "/" + std::string(name);
}

} // namespace

std::nullopt_t ProtobufReader::malformed() {
    m_bad = true;
    return std::nullopt;
}

std::optional<std::uint64_t> ProtobufReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (m_rest.empty())
            return malformed();
        const auto byte = std::to_integer<std::uint64_t>(m_rest.front());
        m_rest = m_rest.subspan(1);
        value |= (byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    return malformed();
}

std::optional<Bytes> ProtobufReader::take(std::uint64_t count) {
    if (count > m_rest.size())
        return malformed();
    const auto taken = m_rest.first(static_cast<std::size_t>(count));
    m_rest = m_rest.subspan(static_cast<std::size_t>(count));
    return taken;
}

// Wire types: protobuf encoding guide, "Message Structure".
std::optional<ProtobufReader::Field> ProtobufReader::next() {
    if (m_bad || m_rest.empty())
        return std::nullopt;
    const auto tag = varint();
    if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0)
        return malformed();
    Field field;
    field.number = static_cast<std::uint32_t>(*tag >> 3);
    field.wireType = *tag & 7;
    switch (*tag & 7) {
    case 0: {
        const auto value = varint();
        if (!value)
            return malformed();
        field.value = *value;
        return field;
    }
    case 2: {
        const auto length = varint();
        const auto bytes = length ? take(*length) : std::nullopt;
        if (!bytes)
            return malformed();
        field.bytes = *bytes;
        return field;
    }
    case 1:
    case 5: {
        const auto bytes = take((*tag & 7) == 1 ? 8 : 4);
        if (!bytes)
            return malformed();
        std::memcpy(&field.value, bytes->data(), bytes->size());
        return field;
    }
    default:
        return malformed();
    }
}

Status readEntries(int file, std::span<const std::uint32_t> magics, const EntryVisitor& visit) {
    for (const auto expected : magics) {
        std::uint32_t magic = 0;
        if (readExactly(file, &magic, sizeof magic) != ReadEnd::Whole || magic != expected)
            return fail(damaged("an image does not begin as it should"));
    }
    std::vector<std::byte> entry;
    for (;;) {
        std::uint32_t size = 0;
        const auto end = readExactly(file, &size, sizeof size);
        if (end == ReadEnd::AtEnd)
            return {};
        if (end == ReadEnd::Short || size > kMaxEntry)
            return fail(damaged("an entry of an image is too large or cut short"));
        entry.resize(size);
        if (size > 0 && readExactly(file, entry.data(), size) != ReadEnd::Whole)
            return fail(damaged("an entry of an image is cut short"));
        ENTRACTE_TRY(visit(entry));
    }
}

Status readSocketPaths(int file, const std::function<Status(std::string_view)>& visit) {
    constexpr std::array magics = {kCommonMagic, kFilesMagic};
    return readEntries(file, magics, [&](Bytes entry) -> Status {
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            if (field->number != kFileUnixSocket)
                continue;
            ENTRACTE_ASSIGN(path, boundPath(field->bytes));
            if (!path.empty())
                ENTRACTE_TRY(visit(path));
        }
        return reader.bad() ? Status(fail(damaged("a file's entry is malformed"))) : Status();
    });
}

Status readFilePaths(int file, const std::function<Status(std::string_view)>& visit) {
    constexpr std::array magics = {kCommonMagic, kFilesMagic};
    return readEntries(file, magics, [&](Bytes entry) -> Status {
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            if (field->number != kFileRegular)
                continue;
            ProtobufReader regular(field->bytes);
            while (const auto inner = regular.next())
                if (inner->number == kRegularName && !inner->bytes.empty() &&
                    asText(inner->bytes).find('\0') == std::string_view::npos)
                    ENTRACTE_TRY(visit(asText(inner->bytes)));
            if (regular.bad())
                return fail(damaged("a regular file's entry is malformed"));
        }
        return reader.bad() ? Status(fail(damaged("a file's entry is malformed"))) : Status();
    });
}

Result<DumpTimes> readDumpTimes(const std::filesystem::path& stats) {
    const UniqueFd file(::open(stats.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        return fail(Error::fromErrno("CRIU's times could not be read"));
    DumpTimes times;
    constexpr std::array magics = {kServiceMagic, kStatsMagic};
    ENTRACTE_TRY(readEntries(file.get(), magics, [&](Bytes entry) -> Status {
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            if (field->number != kStatsDump)
                continue;
            ProtobufReader dump(field->bytes);
            while (const auto time = dump.next()) {
                if (time->number == kFreezingTime)
                    times.freezingMicros = static_cast<std::uint32_t>(time->value);
                else if (time->number == kFrozenTime)
                    times.frozenMicros = static_cast<std::uint32_t>(time->value);
            }
        }
        return {};
    }));
    return times;
}

} // namespace entracte
