#include "tests/session/store/StoreFixture.h"

#include <fmt/format.h>

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";

class SnapshotStoreTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_images = makeFolder("images");
        writeFile(m_images / "inventory.img", "inventory");
        std::string pages;
        for (int i = 0; i < 300'000; ++i)
            pages += fmt::format("{:x} ", i * 2654435761u);
        writeFile(m_images / "pages-1.img", pages);
        m_layer = makeFolder("layer");
        makeFolder("layer/upper/home");
        makeFolder("layer/work");
        writeFile(m_layer / "upper/home/text", "unsaved");
        reopen();
    }
    void reopen() {
        m_store.reset();
        auto opened = SnapshotStore::open(m_root / "state");
        ASSERT_TRUE(opened) << opened.error().forLog();
        m_store = std::move(*opened);
    }
    SnapshotInfo take(std::int64_t when = 1) {
        auto writer = m_store->begin(kSession);
        EXPECT_TRUE(writer);
        EXPECT_TRUE((*writer)->addImages(m_images, m_stretch));
        EXPECT_TRUE((*writer)->addLayer(m_layer, {"work"}, m_stretch));
        SnapshotRecord record;
        record.info.takenUnixMs = when;
        record.restore = {{"answer", 42}};
        auto info = (*writer)->commit(record, std::chrono::steady_clock::now(), m_stretch);
        EXPECT_TRUE(info) << (info ? "" : info.error().forLog());
        return *info;
    }
    fs::path folder() const { return m_root / "state/sessions" / kSession / "snapshots"; }

    fs::path m_images, m_layer;
    std::unique_ptr<SnapshotStore> m_store;
};

TEST_F(SnapshotStoreTest, givesBackWhatItTook) {
    const SnapshotInfo info = take();
    EXPECT_EQ(info.imageBytes, fs::file_size(m_images / "pages-1.img") + 9);
    EXPECT_GT(info.storedBytes, 0u);
    const auto record = m_store->read(kSession, info.id);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->restore.at("answer"), 42);
    ASSERT_TRUE(m_store->verify(kSession, info.id, m_stretch));
    const auto images = makeFolder("out-images");
    const auto layer = makeFolder("out-layer");
    ASSERT_TRUE(m_store->extractImages(kSession, info.id, images, m_stretch));
    ASSERT_TRUE(m_store->extractLayer(kSession, info.id, layer, m_stretch));
    EXPECT_EQ(readFile(images / "pages-1.img"), readFile(m_images / "pages-1.img"));
    EXPECT_EQ(readFile(layer / "upper/home/text"), "unsaved");
    EXPECT_FALSE(fs::exists(layer / "work"));
}

TEST_F(SnapshotStoreTest, storesALayerThatWasStagedBefore) {
    const auto staged = stageLayer(m_layer, {"work"}, m_root / "layer.tar", m_job);
    ASSERT_TRUE(staged);
    writeFile(m_layer / "upper/home/text", "changed later");
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE((*writer)->addStagedLayer(m_root / "layer.tar", m_stretch));
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    const auto info = (*writer)->commit({}, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(info) << info.error().forLog();
    const auto layer = makeFolder("out");
    ASSERT_TRUE(m_store->extractLayer(kSession, info->id, layer, m_stretch));
    EXPECT_EQ(readFile(layer / "upper/home/text"), "unsaved");
}

TEST_F(SnapshotStoreTest, noticesFlippedBitsInEveryPart) {
    const SnapshotInfo info = take();
    for (const char* part : {"images.tar.zst", "layer.tar.zst"}) {
        const auto path = folder() / info.id / part;
        const std::string good = readFile(path);
        for (std::size_t at = 0; at < good.size();
             at += std::max<std::size_t>(1, good.size() / 23)) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            writeFile(path, bad);
            const auto verified = m_store->verify(kSession, info.id, m_stretch);
            ASSERT_FALSE(verified) << part << " byte " << at;
            EXPECT_EQ(verified.error().code(), ErrorCode::SnapshotDamaged);
            EXPECT_NE(verified.error().sentence().find(part), std::string::npos);
            const auto out = makeFolder("out");
            const auto extracted = part == std::string("images.tar.zst")
                                       ? m_store->extractImages(kSession, info.id, out, m_stretch)
                                       : m_store->extractLayer(kSession, info.id, out, m_stretch);
            ASSERT_FALSE(extracted) << part << " byte " << at;
            EXPECT_EQ(extracted.error().code(), ErrorCode::SnapshotDamaged);
            fs::remove_all(out);
        }
        writeFile(path, good);
    }
    EXPECT_TRUE(m_store->verify(kSession, info.id, m_stretch));
}

TEST_F(SnapshotStoreTest, offersNoTruncatedOrIncompleteSnapshot) {
    for (const char* part : {"images.tar.zst", "layer.tar.zst", "manifest.json"}) {
        const SnapshotInfo info = take();
        ASSERT_EQ(m_store->list(kSession).size(), 1u);
        const auto path = folder() / info.id / part;
        fs::resize_file(path, fs::file_size(path) - 1);
        EXPECT_TRUE(m_store->list(kSession).empty()) << part;
        const auto verified = m_store->verify(kSession, info.id, m_stretch);
        ASSERT_FALSE(verified);
        EXPECT_NE(verified.error().sentence().find(part), std::string::npos);
        fs::remove(path);
        EXPECT_TRUE(m_store->list(kSession).empty()) << part;
        EXPECT_FALSE(m_store->newest(kSession).empty()) << "it is there, and damaged: " << part;
        EXPECT_FALSE(m_store->verify(kSession, info.id, m_stretch));
        ASSERT_TRUE(m_store->remove(kSession, info.id));
    }
}

