#pragma once

// A folder of this machine: a disk, a stick, a network file system that is mounted.

#include "app/repository/Place.h"
#include "session/base/UniqueFd.h"

namespace entracte::repository {

class FolderPlace final : public Place {
public:
    // NotFound: a disk may not be mounted. `make`: makes the folder when its parent is there.
    static Result<std::unique_ptr<FolderPlace>> open(const std::string& path, bool make);

    Result<std::vector<Listed>> list(const std::string& folder) override;
    Result<ByteBuffer> read(const std::string& path, std::uint64_t limit) override;
    Result<ByteBuffer> readRange(const std::string& path, std::uint64_t offset,
                                 std::uint64_t bytes) override;
    Status fetch(const std::vector<std::string>& paths, const std::string& into,
                 std::uint64_t limit) override;
    Status write(const std::string& path, ByteView bytes) override;
    Status remove(const std::vector<std::string>& paths) override;
    std::uint64_t cheapGap() const override { return 64 * 1024; }

private:
    explicit FolderPlace(UniqueFd root) : m_root(std::move(root)) {}
    // Beneath the root and through no link. NotFound.
    Result<UniqueFd> openFile(const std::string& path, int flags) const;
    Status listInto(std::vector<Listed>& found, const std::string& folder, int depth) const;

    UniqueFd m_root;
};

} // namespace entracte::repository
