// Colormaps with cells: what was granted, stored and freed.

#include "tests/xproxy/state/RecordFixture.h"

#include <algorithm>

namespace entracte::xproxy {
namespace {

class RecordColormapsTest : public RecordFixture {
protected:
    static constexpr std::uint32_t M = kOnes | 1, N = kOnes | 2;
    static constexpr std::uint32_t kIndexed = 0x30, kDirect = 0x31, kTrue = 0x32;
    RecordColormapsTest() {
        record.cellVisuals[kIndexed] = ColorCells::indexed(256, 8, false);
        record.cellVisuals[kDirect] = ColorCells::direct(0xff0000, 0xff00, 0xff, 8);
        create(M, kIndexed);
    }
    void create(std::uint32_t id, std::uint32_t visual, std::uint8_t alloc = 0) {
        words(kOne, wire::core::kCreateColormap, alloc, {id, kRoot, visual});
    }
    void answer(ClientId client, MessageBuilder& request, MessageBuilder& reply) {
        const Bytes asked = request.finish();
        const Bytes answered = reply.finishReply();
        recorder.reply(client, Ext::Core, MessageView(asked, order), MessageView(answered, order));
    }
    void share(ClientId client, std::uint32_t map, std::uint32_t pixel, ColorCells::Rgb color) {
        namespace reply = wire::core::AllocColorReply;
        auto asked = core(wire::core::kAllocColor).u32(map).pad(8);
        auto told = MessageBuilder::reply(order, 0);
        told.set(reply::red, color[0]).set(reply::green, color[1]).set(reply::blue, color[2]);
        told.set(reply::pixel, pixel);
        answer(client, asked, told);
    }
    void own(ClientId client, std::uint32_t map, std::initializer_list<std::uint32_t> pixels,
             std::initializer_list<std::uint32_t> masks) {
        namespace reply = wire::core::AllocColorCellsReply;
        auto asked = core(wire::core::kAllocColorCells).u32(map).pad(4);
        auto told = MessageBuilder::reply(order, 0);
        told.set(reply::pixels_len, static_cast<std::uint16_t>(pixels.size()));
        told.set(reply::masks_len, static_cast<std::uint16_t>(masks.size()));
        for (const auto list : {pixels, masks})
            for (const std::uint32_t one : list)
                told.u32(one);
        answer(client, asked, told);
    }
    void store(ClientId client, std::uint32_t map, std::uint32_t pixel, ColorCells::Rgb color,
               std::uint8_t which = 7) {
        auto request = core(wire::core::kStoreColors).u32(map).u32(pixel);
        request.u16(color[0]).u16(color[1]).u16(color[2]).u8(which).u8(0);
        send(client, request);
    }
    void free(ClientId client, std::uint32_t map, std::uint32_t planes,
              std::initializer_list<std::uint32_t> pixels) {
        auto request = core(wire::core::kFreeColors).u32(map).u32(planes);
        for (const std::uint32_t pixel : pixels)
            request.u32(pixel);
        send(client, request);
    }
    const ColorCells::Cell& cell(std::uint32_t map, std::size_t at, std::size_t channel = 0) {
        return record.find<Colormap>(ClientXid{map})->cells->channel(channel)[at];
    }
    std::size_t inUse(std::uint32_t map, std::size_t channel = 0) {
        const auto& cells = record.find<Colormap>(ClientXid{map})->cells->channel(channel);
        return static_cast<std::size_t>(
            std::ranges::count_if(cells, [](const auto& one) { return !one.isFree(); }));
    }
};
INSTANTIATE_BOTH_ORDERS(RecordColormapsTest);

TEST_P(RecordColormapsTest, pixelsThatAreComputedAreNotKept) {
    create(N, kTrue);
    share(kOne, N, 0xff0000, {0xffff, 0, 0});
    EXPECT_FALSE(record.find<Colormap>(ClientXid{N})->cells);
}

TEST_P(RecordColormapsTest, aSharedCellIsFreeWhenEverybodyFreedIt) {
    EXPECT_TRUE(record.find<Colormap>(ClientXid{M})->cells->isUntouched());
    share(kOne, M, 5, {1, 2, 3});
    share(kOne, M, 5, {1, 2, 3});
    share(kTwo, M, 5, {1, 2, 3});
    store(kOne, M, 5, {9, 9, 9});
    EXPECT_EQ(cell(M, 5).color, (ColorCells::Rgb{1, 2, 3})) << "it is read-only";
    free(kTwo, M, 0, {5, 5});
    EXPECT_EQ(cell(M, 5).sharedBy.size(), 1u);
    free(kOne, M, 0, {5});
    EXPECT_FALSE(cell(M, 5).isFree());
    free(kOne, M, 0, {5});
    EXPECT_TRUE(cell(M, 5).isFree());
}

TEST_P(RecordColormapsTest, planesMultiplyPixels) {
    own(kOne, M, {0, 1}, {4, 8});
    EXPECT_EQ(inUse(M), 8u);
    EXPECT_TRUE(cell(M, 13).isPrivate);
    free(kTwo, M, 12, {0, 1});
    EXPECT_EQ(inUse(M), 8u) << "they are another program's";
    free(kOne, M, 8, {0, 1});
    EXPECT_EQ(inUse(M), 4u);
    free(kOne, M, ~0u, {0});
    EXPECT_EQ(inUse(M), 0u);
}

TEST_P(RecordColormapsTest, directColorHasCellsOfEachChannel) {
    create(N, kDirect);
    share(kOne, N, 0x010203, {1, 2, 3});
    share(kOne, N, 0x010405, {1, 4, 5});
    EXPECT_EQ(inUse(N, 0), 1u);
    EXPECT_EQ(inUse(N, 1), 2u);
    EXPECT_EQ(cell(N, 1, 0).sharedBy.at(kOne), 2u);
    own(kTwo, N, {0x202020}, {0x404000});
    store(kTwo, N, 0x606020, {7, 8, 9}, 3);
    EXPECT_EQ(inUse(N, 0), 3u);
    EXPECT_EQ(inUse(N, 2), 3u);
    EXPECT_EQ(cell(N, 0x60, 0).color[0], 7);
    EXPECT_EQ(cell(N, 0x60, 1).color[1], 8);
    EXPECT_FALSE(cell(N, 0x20, 2).isKnown);
    free(kOne, N, 0, {0x010405});
    EXPECT_EQ(cell(N, 1, 0).sharedBy.at(kOne), 1u);
    EXPECT_EQ(inUse(N, 1), 3u);
}

TEST_P(RecordColormapsTest, cellsGoWithTheirProgram) {
    share(kOne, M, 5, {1, 2, 3});
    share(kTwo, M, 5, {1, 2, 3});
    own(kTwo, M, {6, 7}, {});
    record.clientGone(kTwo);
    EXPECT_EQ(inUse(M), 1u);
    EXPECT_EQ(cell(M, 5).sharedBy.count(kTwo), 0u);
}

TEST_P(RecordColormapsTest, aCopyTakesWhatItsProgramHas) {
    share(kOne, M, 5, {1, 2, 3});
    share(kTwo, M, 5, {1, 2, 3});
    own(kTwo, M, {6, 7}, {});
    store(kTwo, M, 7, {4, 5, 6});
    words(kTwo, wire::core::kCopyColormapAndFree, 0, {kTwos | 1, M});
    EXPECT_EQ(inUse(M), 1u);
    EXPECT_EQ(inUse(kTwos | 1), 3u);
    EXPECT_EQ(cell(kTwos | 1, 7).color, (ColorCells::Rgb{4, 5, 6}));
    EXPECT_EQ(cell(kTwos | 1, 5).sharedBy.count(kOne), 0u);
}

TEST_P(RecordColormapsTest, whatWasMadeWithAllCellsCannotBeFreed) {
    create(N, kIndexed, 1);
    EXPECT_EQ(inUse(N), 256u);
    free(kOne, N, 0, {1, 2, 3});
    EXPECT_EQ(inUse(N), 256u);
    words(kOne, wire::core::kCopyColormapAndFree, 0, {kOnes | 3, N});
    EXPECT_EQ(inUse(N), 0u);
    EXPECT_TRUE(record.find<Colormap>(ClientXid{kOnes | 3})->hasAllCells());
}

TEST_P(RecordColormapsTest, aNameIsLookedUpAndALaterColourWins) {
    own(kOne, M, {6}, {});
    auto request = core(wire::core::kStoreNamedColor, 7).u32(M).u32(6).u16(3).pad(2);
    request.bytes(bytesOf("red"));
    const auto effects = send(kOne, request);
    ASSERT_TRUE(effects.namedColor.colormap);
    EXPECT_EQ(effects.namedColor.name, "red");
    ColorCells& cells = *effects.namedColor.colormap->cells;
    EXPECT_EQ(cells.stores(6), effects.namedColor.stores);
    store(kOne, M, 6, {1, 1, 1});
    EXPECT_NE(cells.stores(6), effects.namedColor.stores);
}

TEST_P(RecordColormapsTest, millionsOfPixelsCostNoMoreThanOne) {
    share(kOne, M, 5, {1, 2, 3});
    auto request = core(wire::core::kFreeColors).u32(M).u32(~0u);
    for (std::uint32_t i = 0; i < 1'000'000; ++i)
        request.u32(i);
    const Bytes bytes = request.finish();
    recorder.request(kOne, Ext::Core, MessageView(bytes, order, true));
    EXPECT_EQ(inUse(M), 0u);
}

TEST_P(RecordColormapsTest, aScreensOwnStays) {
    const auto screens = record.create<Colormap>(ClientXid{0x20}, kNobody);
    screens->cells.emplace(record.cellVisuals[kIndexed]);
    screens->cells->share(kNobody, 0, {0, 0, 0});
    words(kOne, wire::core::kFreeColormap, 0, {0x20});
    ASSERT_TRUE(record.find<Colormap>(ClientXid{0x20}));
    free(kOne, 0x20, 0, {0});
    EXPECT_FALSE(cell(0x20, 0).isFree());
}

} // namespace
} // namespace entracte::xproxy
