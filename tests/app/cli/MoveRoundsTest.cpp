// What travels of an exported session, and that it comes out as it went in.

#include "app/cli/move/ChunkCutter.h"
#include "app/cli/move/Rounds.h"
#include "app/cli/move/SshProcess.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

namespace entracte::cli {
namespace {

namespace fs = std::filesystem;

std::string noise(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(bytes, '\0');
    for (char& c : text)
        c = static_cast<char>(random());
    return text;
}

// A member of a tar archive, as libarchive writes it.
std::string member(const std::string& name, const std::string& content) {
    std::string header(512, '\0');
    std::ranges::copy(name, header.begin());
    char size[13];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    std::copy_n(size, 12, header.begin() + 124);
    header[156] = '0';
    std::fill_n(header.begin() + 148, 8, ' ');
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    char check[8];
    std::snprintf(check, sizeof check, "%06o", sum);
    std::copy_n(check, 7, header.begin() + 148);
    return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

std::vector<ChunkHash> cut(const std::string& bytes, ChunkCutter::Content content,
                           std::size_t step = 1000) {
    std::vector<ChunkHash> hashes;
    std::string again;
    ChunkCutter cutter(content, [&](std::span<const std::byte> chunk) {
        EXPECT_GT(chunk.size(), 0u);
        EXPECT_LE(chunk.size(), kMaxChunk);
        hashes.push_back(hashChunk(chunk));
        again.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
        return Status();
    });
    for (std::size_t at = 0; at < bytes.size(); at += step)
        EXPECT_TRUE(cutter.add(
            std::as_bytes(std::span(bytes)).subspan(at, std::min(step, bytes.size() - at))));
    EXPECT_TRUE(cutter.finish());
    EXPECT_EQ(again, bytes);
    return hashes;
}

std::size_t inBoth(const std::vector<ChunkHash>& first, const std::vector<ChunkHash>& second) {
    std::size_t count = 0;
    for (const auto& hash : first)
        count += std::ranges::find(second, hash) != second.end() ? 1 : 0;
    return count;
}

TEST(ChunkCutterTest, cutsTheSameWhateverTheStepsInWhichItComes) {
    const auto archive = member("manifest.json", "{}") +
                         member("images/pages-1.img", noise(300'000, 1)) +
                         member("layer.tar", noise(200'000, 2)) + std::string(1024, '\0');
    EXPECT_EQ(cut(archive, ChunkCutter::Content::Archive, 17),
              cut(archive, ChunkCutter::Content::Archive, 1 << 20));
}

TEST(ChunkCutterTest, whatBecameLongerBeforeAMemberChangesNoneOfItsChunks) {
    const auto pages = noise(1 << 20, 3);
    const auto layer = noise(1 << 20, 4);
    const auto rest = member("images/pages-1.img", pages) + member("layer.tar", layer);
    const auto before = cut(member("manifest.json", "{}") + rest, ChunkCutter::Content::Archive);
    const auto after =
        cut(member("manifest.json", noise(777, 5)) + rest, ChunkCutter::Content::Archive);
    EXPECT_GE(inBoth(before, after), before.size() - 3);
}

TEST(ChunkCutterTest, aChangeIsOnlyInTheChunksAroundIt) {
    const auto layer = noise(1 << 20, 6);
    auto changed = layer;
    changed.insert(500'000, "some more bytes");
    const auto before = cut(member("layer.tar", layer), ChunkCutter::Content::Archive);
    const auto after = cut(member("layer.tar", changed), ChunkCutter::Content::Archive);
    EXPECT_GE(inBoth(before, after) + 3, before.size());
}

TEST(ChunkCutterTest, aFileOfTheHostIsCutAsWithinAnArchive) {
    const auto library = noise(777'777, 7);
    const auto within =
        cut(member("images/entracte-file-3", library), ChunkCutter::Content::Archive);
    const auto alone = cut(library, ChunkCutter::Content::HostFile);
    EXPECT_EQ(inBoth(alone, within), alone.size());
}

TEST(ChunkCutterTest, whatIsNoArchiveComesThroughToo) {
    cut(noise(300'000, 8), ChunkCutter::Content::Archive);
    cut("", ChunkCutter::Content::Archive);
    cut("x", ChunkCutter::Content::Archive);
}

TEST(MoveProtocolTest, refusesRecipesThatMakeNoSense) {
    EXPECT_FALSE(parseRecipe(""));
    EXPECT_FALSE(parseRecipe(std::string(19, 'x')));
    EXPECT_FALSE(parseRecipe(std::string(20, '\0')));                     // a chunk of no bytes
    EXPECT_FALSE(parseRecipe(std::string(16, 'x') + "\xff\xff\xff\x7f")); // of two gigabytes
    EXPECT_FALSE(parseRecipe(std::string(20 * (kMaxBatch + 1), '\1')));
    const std::vector<RecipeEntry> entries{{hashChunk({}), 7, true}, {hashChunk({}), 65536, false}};
    const auto parsed = parseRecipe(formatRecipe(entries));
    ASSERT_TRUE(parsed);
    EXPECT_EQ((*parsed)[0].bytes, 7u);
    EXPECT_TRUE((*parsed)[0].asked);
    EXPECT_EQ((*parsed)[1].bytes, 65536u);
    EXPECT_FALSE((*parsed)[1].asked);
    EXPECT_FALSE(parseBits("xx", 8));
    EXPECT_FALSE(decompress("nonsense", 100));
    EXPECT_FALSE(decompress(compress("abc"), 4));
}

TEST(MoveProtocolTest, namesOfHostsAreNeverOptions) {
    for (const char* host : {"", "-oProxyCommand=x", "me@-x", "me@", "a b", "a\nb"})
        EXPECT_FALSE(checkHostName(host)) << host;
    for (const char* host : {"desk2", "me@desk2.example.org", "::1", "me@192.0.2.1"})
        EXPECT_TRUE(checkHostName(host)) << host;
}

// Two links that hear each other, and a shelf in a folder of its own.
class RoundsTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = fs::temp_directory_path() / "entracte-rounds.XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_folder = pattern;
        connect();
    }
    void TearDown() override { fs::remove_all(m_folder); }

    void connect() {
        int there[2], back[2];
        ASSERT_EQ(::pipe(there), 0);
        ASSERT_EQ(::pipe(back), 0);
        m_giving.emplace(UniqueFd(back[0]), UniqueFd(there[1]), -1);
        m_taking.emplace(UniqueFd(there[0]), UniqueFd(back[1]), -1);
        m_sender.emplace(*m_giving);
    }
    // What comes out there; `figures` as the sender tells them.
    std::string pass(const std::string& bytes, ChunkShelf& shelf, RoundFigures& figures) {
        std::ofstream(m_folder / "stream", std::ios::binary) << bytes;
        const UniqueFd from(::open((m_folder / "stream").c_str(), O_RDONLY));
        std::thread sending([&] {
            const auto sent = m_sender->send(from.get());
            EXPECT_TRUE(sent) << sent.error().forLog();
            if (sent)
                figures = *sent;
        });
        std::string out;
        const auto received = receiveRound(*m_taking, shelf, [&](std::string_view part) {
            out += part;
            return Status();
        });
        EXPECT_TRUE(received) << received.error().forLog();
        sending.join();
        return out;
    }

    fs::path m_folder;
    std::optional<MoveLink> m_giving;
    std::optional<MoveLink> m_taking;
    std::optional<RoundSender> m_sender;
};

TEST_F(RoundsTest, whatIsThereAlreadyDoesNotTravel) {
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    auto pages = noise(6 << 20, 9);
    const auto layer = member("layer.tar", noise(100'000, 10));
    RoundFigures figures;
    const auto first = member("images/pages-1.img", pages) + layer;
    EXPECT_EQ(pass(first, *shelf, figures), first);
    EXPECT_EQ(figures.newBytes, first.size());
    pages[1'000'000] = static_cast<char>(pages[1'000'000] + 1);
    const auto second = member("images/pages-1.img", pages) + layer;
    EXPECT_EQ(pass(second, *shelf, figures), second);
    EXPECT_EQ(figures.bytes, second.size());
    EXPECT_LE(figures.newBytes, 2 * kMaxChunk);
    EXPECT_LT(figures.sent, second.size() / 50);
}

TEST_F(RoundsTest, manyKnownBatchesBehindOneThatIsAwaited) {
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    // Nothing but holes after something new: more batches than may wait.
    constexpr std::uint64_t kBytes = 270u << 20;
    std::ofstream(m_folder / "holes", std::ios::binary) << noise(512 << 10, 20);
    fs::resize_file(m_folder / "holes", kBytes);
    const UniqueFd from(::open((m_folder / "holes").c_str(), O_RDONLY));
    std::thread sending([&] {
        const auto sent = m_sender->send(from.get());
        EXPECT_TRUE(sent) << sent.error().forLog();
    });
    std::uint64_t bytes = 0;
    const auto received = receiveRound(*m_taking, *shelf, [&](std::string_view part) {
        bytes += part.size();
        return Status();
    });
    EXPECT_TRUE(received) << received.error().forLog();
    EXPECT_EQ(bytes, kBytes);
    sending.join();
}

TEST_F(RoundsTest, aMoveThatWasCutGoesOnWhereItWas) {
    const auto stream = member("images/pages-1.img", noise(3 << 20, 11));
    RoundFigures figures;
    {
        auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
        ASSERT_TRUE(shelf);
        EXPECT_FALSE(ChunkShelf::open(m_folder, "0123456789abcdef")); // one at a time
        pass(stream, *shelf, figures);
    }
    // Half of it was still on its way to the disk.
    const auto spool = m_folder / "0123456789abcdef" / "chunks";
    fs::resize_file(spool, fs::file_size(spool) / 2);
    connect();
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    EXPECT_EQ(pass(stream, *shelf, figures), stream);
    EXPECT_LT(figures.newBytes, stream.size() * 6 / 10);
    EXPECT_GT(figures.newBytes, stream.size() * 4 / 10);
}

TEST_F(RoundsTest, aSpoolThatSomebodyAlteredIsSeen) {
    const auto stream = member("images/pages-1.img", noise(1 << 20, 12));
    RoundFigures figures;
    {
        auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
        ASSERT_TRUE(shelf);
        pass(stream, *shelf, figures);
    }
    {
        std::fstream file(m_folder / "0123456789abcdef" / "chunks",
                          std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100'000);
        file.put('!').put('?').put('!');
    }
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    std::size_t wrong = 0;
    for (const auto& hash : cut(stream, ChunkCutter::Content::Archive))
        wrong += shelf->has(hash) && !shelf->get(hash) ? 1 : 0;
    EXPECT_GE(wrong, 1u);
}

TEST_F(RoundsTest, filesOfThisMachineNeedNotCome) {
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    const auto library = noise(2 << 20, 13);
    std::ofstream(m_folder / "library.so", std::ios::binary) << library;
    const auto path = (m_folder / "library.so").string();
    const std::string manifest = R"({"restore":{"files":[[")" + path +
                                 R"(","entracte-file-0","",)" + std::to_string(library.size()) +
                                 "]]}}";
    // More before it than is told at once: by then the other side knows the files.
    const auto stream = member("manifest.json", manifest) +
                        member("images/pages-1.img", noise(5 << 20, 14)) +
                        member("images/entracte-file-0", library);
    RoundFigures figures;
    EXPECT_EQ(pass(stream, *shelf, figures), stream);
    EXPECT_LT(figures.newBytes, stream.size() - library.size() + kMaxChunk);
}

TEST_F(RoundsTest, dataThatNobodyWantedEndsIt) {
    auto shelf = ChunkShelf::open(m_folder, "0123456789abcdef");
    ASSERT_TRUE(shelf);
    ASSERT_TRUE(m_giving->send(FrameKind::Data, compress("never asked for")));
    const auto received =
        receiveRound(*m_taking, *shelf, [](std::string_view) { return Status(); });
    EXPECT_FALSE(received);
    ASSERT_TRUE(m_giving->sendObject(FrameKind::RoundEnd, {{"bytes", 5}, {"chunks", 1}}));
    EXPECT_FALSE(receiveRound(*m_taking, *shelf, [](std::string_view) { return Status(); }));
}

} // namespace
} // namespace entracte::cli
