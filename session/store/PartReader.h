#pragma once

// One part of a snapshot as it comes from the disk: its size and hash are compared with the
// manifest while it is read. What read() gave is known to be whole only once finish() has returned
// without an error.

#include "session/base/UniqueFd.h"
#include "session/store/Part.h"
#include "session/store/PartHash.h"
#include "session/store/TreeExtractor.h"

#include <zstd.h>

#include <memory>
#include <vector>

namespace entracte {

// "images.tar.zst of the snapshot is damaged …".
Error damagedPart(const std::string& part, std::string detail);

class PartReader final : public ByteSource {
public:
    static Result<std::unique_ptr<PartReader>> open(int directory, const PartFacts& expected);

    // The next uncompressed bytes, valid until the next call; empty at the end.
    Result<std::span<const std::byte>> read() override;
    // Reads what is left, and compares.
    Status finish();
    std::uint64_t storedBytesRead() const { return m_storedRead; }

private:
    PartReader(UniqueFd file, PartFacts expected);
    Status fill();

    UniqueFd m_file;
    PartFacts m_expected;
    PartHash m_hash;
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> m_zstd;
    std::vector<std::byte> m_in, m_out;
    ZSTD_inBuffer m_input{nullptr, 0, 0};
    std::uint64_t m_storedRead = 0;
    std::uint64_t m_contentRead = 0;
    bool m_frameEnded = false;
    bool m_fileEnded = false;
};

// Only the bytes on disk against size and hash, without uncompressing.
Status verifyPart(int directory, const PartFacts& expected,
                  const std::function<Status(std::uint64_t bytes)>& progress);

} // namespace entracte
