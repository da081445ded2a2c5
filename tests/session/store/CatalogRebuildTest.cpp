// A catalog that is lost or damaged comes back from the packs, and nothing that lies in them is
// lost.

#include "session/store/Database.h"
#include "session/store/Essentials.h"
#include "tests/session/store/StoreFixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";
const std::string kKey(SecretKey::kSize, 'k');
const Secret kSecret{Secret::Kind::Key, kKey};

class CatalogRebuildTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (!IsSkipped())
            reopen();
    }

    SnapshotInfo take(int tag) {
        const fs::path images = makeFolder("images");
        const fs::path layer = makeFolder("layer");
        const fs::path host = makeFolder("host") / "library";
        writeFile(images / "pages-1.img", pagesOf(tag));
        writeFile(layer / "text", fmt::format("text {}", tag));
        if (!fs::exists(host))
            writeFile(host, pagesOf(1000));
        auto writer = m_store->begin(kSession);
        EXPECT_TRUE(writer) << writer.error().forLog();
        const std::vector files{factsOf(host, statOf(host))};
        const auto opener = [&](std::size_t) { return UniqueFd(::open(host.c_str(), O_RDONLY)); };
        EXPECT_TRUE((*writer)->addHostFiles(files, opener, m_stretch));
        EXPECT_TRUE((*writer)->addImages(images, m_stretch));
        EXPECT_TRUE((*writer)->addLayer(layer, {}, m_stretch));
        SnapshotRecord record;
        record.info.takenUnixMs = tag;
        record.info.comment = std::to_string(tag);
        auto info = (*writer)->commit(record, std::chrono::steady_clock::now(), m_stretch);
        EXPECT_TRUE(info) << (info ? "" : info.error().forLog());
        return *info;
    }
    static std::string pagesOf(int tag) {
        std::string pages;
        for (int i = 0; pages.size() < 20 * 4096; ++i)
            pages += fmt::format("{} {} ", i % 3000 == 0 ? tag : 0, i);
        pages.resize(20 * 4096);
        return pages;
    }

    // All that a person sees of the snapshots, and that they can be brought back as they were.
    std::vector<std::string> seen() {
        std::vector<std::string> lines;
        for (const SnapshotInfo& info : m_store->list(kSession)) {
            lines.push_back(
                fmt::format("{} {} {} {}", info.id, info.takenUnixMs, info.comment, info.pinned));
            EXPECT_TRUE(m_store->verify(kSession, info.id, m_stretch));
            const auto out = makeFolder("out");
            EXPECT_TRUE(
                m_store->extractImages(kSession, info.id, makeFolder("out/images"), m_stretch));
            EXPECT_TRUE(
                m_store->extractLayer(kSession, info.id, makeFolder("out/layer"), m_stretch));
            EXPECT_EQ(readFile(out / "images/pages-1.img"),
                      pagesOf(static_cast<int>(info.takenUnixMs)));
            EXPECT_EQ(readFile(out / "layer/text"), fmt::format("text {}", info.takenUnixMs));
            std::string library;
            EXPECT_TRUE(m_store->extractHostFiles(
                kSession, info.id, {0}, out,
                [&](std::uint32_t, int file) -> Status {
                    library = readFile("/proc/self/fd/" + std::to_string(file));
                    return {};
                },
                m_stretch));
            EXPECT_EQ(library, pagesOf(1000));
            fs::remove_all(out);
        }
        return lines;
    }
    std::string told() {
        std::string all;
        const auto report = m_store->check(std::nullopt, true, m_stretch);
        EXPECT_TRUE(report);
        for (const StoreFinding& finding : report->findings)
            all += finding.what + "\n";
        return all;
    }
    void lose(const char* name) {
        m_store.reset();
        for (const auto& entry : fs::directory_iterator(store()))
            if (entry.path().filename().string().starts_with(name))
                fs::remove(entry.path());
    }
    std::vector<fs::path> packs() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(store() / "packs"))
            files.push_back(entry.path());
        return files;
    }
    fs::path store() const { return m_root / "state/store"; }
};

