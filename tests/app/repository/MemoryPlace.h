#pragma once

// A repository's place in memory, which can be cut in the middle, changed, and looked into.

#include "app/repository/Names.h"
#include "app/repository/Place.h"
#include "app/repository/Repository.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>

namespace entracte::repository {

class MemoryPlace final : public Place {
public:
    struct Disk {
        std::mutex mutex;
        std::map<std::string, ByteBuffer> files;
        std::size_t writesLeft = SIZE_MAX; // then it cuts in the middle of a file
        std::function<void(const std::string&)> beforeWrite;
    };
    explicit MemoryPlace(std::shared_ptr<Disk> disk) : m_disk(std::move(disk)) {}

    Result<std::vector<Listed>> list(const std::string& folder) override {
        const std::lock_guard lock(m_disk->mutex);
        std::vector<Listed> found;
        for (const auto& [path, bytes] : m_disk->files)
            if (path.starts_with(folder + "/"))
                found.push_back({path, bytes.size()});
        return found;
    }
    Result<ByteBuffer> read(const std::string& path, std::uint64_t limit) override {
        return readRange(path, 0, limit);
    }
    Result<ByteBuffer> readRange(const std::string& path, std::uint64_t offset,
                                 std::uint64_t bytes) override {
        const std::lock_guard lock(m_disk->mutex);
        const auto file = m_disk->files.find(path);
        if (file == m_disk->files.end())
            return fail(ErrorCode::NotFound, "There is no such file.");
        const ByteView all(file->second);
        const auto from = std::min<std::uint64_t>(offset, all.size());
        const auto part = all.subspan(from, std::min<std::uint64_t>(bytes, all.size() - from));
        return ByteBuffer(part.begin(), part.end());
    }
    Status fetch(const std::vector<std::string>& paths, const std::string& into,
                 std::uint64_t limit) override {
        for (const std::string& path : paths) {
            const auto bytes = read(path, limit);
            if (!bytes)
                continue;
            const auto target = std::filesystem::path(into) / path;
            std::filesystem::create_directories(target.parent_path());
            std::ofstream(target, std::ios::binary)
                .write(reinterpret_cast<const char*>(bytes->data()),
                       static_cast<std::streamsize>(bytes->size()));
        }
        return {};
    }
    Status write(const std::string& path, ByteView bytes) override {
        if (m_disk->beforeWrite)
            m_disk->beforeWrite(path);
        const std::lock_guard lock(m_disk->mutex);
        const bool cut = m_disk->writesLeft == 0;
        if (!cut)
            --m_disk->writesLeft;
        const ByteView written = cut ? bytes.first(bytes.size() / 2) : bytes;
        m_disk->files.emplace(path, ByteBuffer(written.begin(), written.end()));
        return cut ? Status(fail(ErrorCode::System, "The link was cut.")) : Status();
    }
    Status remove(const std::vector<std::string>& paths) override {
        const std::lock_guard lock(m_disk->mutex);
        for (const std::string& path : paths)
            m_disk->files.erase(path);
        return {};
    }
    std::uint64_t cheapGap() const override { return 0; }

private:
    std::shared_ptr<Disk> m_disk;
};

} // namespace entracte::repository
