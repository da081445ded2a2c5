#include "session/store/Database.h"
#include "session/store/StagedLayer.h"
#include "tests/session/store/StoreFixture.h"

#include <fmt/format.h>

#include <algorithm>

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
        pages.resize(pages.size() / 4096 * 4096);
        writeFile(m_images / "pages-1.img", pages);
        m_layer = makeFolder("layer");
        makeFolder("layer/upper/home");
        makeFolder("layer/work");
        writeFile(m_layer / "upper/home/text", "unsaved");
        reopen();
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
    std::vector<fs::path> packs() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(m_root / "state/store/packs"))
            files.push_back(entry.path());
        return files;
    }
    static std::string readStart(const fs::path& path, std::size_t bytes) {
        std::string text(bytes, '\0');
        std::ifstream(path, std::ios::binary)
            .read(text.data(), static_cast<std::streamsize>(bytes));
        return text;
    }

    fs::path m_images, m_layer;
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
    auto staged =
        StagedLayer::begin(m_layer, {"work"}, m_root / "staged", std::chrono::seconds(60));
    ASSERT_TRUE(staged);
    ASSERT_TRUE(staged->copyRest(m_job));
    writeFile(m_layer / "upper/home/text", "changed later");
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE((*writer)->addStagedLayer(*staged, m_stretch));
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    const auto info = (*writer)->commit({}, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(info) << info.error().forLog();
    const auto layer = makeFolder("out");
    ASSERT_TRUE(m_store->extractLayer(kSession, info->id, layer, m_stretch));
    EXPECT_EQ(readFile(layer / "upper/home/text"), "unsaved");
}

TEST_F(SnapshotStoreTest, noticesFlippedBitsAnywhereInAPack) {
    const SnapshotInfo info = take();
    ASSERT_EQ(packs().size(), 1u);
    const fs::path path = packs()[0];
    const std::string good = readFile(path);
    for (std::size_t at = 0; at < good.size(); at += std::max<std::size_t>(1, good.size() / 211)) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        writeFile(path, bad);
        const auto checked = m_store->check(std::nullopt, true, m_stretch);
        ASSERT_TRUE(checked) << checked.error().forLog();
        ASSERT_FALSE(checked->findings.empty()) << "byte " << at;
        EXPECT_NE(checked->findings[0].what.find(path.filename().string()), std::string::npos);
        if (at < 48) // the pack's header: nobody needs it to read the snapshot
            continue;
        const auto verified = m_store->verify(kSession, info.id, m_stretch);
        ASSERT_FALSE(verified) << "byte " << at;
        EXPECT_EQ(verified.error().code(), ErrorCode::SnapshotDamaged);
        EXPECT_NE(verified.error().sentence().find(path.filename().string()), std::string::npos);
        const auto out = makeFolder("out");
        const auto layer = makeFolder("out-layer");
        EXPECT_FALSE(m_store->extractImages(kSession, info.id, out, m_stretch) &&
                     m_store->extractLayer(kSession, info.id, layer, m_stretch));
        fs::remove_all(out);
        fs::remove_all(layer);
    }
    writeFile(path, good);
    EXPECT_TRUE(m_store->verify(kSession, info.id, m_stretch));
    EXPECT_TRUE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
}

TEST_F(SnapshotStoreTest, examinesOneSnapshotAlone) {
    const SnapshotInfo info = take();
    const fs::path path = packs()[0];
    EXPECT_TRUE(m_store->checkOne(kSession, info.id, m_stretch)->findings.empty());
    const std::string good = readFile(path);
    for (std::size_t at = 48; at < good.size(); at += good.size() / 11) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        writeFile(path, bad);
        const auto one = m_store->checkOne(kSession, info.id, m_stretch);
        ASSERT_TRUE(one) << one.error().forLog();
        ASSERT_FALSE(one->findings.empty()) << "byte " << at;
        EXPECT_EQ(one->findings[0].snapshot, info.id);
    }
    const auto none = m_store->checkOne(kSession, "0123456789abcdef", m_stretch);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::NotFound);
}

TEST_F(SnapshotStoreTest, noticesFlippedBitsAnywhereInTheCatalog) {
    take();
    m_store.reset();
    const fs::path path = m_root / "state/store/catalog.sqlite";
    const std::string good = readFile(path);
    for (std::size_t at = 0; at < good.size(); at += 509) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        writeFile(path, bad);
        const auto opened = SnapshotStore::open(m_root / "state");
        if (!opened) {
            EXPECT_NE(opened.error().sentence().find("catalog"), std::string::npos)
                << at << opened.error().forLog();
            continue;
        }
        const auto checked = (*opened)->check(std::nullopt, false, m_stretch);
        ASSERT_TRUE(checked) << checked.error().forLog();
        ASSERT_FALSE(checked->findings.empty()) << "byte " << at;
        EXPECT_NE(checked->findings[0].what.find("catalog"), std::string::npos);
    }
    writeFile(path, good);
    reopen();
    ASSERT_TRUE(m_store->repair()); // some of these were made anew when they were opened
    EXPECT_TRUE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
}

