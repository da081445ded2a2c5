// What one person may have of a helper that is root and works for everybody: real dbus-daemon and
// polkitd, an engine in memory. Run by private-bus.sh; games (5) and news (9) may use their own;
// irc (39) too, but polkit takes two seconds over it.

#include "tests/dbus/BusClient.h"

namespace entracte::test {
namespace {

class ShareTest : public testing::Test {
protected:
    static std::string startOne(BusClient& client, const std::string& name) {
        const auto job = client.start(name);
        EXPECT_TRUE(job.ok()) << job.error << job.text;
        const auto path = job.objectPath();
        EXPECT_TRUE(client.waitForEnd(path));
        return client.pathProperty(path, kJob, "Result");
    }
    BusClient me{5};
    BusClient other{9};
};

TEST_F(ShareTest, nobodyHasMoreThanTheirShare) {
    std::string session;
    for (int i = 0; i < 64; ++i)
        session = startOne(me, i < 63 ? "s" + std::to_string(i) : "full"); // of snapshots
    EXPECT_EQ(me.start("one more").error, "org.entracte.Error.Busy");
    for (const char* verb : {"Snapshot", "Suspend"})
        EXPECT_EQ(me.call(session, kSession, verb,
                          [](sd_bus_message* m) { sd_bus_message_append(m, "s", "one more"); })
                      .error,
                  "org.entracte.Error.NoSpace")
            << verb;
    const auto theirs = startOne(other, "theirs");
    EXPECT_TRUE(other.waitForEnd(other.snapshot(theirs, "").objectPath()));
}

} // namespace
} // namespace entracte::test
