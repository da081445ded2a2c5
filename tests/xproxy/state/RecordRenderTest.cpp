// RENDER's pictures and glyphs.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

namespace render = wire::render;
namespace CP = wire::render::CP;

class RecordRenderTest : public RecordFixture {
protected:
    static constexpr std::uint32_t P = kOnes | 1, M = kOnes | 2, X = kOnes | 3, Y = kOnes | 4,
                                   S = kOnes | 5, T = kOnes | 6;
    static constexpr std::uint32_t kFormat = 0x25, kAlpha8 = 0x26;
    RecordRenderTest() {
        record.pictFormats[kFormat] = {24};
        record.pictFormats[kAlpha8] = {8};
        createPixmap(kOne, P);
        createPixmap(kOne, M, 1);
        words(kOne, Ext::Render, render::kCreatePicture, {X, P, kFormat, 0});
    }
    std::shared_ptr<Picture> picture(std::uint32_t id) const {
        return record.find<Picture>(ClientXid{id});
    }
    std::shared_ptr<GlyphSet> glyphs(std::uint32_t id) const {
        return record.find<GlyphSet>(ClientXid{id});
    }
    // Glyphs of 2 x 2 pixels of 8 bits: rows padded to words.
    void addGlyphs(std::uint32_t set, std::initializer_list<std::uint32_t> ids,
                   std::size_t imageWords, std::uint32_t count = 0) {
        auto b = extension(render::kAddGlyphs);
        b.u32(set).u32(count ? count : static_cast<std::uint32_t>(ids.size()));
        for (const std::uint32_t id : ids)
            b.u32(id);
        for (std::size_t i = 0; i < ids.size(); ++i)
            b.u16(2).u16(2).u16(0xffff).u16(1).u16(3).u16(0);
        for (std::size_t i = 0; i < imageWords; ++i)
            b.u8(static_cast<std::uint8_t>(i)).u8(9).pad(2);
        send(kOne, Ext::Render, b);
    }
};
INSTANTIATE_BOTH_ORDERS(RecordRenderTest);

TEST_P(RecordRenderTest, keepsAttributes) {
    words(kOne, Ext::Render, render::kCreatePicture,
          {Y, P, kFormat, CP::Repeat | CP::GraphicsExposure, 1, 0});
    EXPECT_EQ(picture(Y)->drawable, ClientXid{P});
    EXPECT_EQ(picture(Y)->pixmap, pixmap(P));
    EXPECT_EQ(picture(Y)->format, kFormat);
    EXPECT_EQ(picture(Y)->values.at(CP::Repeat), 1u);
    words(kOne, Ext::Render, render::kChangePicture,
          {X, CP::Repeat | CP::AlphaMap | CP::ClipMask, 2, Y, M});
    EXPECT_EQ(picture(X)->values.at(CP::Repeat), 2u);
    const std::weak_ptr<Picture> map = picture(X)->alphaMap;
    EXPECT_EQ(map.lock(), picture(Y));
    EXPECT_EQ(picture(X)->clipMask, pixmap(M));
    words(kOne, Ext::Render, render::kChangePicture, {X, CP::AlphaMap, 0});
    EXPECT_FALSE(std::weak_ptr<Picture>(picture(X)->alphaMap).lock());
    words(kOne, Ext::Render, render::kFreePicture, {X});
    EXPECT_FALSE(picture(X));
}

TEST_P(RecordRenderTest, clipRectanglesAndClipMaskReplaceEachOther) {
    words(kOne, Ext::Render, render::kChangePicture, {X, CP::ClipMask, M});
    words(kOne, Ext::Render, render::kSetPictureClipRectangles, {X, 0, 0x10002, 0x30004});
    EXPECT_FALSE(picture(X)->clipMask);
    EXPECT_FALSE(picture(X)->values.has(CP::ClipMask));
    EXPECT_EQ(picture(X)->clip.client, kOne);
    EXPECT_EQ(picture(X)->clip.request.size(), 20u);
    words(kOne, Ext::Render, render::kChangePicture, {X, CP::ClipMask, 0});
    EXPECT_TRUE(picture(X)->clip.request.empty());
}

TEST_P(RecordRenderTest, aClipRegionReplacesTheClipMaskToo) {
    words(kOne, Ext::Render, render::kChangePicture, {X, CP::ClipMask, M});
    words(kOne, Ext::XFixes, wire::xfixes::kSetPictureClipRegion, {X, 0, 0});
    EXPECT_FALSE(picture(X)->clipMask);
    EXPECT_FALSE(picture(X)->values.has(CP::ClipMask));
}

TEST_P(RecordRenderTest, theLatestTransformAndFilterHold) {
    words(kOne, Ext::Render, render::kSetPictureTransform, {X, 1, 0, 0, 0, 1, 0, 0, 0, 1});
    words(kTwo, Ext::Render, render::kSetPictureTransform, {X, 2, 0, 0, 0, 2, 0, 0, 0, 1});
    EXPECT_EQ(picture(X)->transform.client, kTwo);
    EXPECT_EQ(MessageView(picture(X)->transform.request, order).u32(8), 2u);
}

TEST_P(RecordRenderTest, sourcesAreKeptAsTheyWereMade) {
    words(kOne, Ext::Render, render::kCreateSolidFill, {Y, 0x1234, 0x5678});
    EXPECT_EQ(picture(Y)->drawable, ClientXid::None);
    EXPECT_EQ(picture(Y)->sourceRequest.size(), 16u);
}

