// The driver with a real CRIU and real processes.

#include "session/container/Cable.h"
#include "session/criu/Criu.h"
#include "session/criu/Preflight.h"
#include "tests/session/criu/Subject.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

using namespace entracte;
using namespace std::chrono_literals;
using test::Subject;

namespace {

class CriuDriverTest : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0 || !test::ownMountNamespace())
            GTEST_SKIP() << "needs root: CRIU, namespaces and mounts";
        auto found = Criu::find({}, cacheDirectory());
        if (!found)
            GTEST_SKIP() << "no CRIU works here: " << found.error().forLog();
        m_criu = std::move(*found);
    }

    static std::filesystem::path cacheDirectory() {
        static const std::string directory = [] {
            std::string path = "/tmp/entracte-criu-cache-XXXXXX";
            return std::string(::mkdtemp(path.data()));
        }();
        return directory;
    }
    static void TearDownTestSuite() { std::filesystem::remove_all(cacheDirectory()); }

    static DumpOptions dumpOf(const Subject& subject) {
        DumpOptions options;
        options.root = subject.init();
        options.images = subject.images();
        return options;
    }
    static RestoreOptions restoreOf(const Subject& subject) {
        RestoreOptions options;
        options.images = subject.images();
        options.root = subject.root();
        options.network = raiseLoopback;
        return options;
    }

    Criu m_criu{"/nonexistent"};
};

// The next count on a connection of the subject; 0 when none comes in a second.
std::uint64_t nextCount(int connection) {
    pollfd poller{connection, POLLIN, 0};
    std::uint64_t number = 0;
    if (::poll(&poller, 1, 1000) != 1 ||
        ::recv(connection, &number, sizeof number, MSG_WAITALL) != sizeof number)
        return 0;
    return number;
}

TEST_F(CriuDriverTest, tellsItsVersion) {
    const auto version = m_criu.version();
    ASSERT_TRUE(version);
    EXPECT_TRUE(std::isdigit(version->front())) << *version;
}

TEST_F(CriuDriverTest, aSnapshotLeavesEverythingRunning) {
    Subject subject("");
    const auto dumped = m_criu.dump(dumpOf(subject));
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    EXPECT_GT(dumped->frozenMicros, 0U);
    EXPECT_GT(dumped->imageBytes, 10000U);
    EXPECT_TRUE(subject.counts());
}

// Each program costs milliseconds in which all stand still.
TEST_F(CriuDriverTest, nothingButOurHookIsStartedWhileFrozen) {
    Subject subject("");
    auto options = dumpOf(subject);
    options.verbose = true;
    options.whileFrozen = [] { return Status(); };
    const auto dumped = m_criu.dump(options);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    std::ifstream log(subject.images() / "dump.log");
    bool whole = false;
    for (std::string line; std::getline(log, line);) {
        whole = whole || line.find("Running post-dump scripts") != std::string::npos;
        EXPECT_EQ(line.find("execvp"), std::string::npos) << line;
        EXPECT_EQ(line.find("Running ip "), std::string::npos) << line;
        EXPECT_EQ(line.find("unning iptables"), std::string::npos) << line;
        EXPECT_EQ(line.find("tables-save"), std::string::npos) << line;
    }
    EXPECT_TRUE(whole) << "the log does not tell what is started any more";
}

// What the CRIU that this process has started was told of packets; empty when there is none.
std::string toldOfPackets() {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream children(task.path() / "children");
        for (pid_t child = 0; children >> child;) {
            std::ifstream command("/proc/" + std::to_string(child) + "/cmdline");
            bool next = false;
            for (std::string word; std::getline(command, word, '\0');) {
                if (next)
                    return word;
                next = word == "--network-lock";
            }
        }
    }
    return {};
}

TEST_F(CriuDriverTest, holdsPacketsBackOnlyWhereThereAreConnections) {
    for (const auto& [mode, method] : {std::pair("", "skip"), std::pair("tcp", "nftables")}) {
        Subject subject(mode);
        auto options = dumpOf(subject);
        std::vector<std::string> told;
        options.whileFrozen = [&]() -> Status {
            told.push_back(toldOfPackets());
            return {};
        };
        const auto dumped = m_criu.dump(options);
        ASSERT_TRUE(dumped) << mode << ": " << dumped.error().forLog();
        EXPECT_EQ(told, std::vector<std::string>{method}) << mode;
        EXPECT_TRUE(subject.counts()) << mode;
    }
}

