#include "session/doctor/Doctor.h"
#include "session/doctor/Trials.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <map>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entracte {
namespace {

std::map<std::string, DoctorFinding> examine(const DoctorOptions& options) {
    std::map<std::string, DoctorFinding> findings;
    for (const auto& finding : examineMachine(options))
        findings[finding.check] = finding;
    return findings;
}

TEST(DoctorTest, everythingThatIsNotWellHasARemedy) {
    for (const auto& [check, finding] : examine({})) {
        EXPECT_FALSE(finding.sentence.empty()) << check;
        EXPECT_EQ(finding.remedy.empty(), finding.state == DoctorState::Ok) << check;
    }
}

TEST(DoctorTest, namesAProgramThatIsNotInstalled) {
    const std::string path = std::getenv("PATH");
    char folder[] = "/tmp/entracte-doctor.XXXXXX";
    ASSERT_TRUE(::mkdtemp(folder));
    const std::string program = std::string(folder) + "/Xephyr";
    std::ofstream(program) << "#!/bin/sh\n";
    ::setenv("PATH", folder, 1);
    const auto notRunnable =
        examine({})["xephyr"]; // not executable, and /usr/bin may have the real one
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    const auto runnable = examine({})["xephyr"];
    ::setenv("PATH", path.c_str(), 1);
    std::filesystem::remove_all(folder);
    EXPECT_EQ(runnable.state, DoctorState::Ok);
    if (!std::filesystem::exists("/usr/bin/Xephyr")) {
        EXPECT_EQ(notRunnable.state, DoctorState::Warning);
    }
}

TEST(DoctorTest, tellsWhatTheTrialOfCriuFound) {
    DoctorOptions options;
    options.findCriu = []() -> Result<std::string> { return "4.2.1"; };
    EXPECT_EQ(examine(options)["criu"].state, DoctorState::Ok);
    EXPECT_NE(examine(options)["criu"].sentence.find("4.2.1"), std::string::npos);
    options.findCriu = []() -> Result<std::string> {
        return fail(ErrorCode::CriuMissing, "No CRIU works.", {}, "Get one.");
    };
    EXPECT_EQ(examine(options)["criu"].state, DoctorState::Missing);
    EXPECT_EQ(examine(options)["criu"].remedy, "Get one.");
}

TEST(DoctorTest, seesThatAFilterKeepsCriuFromItsWork) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root";
    const auto underAFilter = [] {
        sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        const sock_fprog program{1, &allow};
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            ::_exit(1);
        const auto finding = examine({})["seccomp"];
        ::_exit(finding.state == DoctorState::Missing && !finding.remedy.empty() ? 0 : 2);
    };
    EXPECT_EXIT(underAFilter(), testing::ExitedWithCode(0), "");
}

TEST(DoctorTest, leavesNothingBehind) {
    char folder[] = "/tmp/entracte-doctor.XXXXXX";
    ASSERT_TRUE(::mkdtemp(folder));
    const std::filesystem::path state = std::filesystem::path(folder) / "state";
    DoctorOptions options;
    options.stateDirectory = state;
    examine(options);
    EXPECT_FALSE(std::filesystem::exists(state));
    std::filesystem::remove_all(folder);
}

TEST(DoctorTest, saysWhereNoOverlayCanBe) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can mount";
    // proc takes no directories, so it is no upper directory either.
    EXPECT_FALSE(tryOverlay("/proc"));
    DoctorOptions options;
    options.stateDirectory = "/proc";
    EXPECT_EQ(examine(options)["overlayfs"].state, DoctorState::Missing);
}

} // namespace
} // namespace entracte
