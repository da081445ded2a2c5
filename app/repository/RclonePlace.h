#pragma once

// Whatever rclone reaches: S3, SFTP, WebDAV, a drive of somebody's. Each call is a run of the
// person's own rclone with their configuration. Many storages show a file while it is being
// written, and keep a part of it when that is cut: names tell (Names.h).

#include "app/repository/Place.h"

#include <filesystem>
#include <mutex>

namespace entracte::repository {

class RclonePlace final : public Place {
public:
    // `remote`: as rclone has it, "cloud:folder". `variables`: NAME=VALUE, on top of the
    // environment.
    static Result<std::unique_ptr<RclonePlace>>
    open(std::string remote, std::vector<std::string> variables, std::filesystem::path spool);

    Result<std::vector<Listed>> list(const std::string& folder) override;
    Result<ByteBuffer> read(const std::string& path, std::uint64_t limit) override;
    Result<ByteBuffer> readRange(const std::string& path, std::uint64_t offset,
                                 std::uint64_t bytes) override;
    Status fetch(const std::vector<std::string>& paths, const std::string& into,
                 std::uint64_t limit) override;
    Status write(const std::string& path, ByteView bytes) override;
    Status remove(const std::vector<std::string>& paths) override;
    // A run takes about as long as this on a usual link.
    std::uint64_t cheapGap() const override { return 1 << 20; }

private:
    RclonePlace(std::string program, std::string remote, std::vector<std::string> environment,
                std::filesystem::path spool);
    std::string at(const std::string& path) const;
    // Its standard output, at most `limit` bytes of it.
    Result<ByteBuffer> run(const std::vector<std::string>& arguments, std::size_t limit);

    std::string m_program;
    std::string m_remote;
    std::vector<std::string> m_environment;
    std::filesystem::path m_spool;
};

// rclone's JSON of what is in `folder`. SnapshotDamaged for anything else.
Result<std::vector<Listed>> parseListing(ByteView json, const std::string& folder);

} // namespace entracte::repository
