#include "app/repository/Records.h"

#include <gtest/gtest.h>

namespace entracte::repository {
namespace {

Index someIndex() {
    PackIndex pack;
    pack.bytes = 1000;
    pack.chunks = {{{std::byte{1}}, 12, 100, 5000}, {{std::byte{2}}, 112, 60, 20}};
    return {{pack}};
}

TEST(RecordsTest, everyRecordComesBackAsItWas) {
    EXPECT_EQ(parseIndex(formatIndex(someIndex())).value(), someIndex());
    Manifest manifest;
    manifest.session = "work";
    manifest.host = "office";
    manifest.takenUnixMs = -5;
    manifest.suspended = true;
    manifest.streamBytes = 1 << 20;
    manifest.recipeBytes = 64;
    manifest.recipe = {{std::byte{3}}};
    EXPECT_EQ(parseManifest(formatManifest(manifest)).value(), manifest);
    const Mark mark{17, {"packs/ab/cd", "indexes/ef"}};
    EXPECT_EQ(parseMark(formatMark(mark)).value(), mark);
    LeaseRecord lease;
    lease.epoch = 9;
    lease.user = "me";
    EXPECT_EQ(parseLease(formatLease(lease)).value(), lease);
}

TEST(RecordsTest, whatIsCutOrFollowedByMoreIsRefused) {
    const ByteBuffer whole = formatIndex(someIndex());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parseIndex(ByteView(whole).first(size))) << size;
    ByteBuffer more = whole;
    more.push_back(std::byte{0});
    EXPECT_FALSE(parseIndex(more));
}

TEST(RecordsTest, recordsOutsideTheirPackOrOverEachOtherAreRefused) {
    auto outside = someIndex();
    outside.packs[0].bytes = 150;
    EXPECT_FALSE(parseIndex(formatIndex(outside)));
    auto over = someIndex();
    over.packs[0].chunks[1].offset = 111;
    EXPECT_FALSE(parseIndex(formatIndex(over)));
    auto wraps = someIndex();
    wraps.packs[0].chunks[1] = {{}, 0xffffff00, 0x200, 20};
    EXPECT_FALSE(parseIndex(formatIndex(wraps)));
    auto inHead = someIndex();
    inHead.packs[0].chunks[0].offset = 0;
    EXPECT_FALSE(parseIndex(formatIndex(inHead)));
    auto large = someIndex();
    large.packs[0].chunks[0].length = kMaxChunk + 1;
    EXPECT_FALSE(parseIndex(formatIndex(large)));
    auto pack = someIndex();
    pack.packs[0].bytes = kMaxPack + 1;
    EXPECT_FALSE(parseIndex(formatIndex(pack)));
}

TEST(RecordsTest, countsThatNoBytesCoverReserveNothing) {
    ByteWriter out;
    out.number(UINT64_MAX);
    EXPECT_FALSE(parseIndex(out.bytes()));
    Manifest manifest;
    manifest.recipeBytes = std::uint64_t{1} << 40;
    EXPECT_FALSE(parseManifest(formatManifest(manifest)));
    manifest.recipeBytes = 33;
    EXPECT_FALSE(parseManifest(formatManifest(manifest)));
    manifest.recipeBytes = 2 * kMaxChunk; // which one chunk cannot hold
    manifest.recipe = {{}};
    EXPECT_FALSE(parseManifest(formatManifest(manifest)));
}

TEST(RecordsTest, marksNameNothingOutsideTheRepository) {
    for (const char* path :
         {"../key", "packs/../../x", "/etc/passwd", "packs//x", "a\nb", "", "packs/"})
        EXPECT_FALSE(parseMark(formatMark({0, {path}}))) << path;
    EXPECT_TRUE(parseMark(formatMark({0, {"packs/ab/abcd.part-12"}})));
}

TEST(NamesTest, onlyThePathsThatWeGiveAreNames) {
    const ObjectName name = nameOf({});
    const std::string path = pathOf(Kind::Pack, name);
    EXPECT_EQ(nameIn(Kind::Pack, path), name);
    EXPECT_EQ(nameIn(Kind::Index, path), std::nullopt);
    EXPECT_EQ(nameIn(Kind::Pack, "packs/00/" + hex(name.hash)), std::nullopt);
    EXPECT_EQ(nameIn(Kind::Pack, path + "0"), std::nullopt);
    EXPECT_EQ(hex(name.hash), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

class SealerTest : public testing::Test {
protected:
    static Keys keys() {
        static const SecretKey master = randomKey();
        return VaultKeys::make(kClearVault, true, master).value();
    }
    Sealer m_sealer{keys()};
    const ByteBuffer m_content = ByteBuffer(5000, std::byte{7});
};

TEST_F(SealerTest, aChunkOpensUnderItsNameOnly) {
    const ChunkId id = m_sealer.idOf(m_content);
    const ByteBuffer record = m_sealer.sealChunk(id, m_content).value();
    EXPECT_EQ(m_sealer.openChunk(id, 5000, record).value(), m_content);
    EXPECT_FALSE(m_sealer.openChunk(m_sealer.idOf({}), 5000, record));
    EXPECT_FALSE(m_sealer.openChunk(id, 4999, record));
    EXPECT_FALSE(m_sealer.openChunk(id, UINT32_MAX, record));
    for (std::size_t at = 0; at < record.size(); ++at) {
        ByteBuffer altered = record;
        altered[at] ^= std::byte{1};
        EXPECT_FALSE(m_sealer.openChunk(id, 5000, altered)) << at;
    }
}

TEST_F(SealerTest, whoHasTheKeyStillCannotMakeAChunkOfAnotherName) {
    const ChunkId id = m_sealer.idOf(m_content);
    const ByteBuffer other(5000, std::byte{8});
    EXPECT_FALSE(m_sealer.openChunk(id, 5000, m_sealer.sealChunk(id, other).value()));
}

TEST_F(SealerTest, anObjectIsOfItsKindAndLength) {
    const ByteBuffer file = m_sealer.sealObject(ObjectKind::Mark, m_content).value();
    EXPECT_EQ(m_sealer.openObject(ObjectKind::Mark, file).value(), m_content);
    EXPECT_FALSE(m_sealer.openObject(ObjectKind::Index, file));
    ByteBuffer bomb = file;
    for (std::size_t i = 12; i < 16; ++i)
        bomb[i] = std::byte{0xff};
    EXPECT_FALSE(m_sealer.openObject(ObjectKind::Mark, bomb));
    ByteBuffer newer = file;
    newer[8] = std::byte{2};
    EXPECT_EQ(m_sealer.openObject(ObjectKind::Mark, newer).error().code(), ErrorCode::HostMismatch);
    EXPECT_FALSE(m_sealer.openObject(ObjectKind::Mark, {}));
}

} // namespace
} // namespace entracte::repository
