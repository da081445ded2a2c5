// Graphics contexts, pixmaps, fonts, cursors, shared memory.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

namespace GC = wire::core::GC;
namespace CW = wire::core::CW;

class RecordGraphicsTest : public RecordFixture {
protected:
    static constexpr std::uint32_t P = kOnes | 1, Q = kOnes | 2, G = kOnes | 3, H = kOnes | 4,
                                   F = kOnes | 5, W = kOnes | 6, K = kOnes | 7;
    RecordGraphicsTest() {
        createPixmap(kOne, P);
        words(kOne, wire::core::kCreateGC, 0, {G, P, 0});
    }
    std::shared_ptr<GContext> gc(std::uint32_t id) const {
        return record.find<GContext>(ClientXid{id});
    }
    void setDashes(std::uint16_t offset, std::initializer_list<std::uint8_t> dashes) {
        auto b = core(wire::core::kSetDashes);
        b.u32(G).u16(offset).u16(static_cast<std::uint16_t>(dashes.size()));
        for (const std::uint8_t dash : dashes)
            b.u8(dash);
        send(kOne, b);
    }
    void setClip(std::uint16_t x, std::initializer_list<std::uint16_t> numbers) {
        auto b = core(wire::core::kSetClipRectangles, 3);
        b.u32(G).u16(x).u16(8);
        for (const std::uint16_t number : numbers)
            b.u16(number);
        send(kOne, b);
    }
    void openFont(std::string_view name) {
        auto b = core(wire::core::kOpenFont);
        b.u32(F).u16(static_cast<std::uint16_t>(name.size())).pad(2).bytes(bytesOf(name));
        send(kOne, b);
    }
    RequestEffects freePixmap(std::uint32_t id) {
        return words(kOne, wire::core::kFreePixmap, 0, {id});
    }
    void clean(std::uint32_t id) { pixmap(id)->dirty = false; }
};
INSTANTIATE_BOTH_ORDERS(RecordGraphicsTest);

TEST_P(RecordGraphicsTest, keepsComponents) {
    openFont("fixed");
    createPixmap(kOne, Q, 1);
    EXPECT_EQ(gc(G)->depth, 24);
    words(kOne, wire::core::kChangeGC, 0,
          {G, GC::Foreground | GC::Tile | GC::Font | GC::ClipMask, 0xff0000, P, F, Q});
    EXPECT_EQ(gc(G)->values.at(GC::Foreground), 0xff0000u);
    EXPECT_EQ(gc(G)->tile, pixmap(P));
    EXPECT_EQ(gc(G)->clipMask, pixmap(Q));
    ASSERT_TRUE(gc(G)->font);
    EXPECT_EQ(gc(G)->font->name, "fixed");
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Foreground | GC::ClipMask, 1, 0});
    EXPECT_EQ(gc(G)->values.at(GC::Foreground), 1u);
    EXPECT_FALSE(gc(G)->clipMask);
    EXPECT_TRUE(gc(G)->tile) << "what is not named stays";
    words(kOne, wire::core::kFreeGC, 0, {G});
    EXPECT_FALSE(gc(G));
}

TEST_P(RecordGraphicsTest, clipRectanglesAndClipMaskReplaceEachOther) {
    createPixmap(kOne, Q, 1);
    words(kOne, wire::core::kChangeGC, 0, {G, GC::ClipMask, Q});
    setClip(0xffff, {1, 2, 300, 400});
    EXPECT_FALSE(gc(G)->clipMask);
    EXPECT_FALSE(gc(G)->values.has(GC::ClipMask));
    ASSERT_TRUE(gc(G)->clip);
    EXPECT_EQ(gc(G)->clip->ordering, 3);
    EXPECT_EQ(gc(G)->clip->x, -1);
    EXPECT_EQ(gc(G)->clip->y, 8);
    const MessageView data(gc(G)->clip->data, wire::kHostOrder);
    EXPECT_EQ(data.size(), 8u);
    EXPECT_EQ(data.u16(4), 300);
    EXPECT_EQ(data.u16(6), 400);
    setClip(0, {}); // no rectangle: everything is clipped
    ASSERT_TRUE(gc(G)->clip);
    EXPECT_TRUE(gc(G)->clip->data.empty());
    words(kOne, wire::core::kChangeGC, 0, {G, GC::ClipMask, 0});
    EXPECT_FALSE(gc(G)->clip);
}

