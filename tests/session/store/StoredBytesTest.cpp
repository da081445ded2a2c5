// The readers of stored bytes: what was written comes back, and nothing else is believed.

#include "session/store/ChunkCodec.h"
#include "session/store/Recipe.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace entracte::test {

namespace {

std::shared_ptr<const VaultKeys> someKeys(bool sealed) {
    auto keys = VaultKeys::make(sealed ? 1 : 0, sealed, randomKey());
    EXPECT_TRUE(keys);
    return *keys;
}

Recipe someRecipe() {
    Recipe recipe;
    recipe.record.info.id = "00000000000000bb";
    recipe.record.info.comment = "Grüße";
    recipe.record.restore = {{"answer", 42}};
    recipe.chunks.resize(3);
    for (std::size_t i = 0; i < recipe.chunks.size(); ++i)
        recipe.chunks[i].fill(static_cast<std::byte>(i + 1));
    recipe.images = {300, {1, 0, 1}};
    recipe.pages.push_back({"pages-1.img", 40 * kPageSize, {{2, 3, 5}, {kZeros, 0, 35}}});
    return recipe;
}

template <typename Parse>
void expectEveryFlipRefused(const ByteBuffer& good, Parse parse) {
    for (std::size_t at = 0; at < good.size(); ++at) {
        ByteBuffer bad = good;
        bad[at] ^= std::byte{0x20};
        EXPECT_FALSE(parse(bad)) << "byte " << at;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse(ByteBuffer(good.begin(), good.begin() + static_cast<long>(size))));
}

TEST(StoredBytesTest, headersComeBackAndAreRefusedWithAnyBitFlipped) {
    const ByteBuffer pack = formatPackHeader({42, 7});
    ASSERT_EQ(pack.size(), kPackHeaderSize);
    EXPECT_EQ(parsePackHeader(pack)->id, 42u);
    EXPECT_EQ(parsePackHeader(pack)->vault, 7u);
    expectEveryFlipRefused(pack, parsePackHeader);
    RecordHeader header{ChunkKind::Pages, true, 2, 500, 2 * kPageSize, {}};
    const ByteBuffer record = formatRecordHeader(header);
    ASSERT_EQ(record.size(), kRecordHeaderSize);
    EXPECT_EQ(parseRecordHeader(record)->bodyBytes, 500u);
    expectEveryFlipRefused(record, parseRecordHeader);
    header.contentBytes = 4 * kPageSize; // other pages than it says
    EXPECT_FALSE(parseRecordHeader(formatRecordHeader(header)));
}

TEST(StoredBytesTest, manifestsComeBack) {
    const Recipe recipe = someRecipe();
    const ByteBuffer bytes = formatRecipe(recipe);
    const auto read = parseRecipe(bytes);
    ASSERT_TRUE(read) << read.error().forLog();
    EXPECT_EQ(read->record.info.comment, "Grüße");
    EXPECT_EQ(read->images.chunks, recipe.images.chunks);
    EXPECT_EQ(read->pages[0].runs[0].first, 3u);
    EXPECT_EQ(formatRecipe(*read), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(parseRecipe(ByteView(bytes).first(size)));
}

TEST(StoredBytesTest, manifestsThatLeadElsewhereAreRefused) {
    Recipe recipe = someRecipe();
    recipe.pages[0].name = "../pages-1.img";
    EXPECT_FALSE(parseRecipe(formatRecipe(recipe)));
    recipe = someRecipe();
    recipe.pages[0].runs[0] = {2, 30, 5}; // beyond the end of the chunk
    EXPECT_FALSE(parseRecipe(formatRecipe(recipe)));
    recipe = someRecipe();
    recipe.images.chunks.push_back(3); // there is none
    EXPECT_FALSE(parseRecipe(formatRecipe(recipe)));
    recipe = someRecipe();
    recipe.images.bytes = ~std::uint64_t{0}; // more than anybody has
    EXPECT_FALSE(parseRecipe(formatRecipe(recipe)));
    recipe = someRecipe();
    recipe.pages[0].bytes += kPageSize;
    EXPECT_FALSE(parseRecipe(formatRecipe(recipe)));
}

TEST(StoredBytesTest, chunksComeBackSealedOrNot) {
    ByteBuffer content(2 * kPageSize, std::byte{'x'});
    const std::vector<std::uint64_t> prints{1, 2};
    for (const bool sealed : {false, true}) {
        const auto keys = someKeys(sealed);
        ChunkCodec codec(keys);
        const auto chunk = codec.encode(ChunkKind::Pages, content, prints);
        ASSERT_TRUE(chunk);
        ByteBuffer read;
        ASSERT_TRUE(codec.decode(chunk->header, chunk->body, read));
        EXPECT_EQ(read, content);
        EXPECT_EQ(*codec.printsOf(chunk->header, chunk->body), prints);
        expectEveryFlipRefused(chunk->body, [&](const ByteBuffer& bad) {
            return codec.verify(chunk->header, bad).has_value();
        });
        EXPECT_FALSE(ChunkCodec(someKeys(sealed)).verify(chunk->header, chunk->body))
            << "with another key";
    }
}

TEST(StoredBytesTest, masterKeysOpenWithTheirSecretAlone) {
    const SecretKey master = randomKey();
    const std::string key(32, 'k');
    for (const Secret& secret :
         {Secret{Secret::Kind::Passphrase, "correct horse"}, Secret{Secret::Kind::Key, key}}) {
        const auto wrapped = wrapKey(master, secret);
        ASSERT_TRUE(wrapped) << wrapped.error().forLog();
        const auto opened = unwrapKey(*wrapped, secret);
        ASSERT_TRUE(opened) << opened.error().forLog();
        EXPECT_TRUE(std::equal(master.data(), master.data() + SecretKey::kSize, opened->data()));
        const std::string other(32, 'o');
        EXPECT_EQ(unwrapKey(*wrapped, {secret.kind, other}).error().code(),
                  ErrorCode::NotAuthorized);
        const ByteView plain = std::as_bytes(std::span(master.data(), SecretKey::kSize));
        EXPECT_TRUE(std::ranges::search(*wrapped, plain).empty());
    }
    EXPECT_FALSE(wrapKey(master, {Secret::Kind::Key, "short"}));
    EXPECT_EQ(unwrapKey({}, {}).error().code(), ErrorCode::SnapshotDamaged);
}

} // namespace

} // namespace entracte::test
