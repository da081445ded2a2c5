#pragma once

// A tar stream of archiveTree back into an empty directory of ours.
//
// The stream is hostile (a snapshot may come from elsewhere, and programs chose the names in it):
// every entry lands beneath the directory, through no symbolic link and over nothing that is there
// already; device nodes other than whiteouts, sockets, and attributes that a layer has no use for
// are refused.

#include "session/base/Result.h"

#include <cstddef>
#include <functional>
#include <span>

namespace entracte {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    // The next bytes, valid until the next call; empty at the end.
    virtual Result<std::span<const std::byte>> read() = 0;
};

// `progress` hears of the file bytes written since its last call; an error from it stops.
Status extractTree(ByteSource& source, int directory,
                   const std::function<Status(std::uint64_t bytes)>& progress);

} // namespace entracte
