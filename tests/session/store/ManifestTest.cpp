#include "session/store/Manifest.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace entracte {

namespace {

class ManifestTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_GE(sodium_init(), 0);
        m_manifest.record.info.id = "0123456789abcdef";
        m_manifest.record.info.session = "fedcba9876543210";
        m_manifest.record.info.comment = "before the \"update\"\n";
        m_manifest.record.info.takenUnixMs = 1'700'000'000'123;
        m_manifest.record.info.suspended = true;
        m_manifest.record.restore = {{"kernel", "6.1"}, {"sockets", {1, 2, 3}}};
        m_manifest.parts = {{kImagesPart, 10, 20, "aa"}, {kLayerPart, 30, 40, "bb"}};
        m_text = formatManifest(m_manifest);
    }
    Manifest m_manifest;
    std::string m_text;
};

TEST_F(ManifestTest, readsWhatItWrote) {
    const auto read = parseManifest(m_text);
    ASSERT_TRUE(read) << read.error().forLog();
    EXPECT_EQ(read->record.info.comment, m_manifest.record.info.comment);
    EXPECT_EQ(read->record.info.takenUnixMs, m_manifest.record.info.takenUnixMs);
    EXPECT_TRUE(read->record.info.suspended);
    EXPECT_EQ(read->record.restore, m_manifest.record.restore);
    EXPECT_EQ(read->parts[1].contentBytes, 40u);
}

TEST_F(ManifestTest, noticesEveryFlippedBit) {
    for (std::size_t at = 0; at < m_text.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string altered = m_text;
            altered[at] = static_cast<char>(altered[at] ^ (1 << bit));
            EXPECT_FALSE(parseManifest(altered)) << "byte " << at << " bit " << bit;
        }
}

TEST_F(ManifestTest, noticesEveryTruncationAndAddition) {
    for (std::size_t size = 0; size < m_text.size(); ++size)
        EXPECT_FALSE(parseManifest(m_text.substr(0, size))) << size;
    EXPECT_FALSE(parseManifest(m_text + " "));
    EXPECT_FALSE(parseManifest(" " + m_text));
}

TEST_F(ManifestTest, refusesOtherVersionsWithASentence) {
    const auto withVersion = [&](const std::string& version) {
        std::string other = m_text;
        const std::string ours = "\"version\":" + std::to_string(kManifestVersion);
        return other.replace(other.find(ours), ours.size(), "\"version\":" + version);
    };
    const auto newer = parseManifest(withVersion("7"));
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code(), ErrorCode::HostMismatch);
    EXPECT_NE(newer.error().sentence().find("a newer Entracte (format 7"), std::string::npos);
    const auto older = parseManifest(withVersion("0"));
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code(), ErrorCode::HostMismatch);
    EXPECT_NE(older.error().sentence().find("an older Entracte"), std::string::npos);
}

TEST_F(ManifestTest, survivesHostileJson) {
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    EXPECT_FALSE(parseManifest(deep));
    EXPECT_FALSE(parseManifest(
        "{\"format\":\"entracte-snapshot\",\"version\":1,\"restore\":" + deep + "}\n"));
    EXPECT_FALSE(parseManifest("{\"format\":7}\n"));
    EXPECT_FALSE(parseManifest("null\n"));
}

} // namespace

} // namespace entracte