TEST_F(SnapshotStoreTest, offersNoTruncatedOrIncompleteSnapshot) {
    const SnapshotInfo info = take();
    ASSERT_EQ(m_store->list(kSession).size(), 1u);
    const fs::path path = packs()[0];
    fs::resize_file(path, fs::file_size(path) - 1);
    EXPECT_TRUE(m_store->list(kSession).empty());
    const auto verified = m_store->verify(kSession, info.id, m_stretch);
    ASSERT_FALSE(verified);
    EXPECT_NE(verified.error().sentence().find(path.filename().string()), std::string::npos);
    fs::remove(path);
    EXPECT_FALSE(m_store->verify(kSession, info.id, m_stretch)) << "it was open, and is gone";
    reopen();
    EXPECT_TRUE(m_store->list(kSession).empty());
    EXPECT_EQ(m_store->newest(kSession), info.id) << "it is there, and damaged";
    EXPECT_FALSE(m_store->verify(kSession, info.id, m_stretch));
    EXPECT_FALSE(m_store->check(std::set{kSession}, false, m_stretch)->findings.empty());
    ASSERT_TRUE(m_store->remove(kSession, info.id));
    EXPECT_TRUE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
}

TEST_F(SnapshotStoreTest, removesWhatACrashLeft) {
    take();
    writeFile(m_root / "state/store/packs/0000000000000001.pack.part", "half written");
    reopen();
    EXPECT_EQ(packs().size(), 1u);
}

TEST_F(SnapshotStoreTest, leavesNothingOfASnapshotThatWasGivenUp) {
    {
        auto writer = m_store->begin(kSession);
        ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
        EXPECT_FALSE(packs().empty());
    }
    EXPECT_TRUE(packs().empty());
    m_job.cancel();
    auto writer = m_store->begin(kSession);
    const auto added = (*writer)->addImages(m_images, m_stretch);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), ErrorCode::Cancelled);
}

TEST_F(SnapshotStoreTest, writesOnlyWhatChanged) {
    const auto first = take(1);
    std::string pages = readFile(m_images / "pages-1.img");
    // A page more in the middle, and one that is another: all others stay what they were.
    pages.insert(4096 * 100, std::string(4096, 'n'));
    pages.replace(4096 * 200 + 17, 5, "other");
    writeFile(m_images / "pages-1.img", pages);
    const auto second = take(2);
    const auto space = m_store->space(kSession, second.id);
    ASSERT_TRUE(space);
    EXPECT_LT(space->unique, space->total / 20);
    EXPECT_LT(m_store->space(kSession, first.id)->unique, space->total / 2);
    const auto out = makeFolder("out");
    ASSERT_TRUE(m_store->extractImages(kSession, second.id, out, m_stretch));
    EXPECT_EQ(readFile(out / "pages-1.img"), pages);
}

