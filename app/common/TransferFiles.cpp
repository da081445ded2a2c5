#include "app/common/TransferFiles.h"

#include "app/common/SealedStream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace entracte {

Result<Pipe> makePipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

bool isClosedPipe(const Error& error) {
    return error.code() == ErrorCode::System && error.detail() == "errno " + std::to_string(EPIPE);
}

Result<NewFile> NewFile::create(const std::string& path) {
    NewFile file;
    const std::string part = partOf(path);
    file.m_fd.reset(
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.m_fd)
        return fail(Error::fromErrno("The file " + part + " could not be made"));
    file.m_path = path;
    file.m_part = part;
    return file;
}

NewFile::NewFile(NewFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_part(std::exchange(other.m_part, {})),
      m_fd(std::move(other.m_fd)) {}

NewFile::~NewFile() {
    if (!m_part.empty())
        ::unlink(m_part.c_str());
}

std::uint64_t NewFile::bytes() const {
    struct stat info {};
    return ::fstat(m_fd.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

Status NewFile::finish() {
    if (::fsync(m_fd.get()) != 0 || ::rename(m_part.c_str(), m_path.c_str()) != 0)
        return fail(Error::fromErrno("The file " + m_path + " could not be written"));
    m_part.clear();
    return {};
}

Status takeExport(int from, int to, const std::string& passphrase) {
    return passphrase.empty() ? copyStream({}, from, to) : sealStream(from, to, passphrase);
}

Result<ExportedStream> ExportedStream::of(UniqueFd file) {
    ExportedStream stream;
    ENTRACTE_ASSIGN(beginning, readBeginning(file.get()));
    stream.m_beginning = beginning;
    stream.m_file = std::move(file);
    return stream;
}

Result<ExportedStream> ExportedStream::open(const std::string& path) {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT)
        return fail(ErrorCode::NotFound, "There is no file " + path + ".");
    if (!file)
        return fail(Error::fromErrno("The file " + path + " could not be opened"));
    return of(std::move(file));
}

bool ExportedStream::isSealed() const {
    return entracte::isSealed(m_beginning);
}

Status ExportedStream::give(int to, const std::string& passphrase) {
    return isSealed() ? unsealStream(m_beginning, m_file.get(), to, passphrase)
                      : copyStream(m_beginning, m_file.get(), to);
}

} // namespace entracte
