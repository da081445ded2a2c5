#include "session/store/Database.h"
#include "tests/session/store/StoreFixture.h"

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";
const SessionId kOther = "00000000000000bb";

class HostFilesTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        const fs::path host = makeFolder("host");
        m_library = host / "library";
        m_font = host / "font";
        m_empty = host / "empty";
        std::string library;
        for (int i = 0; library.size() < 300'000; ++i)
            library += std::to_string(i * 2654435761u) + ' ';
        writeFile(m_library, library);
        writeFile(m_font, "a font");
        writeFile(m_empty, "");
        makeFolder("images");
        writeFile(m_root / "images/core-1.img", "core");
        reopen();
    }
    std::vector<FileFacts> facts() const {
        std::vector<FileFacts> all;
        for (const fs::path& path : {m_library, m_font, m_empty})
            all.push_back(factsOf(path.string(), statOf(path)));
        return all;
    }
    FileOpener opener(const std::vector<FileFacts>& files) {
        return [this, files](std::size_t i) {
            ++m_opened;
            return UniqueFd(::open(files.at(i).path.c_str(), O_RDONLY | O_CLOEXEC));
        };
    }
    std::uint64_t stock() {
        const auto files = facts();
        const auto read = m_store->stockHostFiles(kSession, files, opener(files), m_stretch);
        EXPECT_TRUE(read) << (read ? "" : read.error().forLog());
        return read.value_or(0);
    }
    SnapshotInfo take(const SessionId& session, const std::vector<FileFacts>& files) {
        auto writer = m_store->begin(session);
        EXPECT_TRUE(writer);
        const auto numbers = (*writer)->addHostFiles(files, opener(files), m_stretch);
        EXPECT_TRUE(numbers) << (numbers ? "" : numbers.error().forLog());
        m_numbers = numbers.value_or(m_numbers);
        EXPECT_TRUE((*writer)->addImages(m_root / "images", m_stretch));
        const auto info = (*writer)->commit({}, std::chrono::steady_clock::now(), m_stretch);
        EXPECT_TRUE(info) << (info ? "" : info.error().forLog());
        return *info;
    }
    Result<std::vector<std::string>> extract(const SessionId& session, const SnapshotId& id,
                                             const std::vector<std::uint32_t>& numbers) {
        std::vector<std::string> contents;
        ENTRACTE_TRY(m_store->extractHostFiles(
            session, id, numbers, makeFolder("out"),
            [&](std::uint32_t, int file) -> Status {
                contents.push_back(readFile("/proc/self/fd/" + std::to_string(file)));
                return {};
            },
            m_stretch));
        return contents;
    }
    bool isWhole() {
        const auto report = m_store->check(std::nullopt, true, m_stretch);
        return report && report->findings.empty();
    }

    std::vector<std::optional<std::uint32_t>> m_numbers; // of what was taken last
    int m_opened = 0;
    fs::path m_library, m_font, m_empty;
};

TEST_F(HostFilesTest, areReadOnceForAllSnapshotsOfAllSessions) {
    const SnapshotInfo first = take(kSession, facts());
    EXPECT_EQ(m_opened, 3);
    EXPECT_EQ(first.hostFileBytes, fs::file_size(m_library) + 6);
    EXPECT_LT(first.storedBytes, first.hostFileStoredBytes);
    const SnapshotInfo second = take(kOther, facts());
    EXPECT_EQ(m_opened, 3);
    EXPECT_EQ(second.hostFileStoredBytes, first.hostFileStoredBytes);
    EXPECT_EQ(m_numbers, (std::vector<std::optional<std::uint32_t>>{0, 1, 2}));
    const auto contents = extract(kOther, second.id, {2, 0, 1});
    ASSERT_TRUE(contents) << contents.error().forLog();
    EXPECT_EQ(*contents, (std::vector<std::string>{"", readFile(m_library), "a font"}));
    EXPECT_TRUE(isWhole());
}

TEST_F(HostFilesTest, areNotReadWhenTheyWereStoredAheadOfTime) {
    EXPECT_EQ(stock(), fs::file_size(m_library) + 6);
    EXPECT_EQ(stock(), 0u);
    m_opened = 0;
    reopen();
    const SnapshotInfo info = take(kSession, facts());
    EXPECT_EQ(m_opened, 0);
    const auto contents = extract(kSession, info.id, {0});
    ASSERT_TRUE(contents);
    EXPECT_EQ(contents->at(0), readFile(m_library));
}

TEST_F(HostFilesTest, areStoredAnewWhenTheyChanged) {
    const SnapshotInfo before = take(kSession, facts());
    writeFile(m_font, "a font upgraded");
    const SnapshotInfo after = take(kSession, facts());
    EXPECT_EQ(m_opened, 4);
    EXPECT_EQ(extract(kSession, before.id, {1})->at(0), "a font");
    EXPECT_EQ(extract(kSession, after.id, {1})->at(0), "a font upgraded");
}

TEST_F(HostFilesTest, areLeftToTheCallerWhenTheyAreNotAsSaid) {
    auto files = facts();
    fs::remove(m_font);
    writeFile(m_library, "shorter");
    take(kSession, files);
    EXPECT_EQ(m_numbers,
              (std::vector<std::optional<std::uint32_t>>{std::nullopt, std::nullopt, 0}));
    EXPECT_TRUE(isWhole());
}

