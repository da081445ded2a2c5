// Which machines a person knows, and which of them takes a session.

#include "app/cli/move/HostState.h"
#include "app/common/HostList.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

namespace entracte::cli {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class HostListTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string folder = (fs::temp_directory_path() / "hosts-XXXXXX").string();
        ASSERT_NE(::mkdtemp(folder.data()), nullptr);
        m_folder = folder;
    }
    void TearDown() override { fs::remove_all(m_folder); }
    fs::path write(const std::string& name, const std::string& text) const {
        std::ofstream(m_folder / name) << text;
        return m_folder / name;
    }
    fs::path m_folder;
};

TEST_F(HostListTest, takesTheNamesOfAnSshConfiguration) {
    write("more", "Host third\nInclude more\n"); // itself, too
    const auto config =
        write("config", "# Host commented\nHost first *.example second !no\n"
                        "  HostName 10.0.0.1\nhost=\"fourth\"\nInclude more nothing*\n"
                        "Match host x\nHost first -oProxyCommand=x # Host y\n");
    EXPECT_EQ(hostsOfSshConfig(config, m_folder), (Names{"first", "second", "fourth", "third"}));
    EXPECT_EQ(hostsOfSshConfig(m_folder / "absent", m_folder), Names());
}

TEST_F(HostListTest, takesALineEachFromTheList) {
    EXPECT_EQ(
        hostsOfList(write("hosts", "desk2\n\n  me@desk3  # the quiet one\n# desk4\ndesk2\n-x\n")),
        (Names{"desk2", "me@desk3"}));
    std::string many;
    for (std::size_t i = 0; i < 2 * kMaxHosts; ++i)
        many += "desk" + std::to_string(i) + "\n";
    EXPECT_EQ(hostsOfList(write("many", many)).size(), kMaxHosts);
}

HostState state(const std::string& host, double load, std::uint32_t processors,
                std::uint64_t free) {
    HostState one;
    one.host = host;
    one.machine = "of " + host;
    one.load = load;
    one.processors = processors;
    one.memoryFree = free;
    return one;
}

constexpr std::uint64_t kGiB = 1ull << 30;

TEST(HostStateTest, theLeastBusyWithRoomIsTheBest) {
    auto lost = state("lost", 0, 64, 64 * kGiB);
    lost.problem = Error(ErrorCode::System, "ssh has no connection to lost.");
    const std::vector hosts{state("busy", 6, 4, 8 * kGiB), state("large", 4, 16, 32 * kGiB),
                            state("small", 0.1, 2, kGiB),  lost,
                            state("self", 0, 8, 8 * kGiB), state("quiet", 0.11, 2, 4 * kGiB)};
    EXPECT_EQ(bestFor(kGiB / 2, hosts, {}, "of self"), (Names{"quiet", "small", "large", "busy"}));
    EXPECT_EQ(bestFor(6 * kGiB, hosts, {}, "of self"), (Names{"large", "busy"}));
    EXPECT_EQ(bestFor(100 * kGiB, hosts, {}, "of self"), Names());
    // What it was given since counts, as load and as memory.
    EXPECT_EQ(bestFor(kGiB / 2, hosts, {{}, {}, {}, {}, {}, {1, 0}}, "of self"),
              (Names{"small", "large", "quiet", "busy"}));
    EXPECT_EQ(bestFor(kGiB / 2, hosts, {{}, {}, {1, kGiB / 2}, {}, {}, {1, 4 * kGiB}}, "of self"),
              (Names{"large", "busy"}));
}

TEST(HostStateTest, twoNamesOfOneMachineAreOne) {
    auto alias = state("alias", 0, 2, 4 * kGiB);
    alias.machine = "of desk";
    EXPECT_EQ(bestFor(1, {state("desk", 0, 2, 4 * kGiB), alias}, {}, "self"), Names{"desk"});
}

TEST(HostStateTest, whatMakesNoSenseBecomesHarmless) {
    const auto own = hostStateIn({{"state", ownState({})}}, "here");
    EXPECT_EQ(own.machine, ownMachine());
    EXPECT_EQ(own.machine.size(), 16u);
    EXPECT_GE(own.processors, 1u);
    EXPECT_GT(own.memoryTotal, own.memoryFree);
    for (const nlohmann::json& said :
         {nlohmann::json(), nlohmann::json(7), nlohmann::json::object(),
          nlohmann::json{{"load", -1}, {"processors", 0}, {"machine", 5}},
          nlohmann::json{{"load", "much"}, {"processors", -4}, {"memory_free", "all"}},
          nlohmann::json{{"load", std::numeric_limits<double>::infinity()}}}) {
        const auto one = hostStateIn({{"state", said}}, "odd");
        EXPECT_EQ(one.load, 0) << said.dump();
        EXPECT_EQ(one.processors, 1u) << said.dump();
        EXPECT_EQ(one.memoryFree, 0u) << said.dump();
        EXPECT_EQ(one.host, "odd");
    }
}

} // namespace
} // namespace entracte::cli