TEST_P(RecordRenderTest, picturesGoWithTheirWindow) {
    createWindow(kOne, S);
    words(kOne, Ext::Render, render::kCreatePicture, {Y, S, kFormat, 0});
    words(kOne, wire::core::kDestroyWindow, 0, {S});
    EXPECT_FALSE(picture(Y));
    EXPECT_TRUE(picture(X));
}

TEST_P(RecordRenderTest, drawingThroughAPictureMakesPixelsOutOfDate) {
    const auto draws = [&](std::uint8_t opcode, std::initializer_list<std::uint32_t> values) {
        pixmap(P)->dirty = false;
        words(kOne, Ext::Render, opcode, values);
        return pixmap(P)->dirty;
    };
    EXPECT_TRUE(draws(render::kComposite, {3, 0, 0, X, 0, 0, 0, 0}));
    EXPECT_FALSE(draws(render::kComposite, {3, X, 0, 0, 0, 0, 0, 0})) << "the source";
    EXPECT_TRUE(draws(render::kFillRectangles, {1, X, 0, 0, 0, 0}));
    EXPECT_TRUE(draws(render::kTrapezoids, {3, 0, X, 0, 0}));
    EXPECT_TRUE(draws(render::kCompositeGlyphs8, {3, 0, X, 0, S, 0}));
}

// cairo and Xft make a picture, free the pixmap, and draw.
TEST_P(RecordRenderTest, aFreedPixmapIsStillDrawnToThroughItsPicture) {
    const PixmapRef kept = pixmap(P);
    words(kOne, wire::core::kFreePixmap, 0, {P});
    kept->dirty = false;
    words(kOne, Ext::Render, render::kFillRectangles, {1, X, 0, 0, 0, 0});
    EXPECT_TRUE(kept->dirty);
    createPixmap(kOne, P); // another one under the same id
    kept->dirty = pixmap(P)->dirty = false;
    words(kOne, Ext::Render, render::kFillRectangles, {1, X, 0, 0, 0, 0});
    EXPECT_TRUE(kept->dirty);
    EXPECT_FALSE(pixmap(P)->dirty);
}

TEST_P(RecordRenderTest, aPictureThatIsItsOwnAlphaMapIsLetGo) {
    const std::weak_ptr<Picture> watched = picture(X);
    words(kOne, Ext::Render, render::kChangePicture, {X, CP::AlphaMap, X});
    words(kOne, Ext::Render, render::kFreePicture, {X});
    EXPECT_TRUE(watched.expired());
}

TEST_P(RecordRenderTest, addsReplacesAndFreesGlyphs) {
    words(kOne, Ext::Render, render::kCreateGlyphSet, {S, kAlpha8});
    addGlyphs(S, {65, 66}, 4);
    ASSERT_EQ(glyphs(S)->store->glyphs.size(), 2u);
    const Glyph& glyph = glyphs(S)->store->glyphs.at(66);
    EXPECT_EQ(glyph.info, (std::array<std::uint16_t, 6>{2, 2, 0xffff, 1, 3, 0}));
    ASSERT_EQ(glyph.image.size(), 8u);
    EXPECT_EQ(glyph.image[0], std::byte{2}) << "the second image";
    addGlyphs(S, {66}, 2);
    EXPECT_EQ(glyphs(S)->store->glyphs.at(66).image[0], std::byte{0});
    words(kOne, Ext::Render, render::kFreeGlyphs, {S, 65, 99});
    EXPECT_EQ(glyphs(S)->store->glyphs.size(), 1u);
}

TEST_P(RecordRenderTest, referencedSetsShareTheirGlyphs) {
    words(kOne, Ext::Render, render::kCreateGlyphSet, {S, kAlpha8});
    words(kTwo, Ext::Render, render::kReferenceGlyphSet, {kTwos | 1, S});
    addGlyphs(S, {65}, 2);
    ASSERT_TRUE(glyphs(kTwos | 1));
    EXPECT_EQ(glyphs(kTwos | 1)->store->glyphs.size(), 1u);
    words(kOne, Ext::Render, render::kFreeGlyphSet, {S});
    EXPECT_FALSE(glyphs(S));
    EXPECT_EQ(glyphs(kTwos | 1)->store->glyphs.size(), 1u);
}

TEST_P(RecordRenderTest, glyphsWhoseLengthsLieAreNotAddedAtAll) {
    words(kOne, Ext::Render, render::kCreateGlyphSet, {S, kAlpha8});
    addGlyphs(S, {65, 66}, 3); // half of the second image is missing
    EXPECT_TRUE(glyphs(S)->store->glyphs.empty());
    addGlyphs(S, {65}, 2, 0xffffffff);
    addGlyphs(S, {65}, 2, 1u << 20);
    EXPECT_TRUE(glyphs(S)->store->glyphs.empty());
}

TEST_P(RecordRenderTest, takesThePixelsOfACursorAtOnce) {
    words(kOne, Ext::Render, render::kCreateCursor,
          {S, X, order == ByteOrder::Little ? 0x20001u : 0x10002u});
    words(kOne, Ext::Render, render::kCreateAnimCursor, {T, S, 100, S, 50, kTwos | 9, 1});
    const auto still = record.find<Cursor>(ClientXid{S});
    ASSERT_TRUE(still);
    EXPECT_EQ(std::get<PictureCursor>(still->source).x, 1);
    EXPECT_EQ(std::get<PictureCursor>(still->source).y, 2);
    const auto moving = record.find<Cursor>(ClientXid{T});
    ASSERT_TRUE(moving);
    const auto& frames = std::get<AnimatedCursor>(moving->source).frames;
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[1].cursor, still);
    EXPECT_EQ(frames[1].delay, 50u);
}

} // namespace
} // namespace entracte::xproxy