TEST_F(HostFilesTest, areTakenOverFromAnEarlierSnapshotOfTheSession) {
    const SnapshotInfo first = take(kSession, facts());
    const auto marks = m_store->hostFileMarks(kSession, first.id);
    ASSERT_TRUE(marks) << marks.error().forLog();
    fs::remove(m_library); // nothing of it is needed any more
    m_opened = 0;
    auto writer = m_store->begin(kSession);
    ASSERT_TRUE(writer);
    const auto numbers = (*writer)->addHostFilesOf(first.id, {2, 0, 2});
    ASSERT_TRUE(numbers) << numbers.error().forLog();
    EXPECT_EQ(*numbers, (std::vector<std::uint32_t>{0, 1, 0}));
    ASSERT_TRUE((*writer)->addImages(m_root / "images", m_stretch));
    const auto second = (*writer)->commit({}, std::chrono::steady_clock::now(), m_stretch);
    ASSERT_TRUE(second) << second.error().forLog();
    writer->reset();
    EXPECT_EQ(m_opened, 0);
    EXPECT_EQ(m_store->hostFileMarks(kSession, second->id),
              (std::vector<std::uint64_t>{marks->at(2), marks->at(0)}));
    ASSERT_TRUE(m_store->remove(kSession, first.id));
    ASSERT_TRUE(m_store->gc(m_stretch));
    EXPECT_EQ(extract(kSession, second->id, {1})->at(0).size(), second->hostFileBytes);
    EXPECT_TRUE(isWhole());
    // Neither of another session nor of one that is not there.
    auto other = m_store->begin(kOther);
    ASSERT_TRUE(other);
    EXPECT_FALSE((*other)->addHostFilesOf(second->id, {0}));
    EXPECT_FALSE((*other)->addHostFilesOf(first.id, {0}));
}

TEST_F(HostFilesTest, stayAsLongAsASnapshotNeedsThem) {
    stock();
    const SnapshotInfo one = take(kSession, facts());
    const SnapshotInfo other = take(kOther, facts());
    EXPECT_LT(m_store->space(kSession, one.id)->unique, one.hostFileStoredBytes);
    EXPECT_GE(m_store->space(kSession, one.id)->total, one.hostFileStoredBytes + one.storedBytes);
    ASSERT_TRUE(m_store->remove(kSession, one.id));
    ASSERT_TRUE(m_store->gc(m_stretch));
    EXPECT_EQ(extract(kOther, other.id, {0})->at(0), readFile(m_library));
    EXPECT_GE(m_store->space(kOther, other.id)->unique, other.hostFileStoredBytes);
    const std::uint64_t before = m_store->space()->used;
    ASSERT_TRUE(m_store->remove(kOther, other.id));
    EXPECT_LE(m_store->space()->used + other.hostFileStoredBytes, before);
    EXPECT_EQ(m_store->space()->unreferenced, 0u);
    EXPECT_TRUE(isWhole());
}

TEST_F(HostFilesTest, thatWaitForASnapshotGoOnlyWhenAskedTo) {
    const SnapshotInfo info = take(kOther, {});
    stock();
    ASSERT_TRUE(m_store->remove(kOther, info.id)); // cleans
    EXPECT_EQ(stock(), 0u);
    EXPECT_GT(m_store->space()->unreferenced, 0u);
    ASSERT_TRUE(m_store->gc(m_stretch));
    EXPECT_EQ(m_store->space()->unreferenced, 0u);
    EXPECT_GT(stock(), 0u);
    ASSERT_TRUE(m_store->removeSession(kSession));
    EXPECT_GT(stock(), 0u);
}

TEST_F(HostFilesTest, thatAreDamagedAreNamedButKeepNobodyFromResuming) {
    stock();
    fs::path pack;
    for (const auto& entry : fs::directory_iterator(m_root / "state/store/packs"))
        pack = entry.path();
    const SnapshotInfo info = take(kSession, facts());
    std::string bytes = readFile(pack);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    writeFile(pack, bytes);
    EXPECT_TRUE(m_store->verify(kSession, info.id, m_stretch));
    const auto contents = extract(kSession, info.id, {0});
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error().code(), ErrorCode::SnapshotDamaged);
    const auto report = m_store->check(std::nullopt, true, m_stretch);
    ASSERT_TRUE(report);
    ASSERT_FALSE(report->findings.empty());
    EXPECT_NE(report->findings[0].what.find(pack.filename().string()), std::string::npos);
}

TEST_F(HostFilesTest, ofACancelledJobLeaveNothingHalf) {
    m_job.cancel();
    const auto files = facts();
    EXPECT_FALSE(m_store->stockHostFiles(kSession, files, opener(files), m_stretch));
    JobControl unseen;
    ASSERT_TRUE(m_store->gc({unseen, "", 0, 1}));
    EXPECT_EQ(m_store->space()->unreferenced, 0u);
    EXPECT_TRUE(fs::is_empty(m_root / "state/store/packs"));
}

TEST_F(HostFilesTest, canBeStoredInACatalogOfTheVersionBefore) {
    m_store.reset();
    {
        auto database = Database::open(m_root / "state/store/catalog.sqlite");
        ASSERT_TRUE(database);
        ASSERT_TRUE(
            database->run("DROP TABLE uses; DROP TABLE pieces; DROP TABLE files; DROP INDEX "
                          "vaults_by_owner; ALTER TABLE vaults DROP COLUMN owner; ALTER TABLE "
                          "vaults DROP COLUMN unread; DROP TABLE doomed; DROP TABLE edits; DROP "
                          "TABLE removed; PRAGMA "
                          "user_version = 1"));
    }
    reopen();
    const SnapshotInfo info = take(kSession, facts());
    EXPECT_EQ(extract(kSession, info.id, {1})->at(0), "a font");
    EXPECT_TRUE(isWhole());
}

} // namespace

} // namespace entracte::test
