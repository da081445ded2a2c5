#include "session/engine/HostFacts.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace entracte {
namespace {

TEST(HostFactsTest, thisComputerRunsItsOwnSnapshots) {
    EXPECT_TRUE(checkHost(hostFactsToJson(hostFacts()), hostFacts()));
}

TEST(HostFactsTest, everyMissingFeatureOfTheProcessorIsNamed) {
    HostFacts there = hostFacts();
    there.cpuFeatures.insert("avx4096");
    there.cpuFeatures.insert("telepathy");
    const auto checked = checkHost(hostFactsToJson(there), hostFacts());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), ErrorCode::HostMismatch);
    EXPECT_NE(checked.error().sentence().find("avx4096, telepathy"), std::string::npos);
}

// An older processor takes LZCNT for another instruction; the C library copies memory otherwise
// where there are transactions.
TEST(HostFactsTest, whatProgramsChooseByIsAmongTheFeatures) {
    std::ifstream in("/proc/cpuinfo");
    std::set<std::string> flags;
    for (std::string line; flags.empty() && std::getline(in, line);)
        if (line.starts_with("flags")) {
            std::istringstream words(line);
            flags.insert(std::istream_iterator<std::string>(words), {});
        }
    for (const char* flag : {"avx2", "abm", "rtm", "fsgsbase", "ospke", "sha_ni", "cx16"})
        EXPECT_EQ(hostFacts().cpuFeatures.contains(flag), flags.contains(flag)) << flag;
    EXPECT_FALSE(hostFacts().cpuFeatures.contains("constant_tsc"));
}

TEST(HostFactsTest, anotherKindOfComputerIsRefused) {
    HostFacts there = hostFacts();
    there.architecture = "pdp11";
    EXPECT_FALSE(checkHost(hostFactsToJson(there), hostFacts()));
    EXPECT_EQ(checkHost(nlohmann::json(), hostFacts()).error().code(), ErrorCode::SnapshotDamaged);
}

TEST(HostFactsTest, severalReasonsAreToldAtOnce) {
    const auto error = allTogether({{ErrorCode::HostMismatch, "No processor.", "a", "Buy one."},
                                    {ErrorCode::NoSpace, "No memory.", "", "Buy some."}});
    EXPECT_EQ(error.code(), ErrorCode::HostMismatch);
    EXPECT_EQ(error.sentence(), "No processor. No memory.");
    EXPECT_EQ(error.hint(), "Buy one.");
}

} // namespace
} // namespace entracte
