#pragma once

// A temporary directory, small helpers for files in it, and byte streams in memory.

#include "session/base/UniqueFd.h"
#include "session/store/RemoveTree.h"
#include "session/store/SnapshotStore.h"
#include "session/store/TreeArchiver.h"
#include "session/store/TreeExtractor.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace entracte::test {

namespace fs = std::filesystem;

class StoreFixture : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: whiteouts and trusted attributes";
        std::string pattern = "/tmp/entracte-store-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_root = pattern;
    }
    void TearDown() override {
        if (m_root.empty())
            return;
        UniqueFd parent(::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const auto removed = removeTree(parent.get(), m_root.filename().string());
        EXPECT_TRUE(removed) << removed.error().forLog();
    }
    fs::path makeFolder(const std::string& name) {
        fs::create_directories(m_root / name);
        return m_root / name;
    }

    void reopen() {
        m_store.reset();
        auto opened = SnapshotStore::open(m_root / "state");
        ASSERT_TRUE(opened) << opened.error().forLog();
        m_store = std::move(*opened);
    }

    fs::path m_root;
    std::unique_ptr<SnapshotStore> m_store;
    JobControl m_job;
    JobStretch m_stretch{m_job, "testing", 0, 1};
};

inline void writeFile(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}
inline std::string readFile(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline struct stat statOf(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}
inline std::string attribute(const fs::path& path, const char* key) {
    std::string value(4096, '\0');
    const ssize_t size = ::lgetxattr(path.c_str(), key, value.data(), value.size());
    if (size < 0)
        return "(none)";
    value.resize(static_cast<std::size_t>(size));
    return value;
}
inline UniqueFd openFolder(const fs::path& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

class MemorySink final : public ByteSink {
public:
    Status write(std::span<const std::byte> more) override {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return {};
    }
    std::vector<std::byte> bytes;
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::vector<std::byte> all) : m_bytes(std::move(all)) {}
    Result<std::span<const std::byte>> read() override {
        const auto rest = std::span<const std::byte>(m_bytes).subspan(m_position);
        const auto piece = rest.first(std::min<std::size_t>(rest.size(), 10007));
        m_position += piece.size();
        return piece;
    }

private:
    std::vector<std::byte> m_bytes;
    std::size_t m_position = 0;
};

inline Status ignoreProgress(std::uint64_t) {
    return {};
}

} // namespace entracte::test
