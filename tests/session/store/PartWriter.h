#pragma once

// One part of a snapshot on its way to the disk: compressed with zstd in two threads of its own,
// hashed, and safely on the disk when finish() returns.

#include "session/base/UniqueFd.h"
#include "session/store/Part.h"
#include "session/store/PartHash.h"
#include "session/store/TreeArchiver.h"

#include <zstd.h>

#include <memory>
#include <vector>

namespace entracte {

class PartWriter final : public ByteSink {
public:
    // Makes `name` in `directory`, which must not hold it yet.
    static Result<std::unique_ptr<PartWriter>> create(int directory, const std::string& name);

    Status write(std::span<const std::byte> bytes) override;
    Result<PartFacts> finish();

private:
    PartWriter(UniqueFd file, std::string name);
    Status compress(ZSTD_inBuffer& input, ZSTD_EndDirective directive);

    UniqueFd m_file;
    PartFacts m_facts;
    PartHash m_hash;
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> m_zstd;
    std::vector<std::byte> m_out;
};

} // namespace entracte