TEST_F(CriuDriverTest, aConnectionOfTheLastMomentIsSeenAndNothingLost) {
    Subject subject("tcp");
    auto options = dumpOf(subject);
    options.leaveRunning = false;
    options.lockNetwork = false; // as if there had been none before
    std::vector<std::string> told;
    options.whileFrozen = [&]() -> Status {
        told.push_back(toldOfPackets());
        return {};
    };
    const auto dumped = m_criu.dump(options);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    EXPECT_EQ(told, std::vector<std::string>{"nftables"});
    subject.kill();
    const auto restored = m_criu.restore(restoreOf(subject));
    ASSERT_TRUE(restored) << restored.error().forLog();
    subject.takeRestored(*restored);
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, aNetworkThatCannotBeMadeFailsTheRestore) {
    Subject subject("");
    auto options = dumpOf(subject);
    options.leaveRunning = false;
    ASSERT_TRUE(m_criu.dump(options));
    subject.kill();
    auto restore = restoreOf(subject);
    pid_t told = 0;
    restore.network = [&](pid_t init) {
        told = init;
        return Status(fail(ErrorCode::KernelUnsuitable, "There is no veth."));
    };
    const auto restored = m_criu.restore(std::move(restore));
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().sentence(), "There is no veth.");
    EXPECT_GT(told, 1);
    EXPECT_EQ(Subject::countOf(told), 0U);
}

TEST_F(CriuDriverTest, nothingMovesWhileFrozen) {
    Subject subject("busy");
    std::uint64_t atFirst = 0;
    std::uint64_t atLast = 0;
    auto options = dumpOf(subject);
    options.whileFrozen = [&]() -> Status {
        atFirst = subject.count();
        std::this_thread::sleep_for(150ms);
        atLast = subject.count();
        return {};
    };
    const auto dumped = m_criu.dump(options);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    EXPECT_GT(atFirst, 0U);
    EXPECT_EQ(atFirst, atLast);
    EXPECT_GE(dumped->frozenMicros, 150000U); // it is the whole time that the person feels
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, aFailureWhileFrozenFailsTheDumpAndAllGoesOn) {
    Subject subject("");
    auto options = dumpOf(subject);
    options.leaveRunning = false;
    options.whileFrozen = [] { return Status(fail(ErrorCode::NoSpace, "The disk is full.")); };
    const auto dumped = m_criu.dump(options);
    ASSERT_FALSE(dumped);
    EXPECT_EQ(dumped.error().code(), ErrorCode::NoSpace);
    EXPECT_EQ(dumped.error().sentence(), "The disk is full.");
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, goesOnWhereItWasAfterARestore) {
    Subject subject("");
    auto options = dumpOf(subject);
    options.leaveRunning = false;
    std::uint64_t atTheDump = 0;
    options.whileFrozen = [&] {
        atTheDump = subject.count();
        return Status();
    };
    const auto dumped = m_criu.dump(options);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    subject.kill();
    EXPECT_EQ(subject.count(), 0U);

    const auto restored = m_criu.restore(restoreOf(subject));
    ASSERT_TRUE(restored) << restored.error().forLog();
    subject.takeRestored(*restored);
    EXPECT_GE(subject.count(), atTheDump);
    EXPECT_LT(subject.count(), atTheDump + 200);
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, replacesAConnectionToTheOutside) {
    Subject subject("connect");
    auto options = dumpOf(subject);
    options.externalUnix = subject.sockets();
    ASSERT_EQ(options.externalUnix.size(), 1U);
    const auto dumped = m_criu.dump(options);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    // The live connection has lost nothing: counts come one after the other.
    auto last = nextCount(subject.connection());
    ASSERT_GT(last, 0U);
    for (int i = 0; i < 50; ++i) {
        const auto next = nextCount(subject.connection());
        ASSERT_EQ(next, last + 1);
        last = next;
    }
    subject.kill();

    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const UniqueFd ours(pair[0]);
    auto restore = restoreOf(subject);
    restore.sockets.push_back({options.externalUnix[0], UniqueFd(pair[1])});
    const auto restored = m_criu.restore(std::move(restore));
    ASSERT_TRUE(restored) << restored.error().forLog();
    subject.takeRestored(*restored);
    const auto first = nextCount(ours.get());
    EXPECT_GT(first, 0U);
    EXPECT_LT(first, last);
    EXPECT_EQ(nextCount(ours.get()), first + 1);
}

