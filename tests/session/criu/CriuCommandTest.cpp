// What CRIU is told.

#include "session/criu/CriuCommand.h"
#include "session/criu/TcpTable.h"

#include <gmock/gmock.h>

#include <sstream>

using namespace entracte;
using testing::AllOf;
using testing::Contains;
using testing::Not;

namespace {

TEST(CriuCommandTest, namesMountsFromBothSides) {
    const std::vector<ExternalMount> mounts = {{"/dev/null", "dev_null", "/dev/null"},
                                               {"/home/a b", "share0", "/mnt/x]:y"}};
    DumpOptions dump;
    dump.mounts = mounts;
    const auto dumped = dumpCommand("/criu", dump, {});
    ASSERT_TRUE(dumped);
    EXPECT_THAT(*dumped,
                AllOf(Contains("mnt[/dev/null]:dev_null"), Contains("mnt[/home/a b]:share0")));
    RestoreOptions restore;
    restore.mounts = mounts;
    const auto restored = restoreCommand("/criu", restore, "/hook");
    ASSERT_TRUE(restored);
    EXPECT_THAT(*restored,
                AllOf(Contains("mnt[dev_null]:/dev/null"), Contains("mnt[share0]:/mnt/x]:y")));
}

TEST(CriuCommandTest, refusesAMountThatCannotBeWritten) {
    DumpOptions dump;
    dump.mounts = {{"/home/a]:b", "share0", "/home/a]:b"}};
    EXPECT_FALSE(dumpCommand("/criu", dump, {}));
}

TEST(CriuCommandTest, keepsRunningOnlyWhenAsked) {
    DumpOptions dump;
    EXPECT_THAT(*dumpCommand("/criu", dump, {}), Contains("--leave-running"));
    dump.leaveRunning = false;
    EXPECT_THAT(*dumpCommand("/criu", dump, {}), Not(Contains("--leave-running")));
}

TEST(CriuCommandTest, holdsPacketsBackUnlessItNeedNot) {
    DumpOptions dump;
    EXPECT_THAT(*dumpCommand("/criu", dump, {}), Contains("nftables"));
    dump.lockNetwork = false;
    EXPECT_THAT(*dumpCommand("/criu", dump, {}),
                AllOf(Contains("skip"), Not(Contains("nftables"))));
}

TEST(TcpTableTest, seesConnectionsAndNotWhatListens) {
    const std::string names = "  sl  local_address rem_address   st tx_queue rx_queue\n";
    const auto tells = [&](const std::string& lines) {
        std::istringstream table(lines);
        return tellsOfConnections(table);
    };
    EXPECT_FALSE(tells(names));
    EXPECT_FALSE(tells(names + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n"));
    EXPECT_FALSE(tells(names + "   0: 0100007F:1F90 0100007F:D431 06 00000000:00000000\n"));
    for (const char* state : {"01", "02", "03", "08", "0C", ""})
        EXPECT_TRUE(tells(names + "   0: 0100007F:1F90 0100007F:D431 " + state + "\n")) << state;
    EXPECT_TRUE(tells("")) << "what cannot be read may be anything";
}

TEST(CriuCommandTest, takesTheNetworkFromOlderImagesOnly) {
    EXPECT_THAT(*dumpCommand("/criu", {}, {}), Contains("--empty-ns"));
    RestoreOptions older;
    older.outsideNetwork = 5;
    EXPECT_THAT(*restoreCommand("/criu", older, {}),
                AllOf(Contains("netdev[eth0]:cable"), Not(Contains("--empty-ns"))));
    RestoreOptions now;
    now.network = [](pid_t) { return Status(); };
    EXPECT_THAT(
        *restoreCommand("/criu", now, "/hook"),
        AllOf(Contains("--empty-ns"), Contains("/hook"), Not(Contains("netdev[eth0]:cable"))));
}

TEST(CriuCommandTest, replacesSocketsInOrder) {
    RestoreOptions restore;
    restore.sockets.push_back({11, UniqueFd()});
    restore.sockets.push_back({22, UniqueFd()});
    const auto command = restoreCommand("/criu", restore, "/hook");
    ASSERT_TRUE(command);
    EXPECT_THAT(*command, AllOf(Contains("fd[100]:socket:[11]"), Contains("fd[101]:socket:[22]")));
}

} // namespace
