#include "session/engine/HostFacts.h"

#include <gtest/gtest.h>

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
