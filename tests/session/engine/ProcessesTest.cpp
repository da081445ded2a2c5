#include "session/engine/Processes.h"

#include "session/base/Subprocess.h"
#include "session/engine/HostFacts.h"

#include <gtest/gtest.h>

#include <thread>

namespace entracte {

namespace {

using namespace std::chrono_literals;

Subprocess sleeper(std::vector<std::string> command = {"/bin/sleep", "1000"}) {
    SubprocessSpec spec;
    spec.command = std::move(command);
    return std::move(*Subprocess::start(spec));
}

TEST(ProcessesTest, knowsAProcessFromALaterOneOfTheSameNumber) {
    auto process = sleeper();
    auto identity = identityOf(process.pid());
    ASSERT_TRUE(identity);
    EXPECT_TRUE(openIdentity(*identity));
    InitIdentity other = *identity;
    other.startTicks += 1;
    EXPECT_FALSE(openIdentity(other));
    other = *identity;
    other.bootId = "another";
    EXPECT_FALSE(openIdentity(other));
    process.terminate(1s);
    EXPECT_FALSE(openIdentity(*identity));
    EXPECT_FALSE(openIdentity({}));
}

TEST(ProcessesTest, findsGrandchildrenAndTheirMemory) {
    auto shell = sleeper({"/bin/sh", "-c", "/bin/sh -c 'sleep 1000; :' & wait"});
    std::vector<pid_t> found;
    for (int round = 0; round < 100 && found.size() < 3; ++round) {
        found = processesBeneath(shell.pid());
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(found.size(), 3u);
    EXPECT_GT(memoryOf(found), 3 * 4096u);
    EXPECT_LT(memoryOf(found), 100u << 20);
    EXPECT_EQ(countPrograms(shell.pid()), 2u);
}

TEST(HostFactsTest, acceptsItselfAndNamesWhatIsMissing) {
    HostFacts here = hostFacts();
    const auto snapshot = hostFactsToJson(here);
    EXPECT_TRUE(checkHost(snapshot, here));
    ASSERT_FALSE(here.cpuFeatures.empty());
    const std::string gone = *here.cpuFeatures.begin();
    here.cpuFeatures.erase(gone);
    const auto poorer = checkHost(snapshot, here);
    ASSERT_FALSE(poorer);
    EXPECT_EQ(poorer.error().code(), ErrorCode::HostMismatch);
    EXPECT_NE(poorer.error().sentence().find(gone), std::string::npos);
    here.architecture = "sparc";
    EXPECT_EQ(checkHost(snapshot, here).error().code(), ErrorCode::HostMismatch);
    EXPECT_EQ(checkHost(nlohmann::json::object(), here).error().code(), ErrorCode::SnapshotDamaged);
}

} // namespace

} // namespace entracte
