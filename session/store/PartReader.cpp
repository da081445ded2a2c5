#include "session/store/PartReader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace entracte {

namespace {

constexpr std::size_t kReadSize = 1 << 20; // bytes

Result<UniqueFd> openPart(int directory, const PartFacts& expected) {
    UniqueFd file(
        ::openat(directory, expected.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file)
        return fail(damagedPart(expected.name, "it is missing")
                        .causedBy(Error::fromErrno("A part of the snapshot could not be opened")));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        return fail(Error::fromErrno("A part of the snapshot could not be examined"));
    if (!S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) != expected.storedBytes)
        return fail(damagedPart(expected.name, "it has another size than when it was written"));
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return file;
}

Result<std::size_t> readSome(int file, std::span<std::byte> into, const std::string& part) {
    for (;;) {
        const ssize_t got = ::read(file, into.data(), into.size());
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (errno == EIO)
            return fail(damagedPart(part, "the disk cannot read it"));
        if (errno != EINTR)
            return fail(Error::fromErrno("A part of the snapshot could not be read"));
    }
}

} // namespace

Error damagedPart(const std::string& part, std::string detail) {
    return Error(ErrorCode::SnapshotDamaged,
                 "The snapshot is damaged: its part " + part + " is not as it was written.")
        .withDetail(part + ": " + std::move(detail))
        .withHint("Nothing was changed. Resume from another snapshot of this session.");
}

PartReader::PartReader(UniqueFd file, PartFacts expected)
    : m_file(std::move(file)), m_expected(std::move(expected)),
      m_zstd(ZSTD_createDCtx(), ZSTD_freeDCtx), m_in(kReadSize), m_out(kReadSize) {}

Result<std::unique_ptr<PartReader>> PartReader::open(int directory, const PartFacts& expected) {
    ENTRACTE_ASSIGN(file, openPart(directory, expected));
    std::unique_ptr<PartReader> reader(new PartReader(std::move(file), expected));
    if (!reader->m_zstd)
        return fail(ErrorCode::NoSpace, "There is not enough memory to unpack the snapshot.");
    return reader;
}

Status PartReader::fill() {
    ENTRACTE_ASSIGN(got, readSome(m_file.get(), m_in, m_expected.name));
    m_hash.add(std::span(m_in.data(), got));
    m_storedRead += got;
    m_input = {m_in.data(), got, 0};
    m_fileEnded = got == 0;
    return {};
}

Result<std::span<const std::byte>> PartReader::read() {
    for (;;) {
        if (m_input.pos == m_input.size && !m_fileEnded)
            ENTRACTE_TRY(fill());
        ZSTD_outBuffer output{m_out.data(), m_out.size(), 0};
        if (!m_fileEnded || !m_frameEnded) {
            if (m_frameEnded) // one frame is what we write
                return fail(damagedPart(m_expected.name, "something follows after its end"));
            const std::size_t left = ZSTD_decompressStream(m_zstd.get(), &output, &m_input);
            if (ZSTD_isError(left))
                return fail(damagedPart(m_expected.name, ZSTD_getErrorName(left)));
            m_frameEnded = left == 0;
            if (m_fileEnded && !m_frameEnded && output.pos == 0)
                return fail(damagedPart(m_expected.name, "its end is missing"));
            if (m_frameEnded && m_input.pos == m_input.size)
                ENTRACTE_TRY(fill());
        }
        m_contentRead += output.pos;
        if (m_contentRead > m_expected.contentBytes)
            return fail(damagedPart(m_expected.name, "it holds more than when it was written"));
        if (output.pos > 0 || (m_fileEnded && m_frameEnded))
            return std::span<const std::byte>(m_out.data(), output.pos);
    }
}

Status PartReader::finish() {
    for (;;) {
        ENTRACTE_ASSIGN(bytes, read());
        if (bytes.empty())
            break;
    }
    if (m_contentRead != m_expected.contentBytes || m_storedRead != m_expected.storedBytes ||
        m_hash.finish() != m_expected.blake2b)
        return fail(damagedPart(m_expected.name, "its hash differs"));
    return {};
}

Status verifyPart(int directory, const PartFacts& expected,
                  const std::function<Status(std::uint64_t)>& progress) {
    ENTRACTE_ASSIGN(file, openPart(directory, expected));
    std::vector<std::byte> buffer(kReadSize);
    PartHash hash;
    std::uint64_t total = 0;
    for (;;) {
        ENTRACTE_ASSIGN(got, readSome(file.get(), buffer, expected.name));
        if (got == 0)
            break;
        hash.add(std::span(buffer.data(), got));
        total += got;
        ENTRACTE_TRY(progress(got));
    }
    if (total != expected.storedBytes || hash.finish() != expected.blake2b)
        return fail(damagedPart(expected.name, "its hash differs"));
    return {};
}

} // namespace entracte
