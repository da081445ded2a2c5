// Page maps of two dumps, as CRIU 3.17 and 4.2 write them (pagemap.proto), and how they become one.

#include "session/criu/PageMerge.h"

#include "session/criu/ImageWriter.h"

#include <gtest/gtest.h>

using namespace entracte;

namespace {

constexpr std::uint32_t kMagic = 0x56084025;
constexpr std::uint64_t kParent = 1;
constexpr std::uint64_t kPresent = 4;
constexpr std::uint64_t kLazy = 6; // present, and may be brought back later

struct Entry {
    std::uint64_t page, count, flags;
};

std::string entryMessage(Entry entry, bool longCount = false) {
    ProtobufWriter writer;
    writer.number(1, entry.page * 4096);
    writer.number(2, longCount ? 0 : entry.count);
    writer.number(4, entry.flags);
    if (longCount)
        writer.number(5, entry.count);
    return writer.message();
}

std::string pagemap(std::uint32_t pages, std::initializer_list<Entry> entries,
                    bool longCount = false) {
    auto image = beginImage(kMagic);
    ProtobufWriter head;
    head.number(1, pages);
    appendEntry(image, head.message());
    for (const Entry& entry : entries)
        appendEntry(image, entryMessage(entry, longCount));
    return image;
}

struct Stretch {
    bool ahead;
    std::uint64_t address, first, count;
    bool operator==(const Stretch&) const = default;
};

std::vector<Stretch> stretchesOf(const MergedPages& merged) {
    std::vector<Stretch> found;
    for (const auto& one : merged.pages)
        found.push_back({one.ahead, one.address, one.first, one.count});
    return found;
}

} // namespace

TEST(PageMergeTest, leavesAWholeDumpAsItIs) {
    const auto merged = mergePages({pagemap(3, {{16, 4, kPresent}}), {}});
    ASSERT_TRUE(merged);
    EXPECT_TRUE(merged->pagemap.empty());
}

TEST(PageMergeTest, takesFromAheadWhatTheLastDumpLeftOut) {
    for (const bool longCount : {false, true}) {
        const auto merged = mergePages(
            {pagemap(3, {{16, 2, kPresent}, {18, 5, kParent}, {40, 1, kPresent}}, longCount),
             pagemap(7, {{10, 3, kPresent}, {16, 3, kLazy}, {19, 6, kPresent}}, longCount)});
        ASSERT_TRUE(merged) << merged.error().forLog();
        EXPECT_EQ(merged->lastPages, 3U);
        EXPECT_EQ(merged->aheadPages, 7U);
        const std::vector<Stretch> expected = {
            {false, 16, 0, 2}, {true, 18, 5, 5}, {false, 40, 2, 1}};
        EXPECT_EQ(stretchesOf(*merged), expected);
        // The flags are those of where the contents come from.
        EXPECT_EQ(merged->pagemap,
                  pagemap(3,
                          {{16, 2, kPresent}, {18, 1, kLazy}, {19, 4, kPresent}, {40, 1, kPresent}},
                          longCount));
    }
}

TEST(PageMergeTest, readsTheOldWordForIt) {
    auto last = beginImage(kMagic);
    ProtobufWriter head, entry;
    head.number(1, 3);
    entry.number(1, 16 * 4096);
    entry.number(2, 1);
    entry.number(3, 1); // in_parent
    appendEntry(last, head.message());
    appendEntry(last, entry.message());
    const auto merged = mergePages({last, pagemap(7, {{16, 1, kPresent}})});
    ASSERT_TRUE(merged);
    EXPECT_EQ(stretchesOf(*merged), (std::vector<Stretch>{{true, 16, 0, 1}}));
}

TEST(PageMergeTest, refusesWhatIsInNeitherHalf) {
    const auto last = pagemap(3, {{16, 4, kParent}});
    EXPECT_FALSE(mergePages({last, {}}));
    EXPECT_FALSE(mergePages({last, pagemap(7, {})}));
    EXPECT_FALSE(mergePages({last, pagemap(7, {{16, 3, kPresent}})}));
    EXPECT_FALSE(mergePages({last, pagemap(7, {{16, 1, kPresent}, {18, 2, kPresent}})}));
    // Nor when what was dumped ahead is not whole itself.
    EXPECT_FALSE(mergePages({last, pagemap(7, {{16, 4, kParent}})}));
    EXPECT_FALSE(mergePages({last, pagemap(7, {{16, 4, 0}})}));
}

TEST(PageMergeTest, refusesWhatCriuDoesNotWrite) {
    const auto ahead = pagemap(7, {{0, 64, kPresent}});
    EXPECT_FALSE(mergePages({"", ahead}));
    EXPECT_FALSE(mergePages({beginImage(kMagic), ahead}));
    EXPECT_FALSE(mergePages({pagemap(0, {{16, 4, kParent}}), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{16, 0, kParent}}), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{16, 4, kParent | kPresent}}), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{16, 4, kParent}, {19, 4, kParent}}), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{20, 4, kParent}, {16, 4, kParent}}), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{16, UINT64_MAX, kParent}}, true), ahead}));
    EXPECT_FALSE(mergePages({pagemap(3, {{(1ull << 52) - 1, 2, kParent}}), ahead}));
}

TEST(PageMergeTest, goesThroughAStream) {
    std::map<std::uint32_t, PageHalves> halves;
    halves[1] = {pagemap(3, {{16, 4, kParent}}), pagemap(7, {{16, 4, kPresent}})};
    halves[12] = {pagemap(4, {{16, 4, kPresent}}), {}};
    const auto back = unpackHalves(packHalves(halves));
    ASSERT_TRUE(back);
    ASSERT_EQ(back->size(), 2U);
    EXPECT_EQ(back->at(1).ahead, halves[1].ahead);
    std::map<std::uint32_t, MergedPages> merged;
    for (const auto& [pid, half] : *back)
        merged.emplace(pid, *mergePages(half));
    const std::string stream = packMerged(merged);
    const auto answer = unpackMerged(stream);
    ASSERT_TRUE(answer);
    EXPECT_EQ(stretchesOf(answer->at(1)), (std::vector<Stretch>{{true, 16, 0, 4}}));
    EXPECT_TRUE(answer->at(12).pagemap.empty());
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        const auto part = unpackMerged(std::string_view(stream).substr(0, cut));
        EXPECT_TRUE(!part || part->size() == 1); // of two, cut between them
    }
}
