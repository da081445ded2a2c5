#pragma once

// Cuts an exported session into chunks, so that what stayed the same since an earlier export is cut
// the same way: at the borders of the archive's members; memory and the host's files at pages; all
// else where the contents say (a rolling hash).

#include "session/base/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace entracte::cli {

class ChunkCutter {
public:
    enum class Content : std::uint8_t {
        Archive,  // a tar archive; what is none is cut all the same
        HostFile, // as a file of the host lies within the archive
    };
    using Take = std::function<Status(std::span<const std::byte>)>;

    ChunkCutter(Content content, Take take);
    Status add(std::span<const std::byte> bytes);
    Status finish();

    // Whose contents the chunk is that is being taken; empty for what lies between members.
    const std::string& member() const { return m_member; }

private:
    enum class Style : std::uint8_t { Head, Pages, Bytes };
    static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

    Status cutAll(bool last);
    void afterHead(std::span<const std::byte> head);
    std::size_t cutAt(std::span<const std::byte> bytes) const;

    Take m_take;
    std::vector<std::byte> m_buffer;
    std::size_t m_position = 0; // of what is not cut yet
    Style m_style;
    std::uint64_t m_left; // bytes until the style changes
    std::string m_member;
    std::uint64_t m_padding = 0; // after the member
};

} // namespace entracte::cli
