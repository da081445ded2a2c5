#pragma once

// Where images lie between CRIU and the store: in memory (a tmpfs of its own) when there is enough,
// on the disk of the state directory otherwise. Root's alone; gone with its owner, and what a crash
// leaves is removed by clear().

#include "session/base/Result.h"

#include <cstdint>
#include <filesystem>

namespace entracte {

class Staging {
public:
    // `place`: a directory of the session in the runtime directory, where the tmpfs is mounted;
    // `fallback`: one on the disk. `bytes`: what it may have to hold. NoSpace when neither has
    // room. What is to be encrypted stays in memory that is not swapped out, where the kernel knows
    // of such (6.4), and is refused when there is not enough of it.
    enum class Kind : std::uint8_t { MemoryOrDisk, MemoryOnly };
    static Result<Staging> make(const std::filesystem::path& place,
                                const std::filesystem::path& fallback, std::uint64_t bytes,
                                Kind kind = Kind::MemoryOrDisk);
    // Whether so much could be kept in memory now.
    static bool fitsInMemory(std::uint64_t bytes);
    static void clear(const std::filesystem::path& place, const std::filesystem::path& fallback);

    Staging(Staging&& other) noexcept;
    Staging& operator=(Staging&&) = delete;
    ~Staging();

    // It may have to hold so much now, of which `held` is there already. NoSpace when it is not in
    // memory, or there is not enough.
    Status enlarge(std::uint64_t bytes, std::uint64_t held);
    std::filesystem::path images() const { return m_directory / "images"; } // exists, empty
    std::filesystem::path layerFile() const { return m_directory / "layer"; }
    std::filesystem::path filled() const { return m_directory / "filled"; }
    bool inMemory() const { return m_mounted; }

private:
    Staging(std::filesystem::path directory, bool mounted);

    std::filesystem::path m_directory; // empty: moved from
    bool m_mounted;
};

} // namespace entracte
