#include "tests/session/store/PartWriter.h"

#include "session/store/Directories.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace entracte {

namespace {
constexpr int kLevel = 1; // memory pages: higher levels cost much time for few bytes
constexpr int kWorkers = 2;

Status writeAll(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(diskError("A part of the snapshot could not be written"));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}
} // namespace

PartWriter::PartWriter(UniqueFd file, std::string name)
    : m_file(std::move(file)), m_zstd(ZSTD_createCCtx(), ZSTD_freeCCtx),
      m_out(ZSTD_CStreamOutSize()) {
    m_facts.name = std::move(name);
}

Result<std::unique_ptr<PartWriter>> PartWriter::create(int directory, const std::string& name) {
    UniqueFd file(::openat(directory, name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(diskError("A part of the snapshot could not be made"));
    std::unique_ptr<PartWriter> part(new PartWriter(std::move(file), name));
    if (!part->m_zstd)
        return fail(ErrorCode::NoSpace, "There is not enough memory to compress the snapshot.");
    ZSTD_CCtx_setParameter(part->m_zstd.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(part->m_zstd.get(), ZSTD_c_checksumFlag, 1);
    // A libzstd without threads refuses this, and compresses all the same.
    ZSTD_CCtx_setParameter(part->m_zstd.get(), ZSTD_c_nbWorkers, kWorkers);
    return part;
}

Status PartWriter::compress(ZSTD_inBuffer& input, ZSTD_EndDirective directive) {
    for (;;) {
        ZSTD_outBuffer output{m_out.data(), m_out.size(), 0};
        const std::size_t left = ZSTD_compressStream2(m_zstd.get(), &output, &input, directive);
        if (ZSTD_isError(left))
            return fail(ErrorCode::Internal, "The snapshot could not be compressed.",
                        ZSTD_getErrorName(left));
        const std::span<const std::byte> bytes(m_out.data(), output.pos);
        m_hash.add(bytes);
        m_facts.storedBytes += bytes.size();
        ENTRACTE_TRY(writeAll(m_file.get(), bytes));
        if (directive == ZSTD_e_continue ? input.pos == input.size : left == 0)
            return {};
    }
}

Status PartWriter::write(std::span<const std::byte> bytes) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    m_facts.contentBytes += bytes.size();
    return compress(input, ZSTD_e_continue);
}

Result<PartFacts> PartWriter::finish() {
    ZSTD_inBuffer input{nullptr, 0, 0};
    ENTRACTE_TRY(compress(input, ZSTD_e_end));
    if (::fsync(m_file.get()) != 0)
        return fail(diskError("The disk did not take a part of the snapshot"));
    // The read-back after the commit is to see the disk, not the page cache.
    ::posix_fadvise(m_file.get(), 0, 0, POSIX_FADV_DONTNEED);
    m_facts.blake2b = m_hash.finish();
    return m_facts;
}

} // namespace entracte
