#include "tests/session/store/StoreFixture.h"

namespace entracte::test {

namespace {

const SessionId kSession = "00000000000000aa";
constexpr uid_t kOwner = 1234;
const Secret kSecret{Secret::Kind::Passphrase, "correct horse"};

class SealedVaultsTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_images = makeFolder("images");
        std::string pages(4096 * 8, '\0');
        for (std::size_t i = 0; i < pages.size(); i += 64)
            pages.replace(i, 23, "the person's own secret");
        writeFile(m_images / "pages-1.img", pages.substr(0, 4096 * 8));
        makeFolder("layer");
        writeFile(m_root / "layer/note", "the person's own secret");
        reopen();
    }
    Result<SnapshotInfo> take() {
        ENTRACTE_ASSIGN(writer, m_store->begin(kSession));
        ENTRACTE_TRY(writer->addImages(m_images, m_stretch));
        ENTRACTE_TRY(writer->addLayer(m_root / "layer", {}, m_stretch));
        SnapshotRecord record;
        record.info.comment = "the person's own secret";
        record.info.takenUnixMs = 1;
        return writer->commit(record, std::chrono::steady_clock::now(), m_stretch);
    }
    bool isOnTheDisk(const std::string& text) const {
        for (const auto& entry : fs::recursive_directory_iterator(m_root / "state"))
            if (entry.is_regular_file() && readFile(entry.path()).find(text) != std::string::npos)
                return true;
        return false;
    }
    fs::path m_images;
};

TEST_F(SealedVaultsTest, putNothingOnTheDiskInClear) {
    ASSERT_TRUE(take());
    EXPECT_TRUE(isOnTheDisk("the person's own secret")) << "an open vault shows what to look for";
    ASSERT_TRUE(m_store->removeSession(kSession));
    reopen();
    ASSERT_FALSE(isOnTheDisk("the person's own secret"));
    const auto vault = m_store->createVault(kOwner, kSecret);
    ASSERT_TRUE(vault) << vault.error().forLog();
    ASSERT_TRUE(m_store->chooseVault(kSession, *vault));
    const auto info = take();
    ASSERT_TRUE(info) << info.error().forLog();
    EXPECT_FALSE(isOnTheDisk("the person's own secret"));
    EXPECT_FALSE(isOnTheDisk("correct horse"));
    EXPECT_EQ(m_store->list(kSession)[0].comment, "the person's own secret");
}

TEST_F(SealedVaultsTest, openWithTheirSecretAlone) {
    const auto vault = m_store->createVault(kOwner, kSecret);
    ASSERT_TRUE(vault);
    ASSERT_TRUE(m_store->chooseVault(kSession, *vault));
    const auto info = take();
    ASSERT_TRUE(info) << info.error().forLog();
    const auto again = take(); // the same pages: told from the sealed ones before
    ASSERT_TRUE(again);
    EXPECT_LT(m_store->space(kSession, again->id)->unique, m_store->space()->used / 2);
    reopen();
    ASSERT_EQ(m_store->list(kSession).size(), 2u);
    EXPECT_TRUE(m_store->list(kSession)[0].comment.empty());
    EXPECT_EQ(m_store->verify(kSession, info->id, m_stretch).error().code(),
              ErrorCode::VaultLocked);
    EXPECT_EQ(m_store->begin(kSession).error().code(), ErrorCode::VaultLocked);
    EXPECT_EQ(m_store->openVault(*vault, {Secret::Kind::Passphrase, "wrong"}).error().code(),
              ErrorCode::NotAuthorized);
    EXPECT_FALSE(m_store->openVault(*vault + 1, kSecret));
    EXPECT_TRUE(m_store->check(std::nullopt, true, m_stretch)->findings.empty());
    ASSERT_TRUE(m_store->openVault(*vault, kSecret));
    EXPECT_EQ(m_store->list(kSession)[0].comment, "the person's own secret");
    ASSERT_TRUE(m_store->extractImages(kSession, info->id, makeFolder("out"), m_stretch));
    EXPECT_EQ(readFile(m_root / "out/pages-1.img"), readFile(m_images / "pages-1.img"));
    ASSERT_TRUE(m_store->closeVault(*vault));
    EXPECT_FALSE(m_store->verify(kSession, info->id, m_stretch));
    ASSERT_TRUE(m_store->remove(kSession, info->id));
    ASSERT_TRUE(m_store->gc(m_stretch)); // what is sealed is moved as it is
    ASSERT_TRUE(m_store->openVault(*vault, kSecret));
    EXPECT_TRUE(m_store->verify(kSession, again->id, m_stretch));
}

} // namespace

} // namespace entracte::test