TEST_P(RecordGraphicsTest, dashesAndTheirOffsetAreTwoThings) {
    setDashes(7, {4, 2, 1});
    const Bytes dashes = {std::byte{4}, std::byte{2}, std::byte{1}};
    EXPECT_EQ(gc(G)->dashes, dashes);
    EXPECT_EQ(gc(G)->dashOffset, 7);
    words(kOne, wire::core::kChangeGC, 0, {G, GC::LineWidth, 3});
    EXPECT_EQ(gc(G)->dashes, dashes);
    words(kOne, wire::core::kChangeGC, 0, {G, GC::DashOffset, 5});
    EXPECT_EQ(gc(G)->dashes, dashes) << "only the offset was changed";
    words(kOne, wire::core::kChangeGC, 0, {G, GC::DashList, 6});
    EXPECT_TRUE(gc(G)->dashes.empty()) << "a single number in place of the list";
    EXPECT_EQ(gc(G)->values.at(GC::DashList), 6u);
}

TEST_P(RecordGraphicsTest, copiesWhatTheMaskSays) {
    createPixmap(kOne, Q, 1);
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Foreground | GC::Background | GC::Tile, 1, 2, P});
    setClip(0, {1, 2, 3, 4});
    setDashes(7, {4, 2});
    words(kOne, wire::core::kCreateGC, 0, {H, P, GC::Foreground | GC::LineWidth, 9, 8});
    words(kOne, wire::core::kCopyGC, 0,
          {G, H, GC::Background | GC::LineWidth | GC::Tile | GC::ClipMask | GC::DashList});
    EXPECT_EQ(gc(H)->values.at(GC::Foreground), 9u);
    EXPECT_EQ(gc(H)->values.at(GC::Background), 2u);
    EXPECT_FALSE(gc(H)->values.has(GC::LineWidth)) << "the source has the default";
    EXPECT_EQ(gc(H)->tile, pixmap(P));
    ASSERT_TRUE(gc(H)->clip);
    EXPECT_EQ(gc(H)->clip->data.size(), 8u);
    EXPECT_EQ(gc(H)->dashes.size(), 2u);
}

TEST_P(RecordGraphicsTest, aFreedPixmapLivesOnWhileItIsUsed) {
    EXPECT_FALSE(freePixmap(P).withhold) << "nothing uses it";
    EXPECT_FALSE(pixmap(P));
    createPixmap(kOne, P);
    createWindow(kOne, W, kRoot, CW::BackPixmap, {P});
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Tile, P});
    EXPECT_TRUE(freePixmap(P).withhold);
    EXPECT_FALSE(pixmap(P)) << "programs do not know it any more";
    EXPECT_EQ(record.freedPixmaps().size(), 1u);
    EXPECT_TRUE(window(W)->background);
    EXPECT_TRUE(record.takeUnusedPixmaps().empty());
    words(kOne, wire::core::kChangeWindowAttributes, 0, {W, CW::BackPixel, 0});
    EXPECT_TRUE(record.takeUnusedPixmaps().empty()) << "the graphics context still does";
    words(kOne, wire::core::kFreeGC, 0, {G});
    const auto unused = record.takeUnusedPixmaps();
    ASSERT_EQ(unused.size(), 1u);
    EXPECT_EQ(unused[0]->id, ClientXid{P});
    EXPECT_TRUE(record.freedPixmaps().empty());
}

TEST_P(RecordGraphicsTest, idsOfPixmapsThatLiveOnAreNotOffered) {
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Tile, P});
    freePixmap(P);
    const XidRange small{kOnes, 0x7};
    for (const ClientXid id : record.unusedIds(small, 100))
        EXPECT_TRUE(id != ClientXid{P} && id != ClientXid{G} && small.contains(raw(id)));
    const auto [start, count] = record.longestUnusedRun(small);
    EXPECT_EQ(start, ClientXid{kOnes | 4});
    EXPECT_EQ(count, 4u);
}

TEST_P(RecordGraphicsTest, aFreedPixmapMakesRoomForWhatGetsItsId) {
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Tile, P});
    const auto tile = record.find<GContext>(ClientXid{G})->tile;
    freePixmap(P);
    const auto effects = createWindow(kOne, P, kOnes | 0xfff); // an error: there is no such parent
    EXPECT_EQ(effects.givenWay.freed, ClientXid{P});
    EXPECT_EQ(effects.givenWay.unused, tile->id);
    EXPECT_NE(tile->id, ClientXid{P});
    EXPECT_TRUE(tile->withheld) << "its pixels can still be asked for";
    EXPECT_FALSE(record.holds(ClientXid{P}));
    EXPECT_TRUE(record.holds(tile->id));
}

