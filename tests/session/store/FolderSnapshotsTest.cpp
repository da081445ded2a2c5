// Snapshots that Entracte 0.1 wrote: they stay readable beside the new ones.

#include "session/store/Directories.h"
#include "session/store/Manifest.h"
#include "tests/session/store/PartWriter.h"
#include "tests/session/store/StoreFixture.h"

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";

class FolderSnapshotsTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_images = makeFolder("images");
        writeFile(m_images / "pages-1.img", std::string(4096 * 3, 'p'));
        m_layer = makeFolder("layer");
        makeFolder("layer/upper");
        writeFile(m_layer / "upper/text", "unsaved");
        reopen();
        write("00000000000000bb", 10);
    }
    void reopen() {
        m_store.reset();
        auto opened = SnapshotStore::open(m_root / "state");
        ASSERT_TRUE(opened) << opened.error().forLog();
        m_store = std::move(*opened);
    }
    fs::path folder() const { return m_root / "state/sessions" / kSession / "snapshots"; }
    void write(const SnapshotId& id, std::int64_t when) {
        fs::create_directories(folder() / id);
        const UniqueFd target = openFolder(folder() / id);
        Manifest manifest;
        manifest.record.info.id = id;
        manifest.record.info.session = kSession;
        manifest.record.info.takenUnixMs = when;
        manifest.record.restore = {{"answer", 42}};
        for (const auto& [name, from] : {std::pair{kImagesPart, m_images}, {kLayerPart, m_layer}}) {
            auto part = PartWriter::create(target.get(), name);
            ASSERT_TRUE(part);
            ASSERT_TRUE(archiveTree(openFolder(from).get(), **part, {}));
            auto facts = (*part)->finish();
            ASSERT_TRUE(facts);
            manifest.record.info.storedBytes += facts->storedBytes;
            manifest.parts.push_back(*facts);
        }
        ASSERT_TRUE(writeFileDurably(target.get(), kManifestName, formatManifest(manifest)));
    }
    fs::path m_images, m_layer;
    std::unique_ptr<SnapshotStore> m_store;
};

TEST_F(FolderSnapshotsTest, areListedReadAndRemovedBesideNewOnes) {
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    ASSERT_TRUE((*writer)->addLayer(m_layer, {}, m_stretch));
    SnapshotRecord record;
    record.info.takenUnixMs = 20;
    const auto now = (*writer)->commit(record, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(now) << now.error().forLog();
    const SnapshotId old = "00000000000000bb";
    auto listed = m_store->list(kSession);
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].id, old);
    EXPECT_EQ(m_store->newest(kSession), now->id);
    EXPECT_EQ(m_store->read(kSession, old)->restore.at("answer"), 42);
    ASSERT_TRUE(m_store->verify(kSession, old, m_stretch));
    ASSERT_TRUE(m_store->extractImages(kSession, old, makeFolder("out"), m_stretch));
    ASSERT_TRUE(m_store->extractLayer(kSession, old, makeFolder("out-layer"), m_stretch));
    EXPECT_EQ(readFile(m_root / "out/pages-1.img"), readFile(m_images / "pages-1.img"));
    EXPECT_EQ(readFile(m_root / "out-layer/upper/text"), "unsaved");
    ASSERT_TRUE(m_store->edit(kSession, old, {"first", true}));
    EXPECT_EQ(m_store->list(kSession)[0].comment, "first");
    EXPECT_TRUE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
    EXPECT_GT(m_store->space(kSession, old)->unique, 0u);
    ASSERT_TRUE(m_store->remove(kSession, old));
    EXPECT_EQ(m_store->list(kSession).size(), 1u);
    EXPECT_TRUE(fs::is_empty(folder()));
}

TEST_F(FolderSnapshotsTest, areFoundDamagedInEveryPart) {
    const SnapshotId id = "00000000000000bb";
    for (const char* part : {"images.tar.zst", "layer.tar.zst", "manifest.json"}) {
        const auto path = folder() / id / part;
        const std::string good = readFile(path);
        for (std::size_t at = 0; at < good.size();
             at += std::max<std::size_t>(1, good.size() / 13)) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            writeFile(path, bad);
            const auto verified = m_store->verify(kSession, id, m_stretch);
            ASSERT_FALSE(verified) << part << " byte " << at;
            EXPECT_NE(verified.error().sentence().find(part), std::string::npos);
            EXPECT_FALSE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
        }
        fs::resize_file(path, good.size() - 1);
        EXPECT_TRUE(m_store->list(kSession).empty());
        EXPECT_EQ(m_store->newest(kSession), id);
        writeFile(path, good);
    }
    EXPECT_TRUE(m_store->verify(kSession, id, m_stretch));
}

TEST_F(FolderSnapshotsTest, areNoneUnderAnothersName) {
    fs::rename(folder() / "00000000000000bb", folder() / "00000000000000cc");
    EXPECT_TRUE(m_store->list(kSession).empty());
    EXPECT_FALSE(m_store->read(kSession, "00000000000000cc"));
}

TEST_F(FolderSnapshotsTest, areClearedOfWhatACrashLeft) {
    fs::create_directories(folder() / "0000000000000001.partial/x");
    fs::create_directories(folder() / "0000000000000002.removed/x");
    reopen();
    EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1);
}

} // namespace

} // namespace entracte::test
