// A layer that is copied in two steps is packed as if it had been read in the second one.

#include "session/store/StagedLayer.h"
#include "tests/session/store/StoreFixture.h"

namespace entracte::test {

namespace {

using namespace std::chrono_literals;

class StagedLayerTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_layer = makeFolder("layer");
        makeFolder("layer/upper/folder");
        makeFolder("layer/work");
        for (const char* name : {"stays", "changes", "grows", "goes", "moves", "linked"})
            writeFile(m_layer / "upper" / name, std::string(20'000, *name));
        fs::create_hard_link(m_layer / "upper/linked", m_layer / "upper/folder/link");
        fs::resize_file(m_layer / "upper/stays", 3'000'000); // a hole at its end
    }
    StagedLayer begin(std::chrono::seconds settle = 0s) {
        auto staged = StagedLayer::begin(m_layer, {"work"}, m_root / "contents", settle);
        EXPECT_TRUE(staged) << (staged ? "" : staged.error().forLog());
        return std::move(*staged);
    }
    void changeIt() {
        writeFile(m_layer / "upper/changes", std::string(20'000, 'x'));
        std::ofstream(m_layer / "upper/grows", std::ios::app) << "more";
        fs::remove(m_layer / "upper/goes");
        fs::rename(m_layer / "upper/moves", m_layer / "upper/folder/moved");
        writeFile(m_layer / "upper/new", "new");
    }
    std::vector<std::byte> packedNow() {
        MemorySink sink;
        EXPECT_TRUE(archiveTree(openFolder(m_layer).get(), sink, {{"work"}, {}}));
        return std::move(sink.bytes);
    }
    static std::vector<std::byte> packed(const StagedLayer& staged) {
        MemorySink sink;
        const auto facts = staged.archive(sink, ignoreProgress);
        EXPECT_TRUE(facts) << (facts ? "" : facts.error().forLog());
        return std::move(sink.bytes);
    }
    fs::path m_layer;
};

TEST_F(StagedLayerTest, isAsInTheMomentWhenEverythingStoodStill) {
    StagedLayer staged = begin();
    ASSERT_TRUE(staged.copyAhead(m_job));
    changeIt();
    const auto expected = packedNow();
    ASSERT_TRUE(staged.copyRest(m_job));
    writeFile(m_layer / "upper/stays", "changed as soon as it goes on");
    fs::remove(m_layer / "upper/new");
    EXPECT_TRUE(packed(staged) == expected);
}

TEST_F(StagedLayerTest, readsOnlyWhatChanged) {
    StagedLayer staged = begin();
    ASSERT_TRUE(staged.copyAhead(m_job));
    changeIt();
    ASSERT_TRUE(staged.copyRest(m_job));
    // A renamed file has other times, so it counts as changed.
    EXPECT_LE(staged.bytesOfRest(), 3u * 20'000 + 4 + 3 + 4096);
    EXPECT_GE(staged.bytesOfRest(), 2u * 20'000 + 4 + 3);
}

TEST_F(StagedLayerTest, readsEverythingWhoseTimesAreTooYoungToBelieve) {
    StagedLayer staged = begin(60s);
    ASSERT_TRUE(staged.copyAhead(m_job));
    EXPECT_EQ(staged.bytes(), 0u);
    const auto expected = packedNow();
    ASSERT_TRUE(staged.copyRest(m_job));
    EXPECT_EQ(staged.bytesOfRest(), staged.bytes());
    EXPECT_TRUE(packed(staged) == expected);
}

TEST_F(StagedLayerTest, keepsNothingOfAMomentThatCameToNothing) {
    StagedLayer staged = begin();
    ASSERT_TRUE(staged.copyAhead(m_job));
    changeIt();
    ASSERT_TRUE(staged.copyRest(m_job));
    const auto once = staged.bytes();
    ASSERT_TRUE(staged.copyRest(m_job));
    EXPECT_EQ(staged.bytes(), once);
    EXPECT_TRUE(packed(staged) == packedNow());
}

TEST_F(StagedLayerTest, forgetsWhatWasCopiedAheadAndIsGone) {
    StagedLayer staged = begin();
    ASSERT_TRUE(staged.copyAhead(m_job));
    fs::remove_all(m_layer / "upper");
    const auto expected = packedNow();
    ASSERT_TRUE(staged.copyRest(m_job));
    EXPECT_TRUE(packed(staged) == expected);
}

TEST_F(StagedLayerTest, stopsWhenTheJobIsCancelled) {
    StagedLayer staged = begin();
    m_job.cancel();
    EXPECT_EQ(staged.copyAhead(m_job).error().code(), ErrorCode::Cancelled);
    EXPECT_EQ(staged.copyRest(m_job).error().code(), ErrorCode::Cancelled);
}

} // namespace

} // namespace entracte::test
