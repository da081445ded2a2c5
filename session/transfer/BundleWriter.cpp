#include "session/transfer/BundleWriter.h"

#include "session/store/PartHash.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace entracte {

namespace {

constexpr std::size_t kBuffer = 256 * 1024;

using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

} // namespace

BundleWriter::BundleWriter(ByteSink& sink, Progress progress)
    : m_sink(sink), m_progress(std::move(progress)),
      m_archive(archive_write_new(), archive_write_free) {}

BundleWriter::~BundleWriter() {
    if (m_archive) // not finished: nothing more is written
        archive_write_fail(m_archive.get());
}

Result<std::unique_ptr<BundleWriter>> BundleWriter::begin(ByteSink& sink, bool compress,
                                                          Progress progress) {
    std::unique_ptr<BundleWriter> writer(new BundleWriter(sink, std::move(progress)));
    ENTRACTE_TRY(writer->open(compress));
    return writer;
}

Status BundleWriter::open(bool compress) {
    archive* out = m_archive.get();
    if (!out)
        return fail(ErrorCode::NoSpace, "There is not enough memory to export the session.");
    if (archive_write_set_format_pax_restricted(out) != ARCHIVE_OK)
        return archiveError();
    if (compress) {
        if (archive_write_add_filter_zstd(out) != ARCHIVE_OK)
            return archiveError();
        archive_write_set_filter_option(out, "zstd", "compression-level", "3");
        archive_write_set_filter_option(out, "zstd", "threads", "2"); // where it is known
    }
    if (archive_write_set_bytes_per_block(out, 512 * 1024) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(out, 1) != ARCHIVE_OK ||
        archive_write_open2(out, this, nullptr, &BundleWriter::deliver, nullptr, nullptr) !=
            ARCHIVE_OK)
        return archiveError();
    return {};
}

long BundleWriter::deliver(archive*, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<BundleWriter*>(self);
    if (!writer.m_sinkError) {
        auto written = writer.m_sink.write({static_cast<const std::byte*>(bytes), size});
        if (written)
            return static_cast<long>(size);
        writer.m_sinkError = std::move(written).error();
    }
    return -1;
}

tl::unexpected<Error> BundleWriter::archiveError() {
    if (m_sinkError)
        return fail(*m_sinkError);
    const char* text = archive_error_string(m_archive.get());
    return fail(ErrorCode::Internal, "The session could not be exported.",
                text ? text : "libarchive gave no reason");
}

Status BundleWriter::beginMember(const std::string& name, std::uint64_t bytes) {
    const Entry entry(archive_entry_new(), archive_entry_free);
    archive_entry_copy_pathname(entry.get(), name.c_str());
    archive_entry_set_mode(entry.get(), S_IFREG | 0600);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes));
    archive_entry_set_mtime(entry.get(), 0, 0);
    return archive_write_header(m_archive.get(), entry.get()) == ARCHIVE_OK
               ? Status()
               : Status(archiveError());
}

Status BundleWriter::pass(const void* bytes, std::size_t size) {
    if (archive_write_data(m_archive.get(), bytes, size) != static_cast<la_ssize_t>(size))
        return archiveError();
    return m_progress ? m_progress(size) : Status();
}

Status BundleWriter::addText(const std::string& name, const std::string& text) {
    ENTRACTE_TRY(beginMember(name, text.size()));
    PartHash hash;
    hash.add(std::as_bytes(std::span(text)));
    ENTRACTE_TRY(pass(text.data(), text.size()));
    m_sums += hash.finish() + "  " + name + "\n";
    return {};
}

Status BundleWriter::addFile(const std::string& name, int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0)
        return fail(Error::fromErrno("A part of the session could not be examined"));
    ENTRACTE_TRY(beginMember(name, static_cast<std::uint64_t>(status.st_size)));
    PartHash hash;
    std::vector<std::byte> buffer(kBuffer);
    for (off_t position = 0; position < status.st_size;) {
        const auto want = std::min<off_t>(static_cast<off_t>(kBuffer), status.st_size - position);
        const ssize_t got = ::pread(file, buffer.data(), static_cast<std::size_t>(want), position);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(Error::fromErrno("A part of the session could not be read"));
        const auto bytes = std::span(buffer).first(static_cast<std::size_t>(got));
        hash.add(bytes);
        ENTRACTE_TRY(pass(bytes.data(), bytes.size()));
        position += got;
    }
    m_sums += hash.finish() + "  " + name + "\n";
    return {};
}

Status BundleWriter::addStream(const std::string& name, std::uint64_t bytes,
                               const std::function<Status(ByteSink&)>& give) {
    class MemberSink final : public ByteSink {
    public:
        MemberSink(BundleWriter& writer, std::uint64_t room) : m_writer(writer), m_room(room) {}
        Status write(std::span<const std::byte> part) override {
            if (part.size() > m_room)
                return fail(ErrorCode::Internal,
                            "A part of the session changed while it was read.");
            m_room -= part.size();
            m_hash.add(part);
            return m_writer.pass(part.data(), part.size());
        }
        Result<std::string> finish() {
            if (m_room > 0)
                return fail(ErrorCode::Internal,
                            "A part of the session changed while it was read.");
            return m_hash.finish();
        }

    private:
        BundleWriter& m_writer;
        std::uint64_t m_room;
        PartHash m_hash;
    };
    ENTRACTE_TRY(beginMember(name, bytes));
    MemberSink sink(*this, bytes);
    ENTRACTE_TRY(give(sink));
    ENTRACTE_ASSIGN(hash, sink.finish());
    m_sums += hash + "  " + name + "\n";
    return {};
}

Status BundleWriter::finish() {
    ENTRACTE_TRY(beginMember(kSumsMember, m_sums.size()));
    ENTRACTE_TRY(pass(m_sums.data(), m_sums.size()));
    if (archive_write_close(m_archive.get()) != ARCHIVE_OK)
        return archiveError();
    return {};
}

} // namespace entracte
