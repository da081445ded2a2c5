#pragma once

// Where one export or import has its files: a folder of its own beneath the state directory and one
// beneath the runtime directory, root's alone, gone with this object. What a crash leaves is
// removed by clearAll().

#include "session/engine/EnginePaths.h"
#include "session/engine/Staging.h"

namespace entracte {

class TransferPlace {
public:
    static Result<TransferPlace> make(const EnginePaths& paths);
    static void clearAll(const EnginePaths& paths);

    TransferPlace(TransferPlace&& other) noexcept = default;
    TransferPlace& operator=(TransferPlace&&) = delete;
    ~TransferPlace();

    Result<Staging> staging(std::uint64_t bytes, Staging::Kind kind) const;
    const std::filesystem::path& disk() const { return m_disk; }

private:
    TransferPlace(std::filesystem::path disk, std::filesystem::path memory)
        : m_disk(std::move(disk)), m_memory(std::move(memory)) {}

    std::filesystem::path m_disk; // empty: moved from
    std::filesystem::path m_memory;
};

} // namespace entracte
