// Any requests of two programs: what is replayed on another server is what was recorded. The cases
// that once failed first, then random ones for a short time; tests/fuzz looks for longer.

#include "tests/fuzz/ReplayProperty.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace entracte::fuzz {
namespace {

std::string hexadecimal(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte one : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(one));
        text += digits;
    }
    return text;
}

TEST(ReplayPropertyTest, holdsForTheCorpus) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(REPLAY_CORPUS)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        EXPECT_EQ(replayDifference(std::as_bytes(std::span(text))), "") << entry.path();
        ++count;
    }
    EXPECT_GT(count, 0u) << "no corpus at " << REPLAY_CORPUS;
}

// The seed is told when it fails; how many there are depends on the machine.
TEST(ReplayPropertyTest, holdsForRandomRequests) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    std::uint32_t seed = std::random_device{}();
    unsigned runs = 0;
    while (std::chrono::steady_clock::now() < end || runs < 20) {
        std::mt19937 random(++seed);
        std::vector<std::byte> input(64 + random() % 4000);
        for (auto& one : input)
            one = static_cast<std::byte>(random());
        const std::string difference = replayDifference(input);
        ASSERT_EQ(difference, "") << "seed " << seed << "\n" << hexadecimal(input);
        ++runs;
    }
    RecordProperty("runs", static_cast<int>(runs));
}

} // namespace
} // namespace entracte::fuzz