TEST_F(CriuDriverTest, aConnectionToTheOutsideIsNamedAndNothingIsLost) {
    Subject subject("connect");
    const auto dumped = m_criu.dump(dumpOf(subject));
    ASSERT_FALSE(dumped);
    EXPECT_EQ(dumped.error().code(), ErrorCode::NotCheckpointable);
    EXPECT_NE(dumped.error().sentence().find("is connected to a program outside the session"),
              std::string::npos)
        << dumped.error().forLog();
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, namesAnIoUring) {
    Subject subject("uring");
    const auto dumped = m_criu.dump(dumpOf(subject));
    ASSERT_FALSE(dumped);
    EXPECT_EQ(dumped.error().code(), ErrorCode::NotCheckpointable) << dumped.error().forLog();
    EXPECT_TRUE(dumped.error().sentence().starts_with("probe ")) << dumped.error().sentence();
    EXPECT_NE(dumped.error().sentence().find("io_uring"), std::string::npos);
    EXPECT_TRUE(subject.counts());
}

TEST_F(CriuDriverTest, aProcessThatIsGoneIsAnError) {
    Subject subject("");
    auto options = dumpOf(subject);
    subject.kill();
    EXPECT_FALSE(m_criu.dump(options));
}

TEST_F(CriuDriverTest, damagedImagesAreRefused) {
    Subject subject("");
    auto options = dumpOf(subject);
    options.leaveRunning = false;
    ASSERT_TRUE(m_criu.dump(options));
    subject.kill();
    for (const auto& entry : std::filesystem::directory_iterator(subject.images()))
        if (entry.path().filename().string().starts_with("core-"))
            std::filesystem::resize_file(entry.path(), 20);
    const auto restored = m_criu.restore(restoreOf(subject));
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code(), ErrorCode::SnapshotDamaged) << restored.error().forLog();
}

TEST_F(CriuDriverTest, readsTheSocketPathsOfRealImages) {
    Subject subject("");
    ASSERT_TRUE(m_criu.dump(dumpOf(subject)));
    const auto facts = inspectImages(subject.images());
    ASSERT_TRUE(facts) << facts.error().forLog();
    EXPECT_TRUE(facts->boundSocketPaths.empty());
}

TEST_F(CriuDriverTest, findTakesNoOtherThanTheOneAskedFor) {
    const auto found = Criu::find("/bin/true", cacheDirectory());
    ASSERT_FALSE(found) << found->program();
    EXPECT_EQ(found.error().code(), ErrorCode::CriuMissing);
    EXPECT_NE(found.error().sentence().find("/bin/true"), std::string::npos);
}

TEST_F(CriuDriverTest, findPassesOverWhatDoesNotWork) {
    const char* before = std::getenv("ENTRACTE_CRIU");
    const std::string mine = before ? before : "";
    ::setenv("ENTRACTE_CRIU", "/bin/true", 1);
    const auto found = Criu::find({}, cacheDirectory());
    before ? ::setenv("ENTRACTE_CRIU", mine.c_str(), 1) : ::unsetenv("ENTRACTE_CRIU");
    if (!found) // the only one that works may be the one that was named
        GTEST_SKIP() << "no CRIU beside the named one";
    EXPECT_NE(found->program(), "/bin/true");
}

TEST_F(CriuDriverTest, findRemembersItsProof) {
    ASSERT_TRUE(Criu::find({}, cacheDirectory()));
    std::ifstream memory(cacheDirectory() / "criu-proofs");
    std::string line;
    ASSERT_TRUE(std::getline(memory, line));
    EXPECT_TRUE(line.ends_with(m_criu.program().string())) << line;
    EXPECT_FALSE(std::getline(memory, line)) << "proved twice: " << line;
}