// Runs of the earlier snapshot that are cut, moved and mixed with what is new; and places that it
// does not have.
TEST_F(SnapshotStoreTest, takesPagesThatWereComparedFromWhereTheyAre) {
    constexpr std::size_t kPage = 4096;
    std::string before = readFile(m_images / "pages-1.img").substr(0, 600 * kPage);
    before.replace(50 * kPage, 100 * kPage, std::string(100 * kPage, '\0'));
    writeFile(m_images / "pages-1.img", before);
    const auto first = take(1);
    std::string now;
    SameFiles same{first.id, {}};
    const auto from = [&](std::uint64_t page, std::uint64_t count) {
        now += before.substr(page * kPage, count * kPage);
        same.files["pages-1.img"].push_back({"pages-1.img", page, count});
    };
    const auto anew = [&](const std::string& file, std::uint64_t page, std::uint64_t count) {
        now += std::string(count * kPage, 'n');
        same.files["pages-1.img"].push_back({file, page, count});
    };
    from(3, 580);
    anew("", 0, 2);
    from(0, 130);
    anew("pages-9.img", 0, 1);
    anew("pages-1.img", 599, 2);
    from(599, 1);
    writeFile(m_images / "pages-1.img", now);
    writeFile(m_images / "pages-2.img", std::string(kPage, 'm')); // nothing is said of it
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE(writer);
    (*writer)->countOnPages(same);
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    ASSERT_TRUE((*writer)->addLayer(m_layer, {"work"}, m_stretch));
    SnapshotRecord record;
    record.info.takenUnixMs = 2;
    const auto second = (*writer)->commit(record, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(second) << second.error().forLog();
    writer->reset();
    EXPECT_LT(m_store->space(kSession, second->id)->unique, 40'000u);
    // It does not need the earlier one.
    ASSERT_TRUE(m_store->remove(kSession, first.id));
    reopen();
    const auto out = makeFolder("out");
    const auto extracted = m_store->extractImages(kSession, second->id, out, m_stretch);
    ASSERT_TRUE(extracted) << extracted.error().forLog();
    EXPECT_EQ(readFile(out / "pages-1.img"), now);
    EXPECT_EQ(readFile(out / "pages-2.img"), std::string(kPage, 'm'));
}

// Whoever compared them did so with a snapshot that is gone.
TEST_F(SnapshotStoreTest, storesWhatIsToldByASnapshotThatIsNotThere) {
    auto writer = m_store->begin(kSession);
    (*writer)->countOnPages({newId(), {{"pages-1.img", {{"pages-1.img", 0, 5}}}}});
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    ASSERT_TRUE((*writer)->addLayer(m_layer, {"work"}, m_stretch));
    const auto info = (*writer)->commit({}, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(info) << info.error().forLog();
    const auto out = makeFolder("out");
    ASSERT_TRUE(m_store->extractImages(kSession, info->id, out, m_stretch));
    EXPECT_EQ(readFile(out / "pages-1.img"), readFile(m_images / "pages-1.img"));
}

TEST_F(SnapshotStoreTest, keepsNoPagesOfZeros) {
    const std::string pages = std::string(4096, 'a') + std::string(64 << 20, '\0');
    writeFile(m_images / "pages-1.img", pages);
    const auto info = take();
    EXPECT_LT(info.storedBytes, 20'000u);
    const auto out = makeFolder("out");
    ASSERT_TRUE(m_store->extractImages(kSession, info.id, out, m_stretch));
    EXPECT_EQ(readFile(out / "pages-1.img"), pages);
}

TEST_F(SnapshotStoreTest, freesWhatNothingNeeds) {
    const auto first = take(1);
    std::string pages = readFile(m_images / "pages-1.img");
    std::ranges::reverse(pages);
    writeFile(m_images / "pages-1.img", pages);
    const auto second = take(2);
    const auto before = m_store->space();
    ASSERT_TRUE(before);
    const auto unique = m_store->space(kSession, first.id)->unique;
    ASSERT_TRUE(m_store->remove(kSession, first.id));
    ASSERT_TRUE(m_store->gc(m_stretch));
    const auto after = m_store->space();
    EXPECT_EQ(after->unreferenced, 0u);
    EXPECT_GE(before->used - after->used + 4096 * 8, unique);
    EXPECT_TRUE(m_store->verify(kSession, second.id, m_stretch));
    const auto out = makeFolder("out");
    ASSERT_TRUE(m_store->extractImages(kSession, second.id, out, m_stretch));
    EXPECT_EQ(readFile(out / "pages-1.img"), pages);
    ASSERT_TRUE(m_store->removeSession(kSession));
    EXPECT_TRUE(packs().empty());
    EXPECT_TRUE(m_store->list(kSession).empty());
}

TEST_F(SnapshotStoreTest, cleansNothingWhileASnapshotIsWritten) {
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE((*writer)->addImages(m_images, m_stretch));
    const auto cleaned = m_store->gc(m_stretch);
    ASSERT_FALSE(cleaned);
    EXPECT_EQ(cleaned.error().code(), ErrorCode::Busy);
    writer->reset();
    EXPECT_TRUE(m_store->gc(m_stretch));
}

TEST_F(SnapshotStoreTest, keepsWithinItsLimits) {
    const auto first = take();
    const auto used = m_store->space()->used;
    m_store->setLimits({used + 1000, 0});
    writeFile(m_images / "pages-2.img", readStart("/dev/urandom", 1 << 20));
    auto writer = m_store->begin(kSession);
    const auto added = (*writer)->addImages(m_images, m_stretch);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), ErrorCode::NoSpace);
    writer->reset();
    m_store->setLimits({0, m_store->space()->available + (64 << 20)});
    EXPECT_FALSE((*m_store->begin(kSession))->addImages(m_images, m_stretch));
    m_store->setLimits({});
    take(2);
    EXPECT_TRUE(m_store->verify(kSession, first.id, m_stretch));
}

TEST_F(SnapshotStoreTest, refusesTheCatalogOfANewerVersionByName) {
    take();
    m_store.reset();
    {
        auto database = Database::open(m_root / "state/store/catalog.sqlite");
        ASSERT_TRUE(database);
        ASSERT_TRUE(database->run("PRAGMA user_version = 7"));
    }
    const auto opened = SnapshotStore::open(m_root / "state");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::HostMismatch);
    EXPECT_NE(opened.error().sentence().find("newer"), std::string::npos);
    EXPECT_NE(opened.error().sentence().find("version 7"), std::string::npos);
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
    PruneReport told;
    const auto asked = m_store->prune(kSession, rules, {}, true, m_stretch, told);
    ASSERT_TRUE(asked) << asked.error().forLog();
    ASSERT_EQ(told.removed.size(), 1u);
    EXPECT_EQ(told.removed[0].id, second.id);
    EXPECT_EQ(m_store->list(kSession).size(), 3u);
    PruneReport report;
    const auto done = m_store->prune(kSession, rules, {}, false, m_stretch, report);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(report.kept.size(), 2u);
    EXPECT_EQ(report.freedBytes, told.freedBytes);
    EXPECT_EQ(m_store->list(kSession).size(), 2u);
    EXPECT_TRUE(m_store->verify(kSession, third.id, m_stretch));
}

} // namespace

} // namespace entracte::test
