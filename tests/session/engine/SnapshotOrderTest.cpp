// Which of a session's snapshots is the newest, whatever the clocks say.

#include "session/engine/SnapshotJob.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

namespace entracte {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSession = "00000000000000aa";

class SnapshotOrderTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/var/tmp/entracte-order-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
        fs::create_directories(m_top / "images");
        std::ofstream(m_top / "images" / "inventory.img") << "an image";
        fs::create_directories(m_top / "layer");
        auto opened = SnapshotStore::open(m_top / "state");
        ASSERT_TRUE(opened) << opened.error().forLog();
        m_store = std::move(*opened);
    }
    void TearDown() override {
        m_store.reset();
        if (!m_top.empty())
            fs::remove_all(m_top);
    }
    SnapshotId take(std::int64_t taken) {
        JobControl job;
        auto writer = m_store->begin(kSession);
        EXPECT_TRUE(writer);
        EXPECT_TRUE((*writer)->addImages(m_top / "images", {job, "images"}));
        EXPECT_TRUE((*writer)->addLayer(m_top / "layer", {}, {job, "layer"}));
        SnapshotRecord record;
        record.restore = nlohmann::json::object();
        record.info.takenUnixMs = takenAfterOthers(*m_store, kSession, taken);
        const auto info =
            (*writer)->commit(record, std::chrono::steady_clock::now(), {job, "commit"});
        EXPECT_TRUE(info) << info.error().forLog();
        return info ? info->id : "";
    }

    fs::path m_top;
    std::unique_ptr<SnapshotStore> m_store;
};

TEST_F(SnapshotOrderTest, aClockThatIsSetBackMakesNothingOlder) {
    const SnapshotId first = take(3'600'000);
    const SnapshotId second = take(1'000);
    EXPECT_EQ(m_store->newest(kSession), second);
    EXPECT_EQ(m_store->list(kSession).back().takenUnixMs, 3'600'001);
    EXPECT_EQ(m_store->list(kSession).front().id, first);
}

TEST_F(SnapshotOrderTest, aClockThatGoesOnIsBelieved) {
    take(1'000);
    take(5'000);
    EXPECT_EQ(m_store->list(kSession).back().takenUnixMs, 5'000);
}

TEST_F(SnapshotOrderTest, theEndOfTimeIsNotPassed) {
    take(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(takenAfterOthers(*m_store, kSession, 1'000), 1'000);
}

} // namespace

} // namespace entracte