TEST_F(CriuDriverTest, preflightFindsNothingInAPlainSession) {
    Subject subject("");
    const auto findings = preflight(subject.init(), {});
    ASSERT_TRUE(findings) << findings.error().forLog();
    EXPECT_TRUE(findings->empty()) << findings->front().reason;
}

TEST_F(CriuDriverTest, preflightNamesConnectionsToTheOutside) {
    Subject subject("connect");
    auto findings = preflight(subject.init(), {});
    ASSERT_TRUE(findings) << findings.error().forLog();
    ASSERT_EQ(findings->size(), 1U);
    EXPECT_TRUE(findings->front().blocks);
    EXPECT_EQ(findings->front().pid, subject.init());
    EXPECT_NE(findings->front().reason.find("outside the session"), std::string::npos);
    findings = preflight(subject.init(), subject.sockets());
    ASSERT_TRUE(findings);
    EXPECT_TRUE(findings->empty()); // ours
}

TEST_F(CriuDriverTest, preflightKnowsProgramsThatBeginWhileItLooks) {
    Subject subject("callers");
    for (int look = 0; look < 1000; ++look) {
        const auto findings = preflightConnections(subject.init(), {});
        ASSERT_TRUE(findings) << findings.error().forLog();
        ASSERT_TRUE(findings->empty()) << findings->front().reason << " (look " << look << ')';
    }
}

TEST_F(CriuDriverTest, preflightNamesIoUringAndSandboxes) {
    Subject subject("uring nested");
    const auto findings = preflight(subject.init(), {});
    ASSERT_TRUE(findings) << findings.error().forLog();
    ASSERT_EQ(findings->size(), 2U);
    EXPECT_NE((*findings)[0].reason.find("io_uring"), std::string::npos);
    EXPECT_NE((*findings)[1].reason.find("sandbox"), std::string::npos);
}

TEST_F(CriuDriverTest, preflightNamesATracedProgram) {
    Subject subject("");
    Result<std::vector<Finding>> findings;
    std::thread([&] { // a tracer that ends lets go
        ASSERT_EQ(::ptrace(PTRACE_SEIZE, subject.init(), 0, 0), 0);
        findings = preflight(subject.init(), {});
    })
        .join();
    ASSERT_TRUE(findings);
    ASSERT_EQ(findings->size(), 1U);
    EXPECT_NE(findings->front().reason.find("debugged"), std::string::npos);
}

bool names(const std::vector<Finding>& findings, bool blocks, const char* reason) {
    return std::ranges::any_of(findings, [&](const Finding& finding) {
        return finding.blocks == blocks && finding.reason.find(reason) != std::string::npos &&
               !finding.remedy.empty();
    });
}

TEST_F(CriuDriverTest, preflightNamesDevicesFilesAndFoldersThatCannotBeSaved) {
    Subject subject("gpu gone watch");
    const auto findings = preflight(subject.init(), {});
    ASSERT_TRUE(findings) << findings.error().forLog();
    EXPECT_TRUE(names(*findings, true, "GPU"));
    EXPECT_TRUE(names(*findings, true, "mapped (/dev/video0)"));
    EXPECT_TRUE(names(*findings, true, "no longer there"));
    EXPECT_TRUE(names(*findings, true, "folder that has been deleted"));
    EXPECT_EQ(findings->size(), 4U);
    const auto connections = preflightConnections(subject.init(), {});
    ASSERT_TRUE(connections);
    EXPECT_TRUE(connections->empty());
}

TEST_F(CriuDriverTest, preflightWarnsOfDatagramsThatAreNotSaved) {
    Subject subject("datagram");
    const auto findings = preflight(subject.init(), {});
    ASSERT_TRUE(findings) << findings.error().forLog();
    EXPECT_TRUE(names(*findings, false, "datagrams"));
    EXPECT_EQ(findings->size(), 1U);
}

TEST_F(CriuDriverTest, preflightOfAnEndedSessionIsAnError) {
    const auto findings = preflight(0x7ffffff0, {});
    ASSERT_FALSE(findings);
    EXPECT_EQ(findings.error().code(), ErrorCode::SessionEnded);
}

} // namespace