TEST_F(CatalogRebuildTest, bringsBackWhatThePacksHold) {
    take(1);
    const auto pinned = take(2);
    const auto gone = take(3);
    ASSERT_TRUE(m_store->edit(kSession, pinned.id, {"before the talk", true}));
    {
        const auto writer = m_store->begin(kSession); // a removal does not clean up meanwhile
        ASSERT_TRUE(m_store->remove(kSession, gone.id));
    }
    const auto before = seen();
    ASSERT_EQ(before.size(), 2u);
    lose("catalog");
    reopen();
    EXPECT_EQ(seen(), before);
    EXPECT_NE(told().find("was lost and has been made anew"), std::string::npos) << told();
    // Twice: what was removed stays so, and what was edited.
    lose("catalog");
    reopen();
    EXPECT_EQ(seen(), before);
    ASSERT_TRUE(m_store->repair());
    EXPECT_EQ(told(), "");
    ASSERT_TRUE(m_store->gc(m_stretch));
    EXPECT_EQ(m_store->space()->unreferenced, 0u);
    EXPECT_EQ(seen(), before);
    const auto used = m_store->space()->used;
    take(4);
    EXPECT_LT(m_store->space()->used, used + pagesOf(4).size()) << "nothing is stored twice";
    EXPECT_EQ(seen().size(), 3u);
}

TEST_F(CatalogRebuildTest, findsWhatIsSealedWhenItIsUnlocked) {
    const auto vault = m_store->createVault(4242, kSecret);
    ASSERT_TRUE(vault);
    ASSERT_TRUE(m_store->chooseVault(kSession, *vault));
    const auto edited = take(1);
    take(2);
    ASSERT_TRUE(m_store->edit(kSession, edited.id, {"sealed, too", true}));
    const auto before = seen();
    lose("catalog");
    reopen();
    EXPECT_TRUE(m_store->list(kSession).empty());
    ASSERT_EQ(m_store->vaults()->size(), 1u);
    EXPECT_FALSE(m_store->removeVault(*vault)) << "nobody knows what lies in it";
    EXPECT_FALSE(m_store->begin(kSession)) << "the session stays sealed";
    ASSERT_TRUE(m_store->gc(m_stretch)) << "and nothing of it is cleaned away";
    reopen();
    ASSERT_TRUE(m_store->openVault(*vault, kSecret));
    EXPECT_EQ(seen(), before);
    ASSERT_TRUE(m_store->gc(m_stretch));
    EXPECT_EQ(seen(), before);
}

TEST_F(CatalogRebuildTest, repairsACatalogThatIsInUse) {
    take(1);
    const auto vault = m_store->createVault(4242, kSecret);
    ASSERT_TRUE(m_store->chooseVault(kSession, *vault));
    take(2);
    const auto before = seen();
    const auto whole = m_store->repair();
    ASSERT_TRUE(whole);
    EXPECT_FALSE(whole->rebuilt);
    // Behind the open store's back, in the middle of the file.
    const fs::path file = store() / "catalog.sqlite";
    std::string bytes = readFile(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    writeFile(file, bytes);
    EXPECT_NE(told().find("of the catalog is not as it was written"), std::string::npos) << told();
    {
        const auto writer = m_store->begin(kSession);
        ASSERT_FALSE(m_store->repair());
    }
    const auto repaired = m_store->repair();
    ASSERT_TRUE(repaired) << repaired.error().forLog();
    EXPECT_TRUE(repaired->rebuilt);
    EXPECT_EQ(repaired->snapshots, 2u);
    EXPECT_EQ(seen(), before);
    EXPECT_EQ(told(), "");
    take(3);
    reopen();
    EXPECT_EQ(told(), "");
    ASSERT_TRUE(m_store->openVault(*vault, kSecret));
    EXPECT_EQ(seen().size(), 3u);
}

TEST_F(CatalogRebuildTest, refusesWithoutKeysAndLeavesThePacks) {
    take(1);
    const auto before = packs();
    lose("catalog");
    lose("essentials");
    const auto opened = SnapshotStore::open(m_root / "state");
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().sentence().find("so are the keys"), std::string::npos);
    EXPECT_EQ(packs(), before);
    EXPECT_FALSE(fs::exists(store() / "catalog.sqlite"));
}

TEST_F(CatalogRebuildTest, takesTheKeysFromADamagedCatalogWhenNothingElseHasThem) {
    for (int tag = 1; tag < 9; ++tag) // until the file has pages that opening does not read
        take(tag);
    const auto before = seen();
    lose("essentials");
    const fs::path file = store() / "catalog.sqlite";
    std::string bytes = readFile(file);
    // The root page of packs: it is asked for at opening.
    const auto page = [&] {
        auto database = Database::open(file);
        return database->integer("SELECT rootpage FROM sqlite_master WHERE name = 'packs'").value();
    }();
    bytes.at(static_cast<std::size_t>(page - 1) * 4096 + 2000) ^= 1;
    writeFile(file, bytes);
    reopen();
    EXPECT_EQ(seen(), before);
    EXPECT_NE(told().find("was damaged and has been made anew"), std::string::npos) << told();
    EXPECT_TRUE(fs::exists(store() / "catalog.damaged"));
    reopen();
    EXPECT_NE(told().find("was damaged once"), std::string::npos) << told();
    ASSERT_TRUE(m_store->repair());
    EXPECT_EQ(told(), "");
    EXPECT_FALSE(fs::exists(store() / "catalog.damaged"));
}

