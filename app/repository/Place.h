#pragma once

// Where a repository lies: files by name, as little as any storage can do. Names are paths of ours
// (Names.h). What a place says is not believed: sizes are limits for reading, contents are compared
// with their names. Blocking; any thread, several at once.

#include "session/base/Result.h"
#include "session/store/Bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace entracte::repository {

struct Listed {
    std::string path; // within the repository, whatever it may be: isSafePath() says
    std::uint64_t bytes = 0;
};

class Place {
public:
    virtual ~Place() = default;

    // All files below a folder; none when there is no such folder.
    virtual Result<std::vector<Listed>> list(const std::string& folder) = 0;
    // NotFound; SnapshotDamaged when it is longer than `limit`.
    virtual Result<ByteBuffer> read(const std::string& path, std::uint64_t limit) = 0;
    // Fewer bytes only where the file ends.
    virtual Result<ByteBuffer> readRange(const std::string& path, std::uint64_t offset,
                                         std::uint64_t bytes) = 0;
    // Several small files into the folder `into`, under their paths. One that is gone meanwhile, or
    // longer than `limit`, is left out, if the storage can tell; the reader looks, too.
    virtual Status fetch(const std::vector<std::string>& paths, const std::string& into,
                         std::uint64_t limit) = 0;
    // A new file; one that is there stays as it is. Whether a cut leaves a part of it under its
    // name is the storage's nature: names tell.
    virtual Status write(const std::string& path, ByteView bytes) = 0;
    // What is not there is no error.
    virtual Status remove(const std::vector<std::string>& paths) = 0;
    // Bytes that are cheaper to read along than to ask anew.
    virtual std::uint64_t cheapGap() const = 0;
};

// Of what a person says: "/path", "rclone:REMOTE:path", "ssh://[user@]host[:port]/path".
// InvalidArgument; NotFound without rclone, or without the folder unless it is to be made. `spool`:
// a folder for what is on its way.
Result<std::unique_ptr<Place>> openPlace(const std::string& address, const std::string& spool,
                                         bool make);

} // namespace entracte::repository