TEST_F(SnapshotStoreTest, removesWhatACrashLeft) {
    const SnapshotInfo kept = take();
    {
        auto writer = m_store->begin(kSession);
        ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
        // As if the helper died here: the writer's folder stays under another name.
        fs::copy(folder() / ((*writer)->id() + ".partial"), folder() / "0000000000000001.partial");
    }
    fs::create_directories(folder() / "0000000000000002.removed/x");
    reopen();
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder()))
        names.push_back(entry.path().filename());
    EXPECT_EQ(names, std::vector<std::string>{kept.id});
}

TEST_F(SnapshotStoreTest, leavesNothingOfASnapshotThatWasGivenUp) {
    {
        auto writer = m_store->begin(kSession);
        ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    }
    EXPECT_TRUE(fs::is_empty(folder()));
    m_job.cancel();
    auto writer = m_store->begin(kSession);
    const auto added = (*writer)->addImages(m_images, m_stretch);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), ErrorCode::Cancelled);
}

TEST_F(SnapshotStoreTest, listsOldestFirstAndRemoves) {
    const auto second = take(20);
    const auto first = take(10);
    auto listed = m_store->list(kSession);
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].id, first.id);
    EXPECT_EQ(listed[1].id, second.id);
    ASSERT_TRUE(m_store->remove(kSession, first.id));
    EXPECT_EQ(m_store->list(kSession).size(), 1u);
    const auto again = m_store->remove(kSession, first.id);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::NotFound);
}

TEST_F(SnapshotStoreTest, isForRootAlone) {
    const SnapshotInfo info = take();
    for (const auto& entry : fs::recursive_directory_iterator(m_root / "state"))
        EXPECT_EQ(statOf(entry.path()).st_mode & 077, 0u) << entry.path();
    EXPECT_EQ(statOf(m_root / "state").st_mode & 077, 0u);
    fs::create_directory(m_root / "open");
    ::chmod((m_root / "open").c_str(), 0755);
    const auto opened = SnapshotStore::open(m_root / "open");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::NotAuthorized);
}

TEST_F(SnapshotStoreTest, isLockedAgainstASecondOne) {
    const auto second = SnapshotStore::open(m_root / "state");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::Busy);
}

TEST_F(SnapshotStoreTest, refusesNamesThatAreNoIdentifiers) {
    take();
    for (const char* name : {"", "..", "../00000000000000aa", "00000000000000AA",
                             "00000000000000aa/", "00000000000000a", "/etc"}) {
        EXPECT_FALSE(m_store->begin(name)) << name;
        EXPECT_TRUE(m_store->list(name).empty()) << name;
        EXPECT_FALSE(m_store->read(kSession, name)) << name;
        EXPECT_FALSE(m_store->remove(kSession, name)) << name;
        EXPECT_FALSE(m_store->verify(name, name, m_stretch)) << name;
    }
}

TEST_F(SnapshotStoreTest, refusesASnapshotUnderAnothersName) {
    const SnapshotInfo info = take();
    fs::rename(folder() / info.id, folder() / "00000000000000bb");
    EXPECT_TRUE(m_store->list(kSession).empty());
    EXPECT_FALSE(m_store->read(kSession, "00000000000000bb"));
}

TEST_F(SnapshotStoreTest, changesCommentAndPin) {
    const SnapshotInfo info = take();
    EXPECT_FALSE(info.pinned);
    const auto edited = m_store->edit(kSession, info.id, {"kept", true});
    ASSERT_TRUE(edited) << edited.error().forLog();
    reopen();
    ASSERT_TRUE(m_store->edit(kSession, info.id, {"better", std::nullopt}));
    const auto listed = m_store->list(kSession);
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_TRUE(listed[0].pinned);
    EXPECT_EQ(listed[0].comment, "better");
    EXPECT_TRUE(m_store->verify(kSession, info.id, m_stretch));
    EXPECT_EQ(m_store->edit(kSession, "00000000000000bb", {}).error().code(), ErrorCode::NotFound);
}

TEST_F(SnapshotStoreTest, prunesByTheRulesAndTellsBeforehand) {
    constexpr std::int64_t kHour = 3'600'000;
    const auto first = take(1 * kHour);
    const auto second = take(2 * kHour);
    const auto third = take(3 * kHour);
    ASSERT_TRUE(m_store->edit(kSession, first.id, {std::nullopt, true}));
    const Retention rules{0, 0, 0, 0, 1, 0};
    const auto told = m_store->prune(kSession, rules, {}, true, m_stretch);
    ASSERT_TRUE(told) << told.error().forLog();
    ASSERT_EQ(told->removed.size(), 1u);
    EXPECT_EQ(told->removed[0].id, second.id);
    EXPECT_EQ(m_store->list(kSession).size(), 3u);
    const auto done = m_store->prune(kSession, rules, {}, false, m_stretch);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(done->kept.size(), 2u);
    EXPECT_EQ(m_store->list(kSession).size(), 2u);
    EXPECT_TRUE(m_store->verify(kSession, third.id, m_stretch));
}

} // namespace

} // namespace entracte::test