TEST_F(CatalogRebuildTest, bringsBackWhatIsWholeOfDamagedPacks) {
    take(1);
    const auto first = packs();
    const auto second = take(2);
    for (const fs::path& pack : packs()) {
        std::string bytes = readFile(pack);
        if (std::ranges::count(first, pack) == 0) { // its second record's header
            bytes[48 + 1] ^= 1;
        } else {
            bytes[20] ^= 1; // its own header
        }
        writeFile(pack, bytes);
    }
    writeFile(store() / "packs/00000000000000ff.pack", std::string(5000, 'x'));
    lose("catalog");
    reopen();
    const auto text = told();
    EXPECT_NE(text.find(second.id), std::string::npos) << text;
    EXPECT_NE(text.find("00000000000000ff.unreadable"), std::string::npos) << text;
    EXPECT_TRUE(fs::exists(store() / "packs/00000000000000ff.unreadable"));
    ASSERT_EQ(seen().size(), 1u);
    EXPECT_EQ(m_store->list(kSession)[0].takenUnixMs, 1);
}

// Somebody put a backup of the catalog back, or the disk lost what it had been told to keep.
TEST_F(CatalogRebuildTest, takesInWhatIsNewerThanTheCatalog) {
    take(1);
    const auto gone = take(2);
    const fs::path file = store() / "catalog.sqlite";
    m_store.reset();
    const std::string older = readFile(file);
    reopen();
    ASSERT_TRUE(m_store->remove(kSession, gone.id));
    take(3);
    const auto vault = m_store->createVault(4242, kSecret);
    ASSERT_TRUE(m_store->chooseVault(kSession, *vault));
    take(4);
    const auto before = seen();
    ASSERT_EQ(before.size(), 3u);
    m_store.reset();
    writeFile(file, older);
    const auto files = packs();
    reopen();
    EXPECT_EQ(packs(), files);
    EXPECT_NE(told().find("was older than its packs"), std::string::npos) << told();
    EXPECT_FALSE(*m_store->knowsAllOf(kSession));
    ASSERT_TRUE(m_store->openVault(*vault, kSecret));
    EXPECT_TRUE(*m_store->knowsAllOf(kSession));
    EXPECT_EQ(seen(), before) << "and what was removed stays so";
}

TEST_F(CatalogRebuildTest, removesOnlyPacksOfWhichItSaysSo) {
    take(1);
    const auto gone = take(2);
    const auto both = packs();
    m_store.reset();
    for (const fs::path& pack : both)
        fs::copy_file(pack, m_root / pack.filename());
    reopen();
    ASSERT_TRUE(m_store->remove(kSession, gone.id));
    ASSERT_TRUE(m_store->gc(m_stretch));
    const auto before = seen();
    m_store.reset();
    // As if the machine had stopped before the files were removed.
    for (const fs::path& pack : both)
        if (!fs::exists(pack))
            fs::copy_file(m_root / pack.filename(), pack);
    ASSERT_EQ(packs().size() > 1, true);
    {
        auto database = Database::open(store() / "catalog.sqlite");
        for (const fs::path& pack : both)
            ASSERT_TRUE(database->run(fmt::format(
                "INSERT INTO doomed SELECT {0} WHERE {0} NOT IN (SELECT id FROM packs)",
                static_cast<std::int64_t>(std::stoull(pack.stem().string(), nullptr, 16)))));
    }
    writeFile(store() / "packs/00000000000000fe.pack", "not a pack, and not ours to remove");
    writeFile(store() / "packs/00000000000000fd.pack.part", "of a job that came to no end");
    reopen();
    EXPECT_EQ(seen(), before);
    EXPECT_TRUE(fs::exists(store() / "packs/00000000000000fe.unreadable"));
    EXPECT_FALSE(fs::exists(store() / "packs/00000000000000fd.pack.part"));
    EXPECT_EQ(m_store->space()->unreferenced, 0u);
}

