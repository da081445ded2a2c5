#pragma once

// What lies between the helper's end of a pipe and a file of the person's: the pipe, the file that
// is written beside its place until it is whole, and the exported session that is read, as it is or
// sealed with a passphrase (SealedStream.h). For the command line and the desktop application.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <string>

namespace entracte {

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};
Result<Pipe> makePipe();

// That whoever reads the other end has closed it: theirs is the error to tell.
bool isClosedPipe(const Error& error);

// Beside its place until it is whole: what a crash leaves is never taken for an export.
class NewFile {
public:
    // Where it is until it is whole.
    static std::string partOf(const std::string& path) { return path + ".part"; }
    // partOf(path) is made, for its owner alone; fails when there is one.
    static Result<NewFile> create(const std::string& path);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    // What was not finished is removed.
    ~NewFile();

    int fd() const { return m_fd.get(); }
    // So far.
    std::uint64_t bytes() const;
    // On the disk, and in its place; a file that was there is replaced.
    Status finish();

private:
    NewFile() = default;
    std::string m_path;
    std::string m_part; // empty: it is in its place
    UniqueFd m_fd;
};

// What the helper writes, into a file or pipe of the person's; sealed unless `passphrase` is empty.
Status takeExport(int from, int to, const std::string& passphrase);

// An exported session that is read from its beginning to its end, once.
class ExportedStream {
public:
    static Result<ExportedStream> of(UniqueFd file);
    static Result<ExportedStream> open(const std::string& path);

    bool isSealed() const;
    // All of it, opened with the passphrase where it is sealed.
    Status give(int to, const std::string& passphrase);

private:
    UniqueFd m_file;
    std::string m_beginning; // read already
};

} // namespace entracte
