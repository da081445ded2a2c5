#pragma once

// A directory of this screen's own (0700) for the cookie of a server that it started and for the
// relay's socket: the one that the helper made (and removes, should the screen be killed), else one
// beneath XDG_RUNTIME_DIR, or /tmp without one. Removed with its files when the screen ends.

#include "session/base/Result.h"

#include <filesystem>

namespace entracte::screen {

class RuntimeDirectory {
public:
    // `given` may be empty.
    static Result<RuntimeDirectory> create(const std::filesystem::path& given);

    RuntimeDirectory(RuntimeDirectory&& other) noexcept : m_path(std::move(other.m_path)) {
        other.m_path.clear();
    }
    RuntimeDirectory& operator=(RuntimeDirectory&&) = delete;
    ~RuntimeDirectory();

    const std::filesystem::path& path() const { return m_path; }

private:
    explicit RuntimeDirectory(std::filesystem::path path) : m_path(std::move(path)) {}

    std::filesystem::path m_path;
};

} // namespace entracte::screen