// What cannot be read now may be readable in a minute.
TEST_F(CatalogRebuildTest, isNotMadeWhileAPackCannotBeRead) {
    take(1);
    take(2);
    const auto before = seen();
    const fs::path pack = packs().front();
    const fs::path kept = m_root / "kept";
    const auto hide = [&] { // reading a folder is an error, but not one of the disk
        fs::rename(pack, kept);
        fs::create_directory(pack);
    };
    const auto show = [&] {
        fs::remove(pack);
        fs::rename(kept, pack);
    };
    const auto unreadable = [&] {
        return std::ranges::count_if(
            packs(), [](const fs::path& path) { return path.extension() == ".unreadable"; });
    };
    {
        const fs::path file = store() / "catalog.sqlite";
        std::string bytes = readFile(file);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        writeFile(file, bytes);
        hide();
        const auto repaired = m_store->repair();
        ASSERT_FALSE(repaired);
        EXPECT_EQ(repaired.error().code(), ErrorCode::System) << repaired.error().forLog();
        EXPECT_EQ(unreadable(), 0);
        EXPECT_EQ(readFile(file), bytes) << "the catalog was exchanged";
        show();
    }
    lose("catalog");
    hide();
    EXPECT_FALSE(SnapshotStore::open(m_root / "state"));
    EXPECT_EQ(unreadable(), 0);
    EXPECT_FALSE(fs::exists(store() / "catalog.sqlite"));
    show();
    reopen();
    EXPECT_EQ(seen(), before);
}

TEST_F(CatalogRebuildTest, setsPacksAsideOnlyOnceTheCatalogIsMade) {
    take(1);
    const auto before = seen();
    // Comes before all others; another of the same kind cannot be read.
    writeFile(store() / "packs/0000000000000001.pack", std::string(5000, 'x'));
    fs::create_directory(store() / "packs/ffffffffffffffff.pack");
    lose("catalog");
    EXPECT_FALSE(SnapshotStore::open(m_root / "state"));
    EXPECT_TRUE(fs::exists(store() / "packs/0000000000000001.pack"));
    fs::remove(store() / "packs/ffffffffffffffff.pack");
    reopen();
    EXPECT_TRUE(fs::exists(store() / "packs/0000000000000001.unreadable"));
    EXPECT_EQ(seen(), before);
}

TEST_F(CatalogRebuildTest, isNotMadeAnewBecauseItCannotBeLookedAt) {
    take(1);
    const fs::path file = store() / "catalog.sqlite";
    fs::rename(file, store() / "elsewhere");
    fs::create_symlink("elsewhere", file);
    const auto repaired = m_store->repair();
    ASSERT_FALSE(repaired);
    EXPECT_EQ(repaired.error().code(), ErrorCode::System);
    fs::remove(file);
    fs::rename(store() / "elsewhere", file);
    EXPECT_FALSE(m_store->repair()->rebuilt);
}

TEST_F(CatalogRebuildTest, takesTheCopyThatIsWhole) {
    take(1);
    const auto before = seen();
    ASSERT_EQ(packs().size(), 2u) << "files of the host, and the snapshot";
    lose("catalog");
    for (const fs::path& pack : packs()) {
        const std::string good = readFile(pack);
        std::string bad = good;
        for (std::size_t at = 48 + 64 + 8; at + 64 < bad.size(); at += 4096)
            bad[at] = static_cast<char>(bad[at] ^ 1);
        writeFile(pack.parent_path() / ("00000000000000a" + pack.filename().string().substr(15)),
                  bad);
        writeFile(pack, good);
    }
    reopen();
    EXPECT_EQ(seen(), before);
}

TEST_F(CatalogRebuildTest, keepsTheKeysOfStoresThatHadThemOnceOnly) {
    take(1);
    const std::string kept = readFile(store() / "essentials");
    const fs::path file = store() / "catalog.sqlite";
    lose("essentials");
    {
        auto database = Database::open(file);
        ASSERT_TRUE(database->run(
            "DROP TABLE doomed; DROP TABLE edits; DROP TABLE removed; ALTER TABLE vaults DROP "
            "COLUMN unread; PRAGMA user_version = 3"));
    }
    reopen();
    EXPECT_GE(fs::file_size(store() / "essentials"), kept.size());
    EXPECT_EQ(statOf(store() / "essentials").st_mode & 0777, 0600u);
    lose("catalog");
    reopen();
    EXPECT_EQ(seen().size(), 1u);
}

TEST_F(CatalogRebuildTest, writesDamagedKeysAnew) {
    take(1);
    const std::string good = readFile(store() / "essentials");
    for (std::size_t at = 0; at < good.size(); at += 7) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        EXPECT_FALSE(parseEssentials(std::as_bytes(std::span(bad)))) << at;
    }
    m_store.reset();
    writeFile(store() / "essentials", "something else");
    reopen();
    EXPECT_EQ(readFile(store() / "essentials"), good);
}

} // namespace

} // namespace entracte::test
