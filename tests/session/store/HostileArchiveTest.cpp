// Archives that nobody's session wrote: nothing of them may land outside the directory.

#include "tests/session/store/StoreFixture.h"

#include <archive.h>
#include <archive_entry.h>

namespace entracte::test {

namespace {

struct HostileEntry {
    std::string path{};
    mode_t type = AE_IFREG;
    std::string target{}; // of a symbolic or (type 0) hard link
    std::string attribute{};
    dev_t device = 0;
};

std::vector<std::byte> tarOf(const std::vector<HostileEntry>& entries) {
    std::vector<char> buffer(1 << 20);
    std::size_t used = 0;
    archive* out = archive_write_new();
    archive_write_set_format_pax(out);
    archive_write_open_memory(out, buffer.data(), buffer.size(), &used);
    for (const HostileEntry& hostile : entries) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, hostile.path.c_str());
        archive_entry_set_mode(entry, (hostile.type ? hostile.type : AE_IFREG) | 0777);
        if (hostile.type == 0)
            archive_entry_set_hardlink(entry, hostile.target.c_str());
        if (hostile.type == AE_IFLNK)
            archive_entry_set_symlink(entry, hostile.target.c_str());
        if (hostile.device)
            archive_entry_set_rdev(entry, hostile.device);
        if (!hostile.attribute.empty())
            archive_entry_xattr_add_entry(entry, hostile.attribute.c_str(), "v", 1);
        const std::string text = "stranger";
        const bool hasText = hostile.type == AE_IFREG;
        archive_entry_set_size(entry, hasText ? static_cast<la_int64_t>(text.size()) : 0);
        archive_write_header(out, entry);
        if (hasText)
            archive_write_data(out, text.data(), text.size());
        archive_entry_free(entry);
    }
    archive_write_close(out);
    archive_write_free(out);
    const auto* bytes = reinterpret_cast<const std::byte*>(buffer.data());
    return {bytes, bytes + used};
}

class HostileArchiveTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_inside = makeFolder("a/inside");
        writeFile(m_root / "a/outside", "untouched");
    }
    void expectRefused(const std::vector<HostileEntry>& entries) {
        MemorySource source(tarOf(entries));
        const auto extracted = extractTree(source, openFolder(m_inside).get(), ignoreProgress);
        ASSERT_FALSE(extracted);
        EXPECT_EQ(extracted.error().code(), ErrorCode::SnapshotDamaged)
            << extracted.error().forLog();
        EXPECT_EQ(readFile(m_root / "a/outside"), "untouched");
        EXPECT_EQ(std::distance(fs::directory_iterator(m_root / "a"), {}), 2);
    }
    fs::path m_inside;
};

TEST_F(HostileArchiveTest, refusesPathsThatLeadOutside) {
    expectRefused({{.path = "../outside"}});
    expectRefused({{.path = "x/../../outside"}});
    expectRefused({{.path = (m_root / "a/outside").string()}});
    expectRefused({{.path = "./x"}});
    expectRefused({{.path = "x//y"}});
    expectRefused({{.path = ".."}});
}

TEST_F(HostileArchiveTest, refusesToWriteThroughALink) {
    expectRefused({{.path = "link", .type = AE_IFLNK, .target = ".."}, {.path = "link/new"}});
}

TEST_F(HostileArchiveTest, refusesToOverwriteALinkOrAFile) {
    expectRefused({{.path = "name", .type = AE_IFLNK, .target = "../outside"}, {.path = "name"}});
    expectRefused({{.path = "file"}, {.path = "file"}});
}

TEST_F(HostileArchiveTest, refusesHardLinksToTheOutside) {
    expectRefused({{.path = "hard", .type = 0, .target = "../outside"}});
    expectRefused({{.path = "l", .type = AE_IFLNK, .target = ".."},
                   {.path = "hard", .type = 0, .target = "l/outside"}});
}

TEST_F(HostileArchiveTest, refusesDeviceNodes) {
    expectRefused({{.path = "null", .type = AE_IFCHR, .device = makedev(1, 3)}});
    expectRefused({{.path = "disk", .type = AE_IFBLK, .device = makedev(8, 0)}});
}

TEST_F(HostileArchiveTest, refusesAttributesThatNoLayerHas) {
    expectRefused({{.path = "file", .attribute = "trusted.md.thing"}});
}

TEST_F(HostileArchiveTest, refusesWhatIsNoArchive) {
    std::vector<std::byte> noise(100'000);
    for (std::size_t i = 0; i < noise.size(); ++i)
        noise[i] = static_cast<std::byte>(i * 7919 >> 3);
    MemorySource source(noise);
    EXPECT_FALSE(extractTree(source, openFolder(m_inside).get(), ignoreProgress));
}

} // namespace

} // namespace entracte::test
