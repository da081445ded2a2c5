// A disk that is full at every possible moment: a sentence, no partial snapshot, and what was there
// is whole.

#include "session/store/StagedLayer.h"
#include "tests/session/store/StoreFixture.h"

#include <algorithm>
#include <sched.h>
#include <sys/mount.h>

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";

class FullDiskTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_images = makeFolder("images");
        m_layer = makeFolder("layer/upper").parent_path();
        makeNoise();
        makeFolder("state");
        // The small disk is mounted for this process alone, and is gone with it.
        ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
        ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
        ASSERT_EQ(::mount("tmpfs", (m_root / "state").c_str(), "tmpfs", 0, "size=12m,mode=700"), 0);
        m_mounted = true;
        m_store = std::move(*SnapshotStore::open(m_root / "state"));
    }
    void TearDown() override {
        m_store.reset();
        if (m_mounted) {
            EXPECT_EQ(::umount2((m_root / "state").c_str(), MNT_DETACH), 0);
        }
        StoreFixture::TearDown();
    }
    // Nothing that the store has already.
    void makeNoise() {
        std::string noise(4 << 20, '\0');
        for (char& c : noise) {
            m_noise = m_noise * 1664525 + 1013904223;
            c = static_cast<char>(m_noise >> 24);
        }
        writeFile(m_images / "pages-1.img", noise.substr(0, 3 << 20));
        writeFile(m_layer / "upper/file", noise.substr(3 << 20));
    }
    Result<SnapshotInfo> take() {
        ENTRACTE_ASSIGN(writer, m_store->begin(kSession));
        ENTRACTE_TRY(writer->addImages(m_images, m_stretch));
        ENTRACTE_TRY(writer->addLayer(m_layer, {}, m_stretch));
        return writer->commit({}, std::chrono::steady_clock::now(), m_stretch);
    }
    // Leaves `bytes` free.
    void fill(std::size_t bytes) {
        fs::remove(m_root / "state/ballast");
        const auto space = fs::space(m_root / "state");
        ASSERT_GT(space.available, bytes);
        writeFile(m_root / "state/ballast", std::string(space.available - bytes, 'b'));
    }
    fs::path m_images, m_layer;
    std::uint32_t m_noise = 1;
    std::unique_ptr<SnapshotStore> m_store;
    bool m_mounted = false;
};

TEST_F(FullDiskTest, saysSoAndKeepsWhatWasThere) {
    const auto first = take();
    ASSERT_TRUE(first) << first.error().forLog();
    // From "no room for the first byte" to "no room for the manifest".
    for (std::size_t free = 0; free < (4u << 20) + 16384; free += 512 * 1024 - 4096) {
        fill(free);
        makeNoise();
        const auto second = take();
        ASSERT_FALSE(second) << free;
        EXPECT_EQ(second.error().code(), ErrorCode::NoSpace) << second.error().forLog();
        EXPECT_FALSE(second.error().hint().empty());
        const auto listed = m_store->list(kSession);
        ASSERT_EQ(listed.size(), 1u);
        EXPECT_EQ(listed[0].id, first->id);
        EXPECT_EQ(std::distance(fs::directory_iterator(m_root / "state/store/packs"), {}), 1);
    }
    EXPECT_TRUE(m_store->verify(kSession, first->id, m_stretch));
    fs::remove(m_root / "state/ballast");
    EXPECT_TRUE(take());
}

// Each removal writes to the catalog's log: somewhere in between the disk is full.
TEST_F(FullDiskTest, aPruneTellsWhatItRemovedBeforeTheDiskWasFull) {
    bool inTheMiddle = false;
    for (std::size_t free = 8192; free < 512 * 1024; free += 8 * 1024) {
        fs::remove(m_root / "state/ballast");
        for (int i = 0; i < 12; ++i)
            ASSERT_TRUE(take());
        const auto before = m_store->list(kSession);
        fill(free);
        PruneReport report;
        const auto pruned =
            m_store->prune(kSession, {0, 0, 0, 0, 1, 0}, {}, false, m_stretch, report);
        const auto left = m_store->list(kSession);
        EXPECT_EQ(report.removed.size() + left.size(), before.size()) << free;
        EXPECT_EQ(report.kept.size(), left.size()) << free;
        for (const SnapshotInfo& info : report.removed)
            EXPECT_EQ(std::ranges::count(left, info.id, &SnapshotInfo::id), 0) << free;
        if (pruned) {
            EXPECT_EQ(left.size(), 1u) << free;
            break;
        }
        EXPECT_EQ(pruned.error().code(), ErrorCode::NoSpace) << pruned.error().forLog();
        inTheMiddle = inTheMiddle || !report.removed.empty();
    }
    EXPECT_TRUE(inTheMiddle) << "no disk was full in the middle of it";
}

TEST_F(FullDiskTest, saysSoWhenUnpacking) {
    const auto info = take();
    ASSERT_TRUE(info);
    fill(100'000);
    fs::create_directory(m_root / "state/out");
    const auto extracted =
        m_store->extractImages(kSession, info->id, m_root / "state/out", m_stretch);
    ASSERT_FALSE(extracted);
    EXPECT_EQ(extracted.error().code(), ErrorCode::NoSpace);
    auto staged =
        StagedLayer::begin(m_layer, {}, m_root / "state/staged", std::chrono::seconds(60));
    ASSERT_TRUE(staged);
    const auto copied = staged->copyRest(m_job);
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code(), ErrorCode::NoSpace);
}

} // namespace

} // namespace entracte::test
