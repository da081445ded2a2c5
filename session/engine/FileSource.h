#pragma once

// A file from where it stands to its end, for who reads archives.

#include "session/store/Directories.h"
#include "session/store/TreeExtractor.h"

#include <unistd.h>

#include <vector>

namespace entracte {

class FileSource final : public ByteSource {
public:
    explicit FileSource(int file) : m_file(file), m_buffer(256 * 1024) {}
    Result<std::span<const std::byte>> read() override {
        const ssize_t got = ::read(m_file, m_buffer.data(), m_buffer.size());
        if (got < 0)
            return fail(diskError("The session's files could not be read"));
        return std::span<const std::byte>(m_buffer).first(static_cast<std::size_t>(got));
    }

private:
    int m_file;
    std::vector<std::byte> m_buffer;
};

} // namespace entracte