TEST_P(RecordGraphicsTest, textChangesTheFontOnlyWhereItCanBeDrawn) {
    auto open = core(wire::core::kOpenFont);
    open.u32(F).u16(5).pad(2).bytes(bytesOf("fixed"));
    send(kOne, open);
    createPixmap(kOne, Q, 1);
    const auto text = [&](std::uint32_t drawable) {
        auto request = core(wire::core::kPolyText8);
        request.u32(drawable).u32(G).u16(1).u16(2).u8(255);
        for (const int shift : {24, 16, 8, 0})
            request.u8(static_cast<std::uint8_t>(F >> shift));
        request.pad(3);
        send(kOne, request);
    };
    const auto gc = record.find<GContext>(ClientXid{G});
    text(Q);
    EXPECT_FALSE(gc->font) << "of another depth";
    text(kOnes | 0xfff);
    EXPECT_FALSE(gc->font) << "there is none";
    text(P);
    EXPECT_TRUE(gc->font);
}

TEST_P(RecordGraphicsTest, drawingMakesPixelsOutOfDate) {
    createPixmap(kOne, Q);
    clean(P), clean(Q);
    words(kOne, wire::core::kCopyArea, 0, {P, Q, G, 0, 0, 0});
    EXPECT_FALSE(pixmap(P)->dirty) << "the source";
    EXPECT_TRUE(pixmap(Q)->dirty);
    for (const std::uint8_t opcode : {wire::core::kPolyFillRectangle, wire::core::kPutImage,
                                      wire::core::kPolyText8, wire::core::kImageText16}) {
        clean(P);
        words(kOne, opcode, 0, {P, G, 0, 0});
        EXPECT_TRUE(pixmap(P)->dirty) << int{opcode};
    }
    clean(P);
    words(kOne, wire::core::kGetImage, 2, {P, 0, 0, 0});
    EXPECT_FALSE(pixmap(P)->dirty) << "only read";
}

TEST_P(RecordGraphicsTest, takesTheBitmapsOfACursorAtOnce) {
    createPixmap(kOne, Q, 1, 16, 16);
    auto b = core(wire::core::kCreateCursor);
    b.u32(K).u32(Q).u32(Q).u16(1).u16(2).u16(3).u16(4).u16(5).u16(6).u16(7).u16(8);
    const auto effects = send(kOne, b);
    ASSERT_EQ(effects.captures.size(), 2u);
    EXPECT_EQ(effects.captures[0].drawable, ClientXid{Q});
    EXPECT_EQ(effects.captures[0].width, 16);
    const auto cursor = record.find<Cursor>(ClientXid{K});
    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->colors, (std::array<std::uint16_t, 6>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(std::get<BitmapCursor>(cursor->source).x, 7);
    createWindow(kOne, W, kRoot, CW::Cursor, {K});
    words(kOne, wire::core::kFreeCursor, 0, {K});
    EXPECT_EQ(window(W)->cursor, cursor) << "a window keeps it";
    EXPECT_FALSE(cursor->named);
}

TEST_P(RecordGraphicsTest, glyphCursorsKeepTheirFont) {
    openFont("cursor");
    auto b = core(wire::core::kCreateGlyphCursor);
    b.u32(K).u32(F).u32(F).u16(68).u16(69).u16(0).u16(0).u16(0).u16(9).u16(9).u16(9);
    send(kOne, b);
    words(kOne, wire::core::kCloseFont, 0, {F});
    const auto source = std::get<GlyphCursor>(record.find<Cursor>(ClientXid{K})->source);
    ASSERT_TRUE(source.source && source.mask);
    EXPECT_EQ(source.source->name, "cursor");
    EXPECT_EQ(source.maskChar, 69);
}

TEST_P(RecordGraphicsTest, pixmapsInSharedMemory) {
    constexpr std::uint32_t kSegment = kOnes | 8;
    words(kOne, Ext::Shm, wire::shm::kAttach, {kSegment, 77, 0});
    auto b = extension(wire::shm::kCreatePixmap);
    b.u32(Q).u32(kRoot).u16(30).u16(40).u8(24).pad(3).u32(kSegment).u32(4096);
    send(kOne, Ext::Shm, b);
    words(kOne, Ext::Shm, wire::shm::kDetach, {kSegment});
    ASSERT_TRUE(pixmap(Q));
    EXPECT_FALSE(pixmap(Q)->hasOwnPixels());
    ASSERT_TRUE(pixmap(Q)->segment) << "the server keeps it mapped";
    EXPECT_EQ(pixmap(Q)->segment->shmid, 77);
    EXPECT_EQ(pixmap(Q)->segmentOffset, 4096u);
}

TEST_P(RecordGraphicsTest, allGoesWithTheConnection) {
    openFont("fixed");
    words(kOne, wire::core::kChangeGC, 0, {G, GC::Tile, P});
    freePixmap(P);
    createPixmap(kTwo, kTwos | 1);
    record.clientGone(kOne);
    EXPECT_TRUE(record.all<GContext>().empty());
    EXPECT_TRUE(record.all<Font>().empty());
    EXPECT_TRUE(record.freedPixmaps().empty());
    EXPECT_TRUE(pixmap(kTwos | 1));
}

} // namespace
} // namespace entracte::xproxy
