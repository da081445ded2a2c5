// DOUBLE-BUFFER's back buffers.

#include "tests/xproxy/state/RecordFixture.h"

#include <algorithm>

namespace entracte::xproxy {
namespace {

namespace dbe = wire::dbe;
namespace core_ = wire::core;

class RecordBackBuffersTest : public RecordFixture {
protected:
    static constexpr std::uint32_t W = kOnes | 1, B = kOnes | 2, C = kOnes | 3, G = kOnes | 4,
                                   P = kOnes | 5;
    RecordBackBuffersTest() {
        createWindow(kOne, W);
        words(kOne, Ext::DoubleBuffer, dbe::kAllocateBackBuffer, {W, B, 0});
    }
    std::shared_ptr<BackBuffer> buffer(std::uint32_t id) const {
        return record.find<BackBuffer>(ClientXid{id});
    }
};
INSTANTIATE_BOTH_ORDERS(RecordBackBuffersTest);

TEST_P(RecordBackBuffersTest, isOfItsWindowAndNoPixmap) {
    ASSERT_TRUE(buffer(B));
    EXPECT_EQ(buffer(B)->window, ClientXid{W});
    EXPECT_EQ(buffer(B)->pixels->depth, 24);
    EXPECT_EQ(buffer(B)->pixels->width, 300);
    words(kOne, core_::kCreateGC, 0, {G, B, core_::GC::Tile, B});
    const auto gc = record.find<GContext>(ClientXid{G});
    EXPECT_EQ(gc->depth, 24);
    EXPECT_FALSE(gc->tile) << "a tile has to be a pixmap";
}

TEST_P(RecordBackBuffersTest, drawingAndSwappingMakeItDirty) {
    ASSERT_FALSE(buffer(B)->pixels->dirty);
    words(kOne, core_::kPolyFillRectangle, 0, {B, G, 0, 0x00010001});
    EXPECT_TRUE(std::exchange(buffer(B)->pixels->dirty, false));
    words(kOne, Ext::DoubleBuffer, dbe::kSwapBuffers, {1, W, 0});
    EXPECT_TRUE(buffer(B)->pixels->dirty);
    EXPECT_TRUE(std::ranges::count(record.pixelHolders(), buffer(B)->pixels));
}

TEST_P(RecordBackBuffersTest, goesWithItsWindow) {
    words(kTwo, Ext::DoubleBuffer, dbe::kAllocateBackBuffer, {W, kTwos | 1, 0});
    ASSERT_TRUE(buffer(kTwos | 1));
    words(kOne, core_::kDestroyWindow, 0, {W});
    EXPECT_FALSE(buffer(B));
    EXPECT_FALSE(buffer(kTwos | 1));
    EXPECT_TRUE(record.pixelHolders().empty());
}

TEST_P(RecordBackBuffersTest, goesByItsOwnRequest) {
    words(kOne, Ext::DoubleBuffer, dbe::kAllocateBackBuffer, {W, C, 0});
    words(kOne, Ext::DoubleBuffer, dbe::kDeallocateBackBuffer, {B});
    EXPECT_FALSE(buffer(B));
    EXPECT_EQ(record.find<Window>(ClientXid{W})->backBuffers, std::vector{ClientXid{C}});
}

TEST_P(RecordBackBuffersTest, aPictureKeepsWhatWasInIt) {
    words(kOne, Ext::Render, wire::render::kCreatePicture, {P, B, 0x25, 0});
    const auto pixels = record.find<Picture>(ClientXid{P})->pixmap;
    ASSERT_EQ(pixels, buffer(B)->pixels);
    words(kOne, Ext::Render, wire::render::kFillRectangles, {1, P, 0, 0, 0, 0});
    EXPECT_TRUE(pixels->dirty);
    words(kOne, core_::kDestroyWindow, 0, {W});
    ASSERT_TRUE(record.find<Picture>(ClientXid{P}));
    EXPECT_FALSE(pixels->needsWindow());
    EXPECT_EQ(record.freedPixmaps(), std::vector{pixels});
}

TEST_P(RecordBackBuffersTest, thereIsNoneOfWhatIsNotShown) {
    createWindow(kOne, C, W, 0, {});
    record.find<Window>(ClientXid{C})->windowClass = 2; // InputOnly
    words(kOne, Ext::DoubleBuffer, dbe::kAllocateBackBuffer, {C, P, 0});
    EXPECT_FALSE(buffer(P));
    words(kOne, Ext::DoubleBuffer, dbe::kAllocateBackBuffer, {kOnes | 0x99, P, 0});
    EXPECT_FALSE(buffer(P));
}

} // namespace
} // namespace entracte::xproxy
