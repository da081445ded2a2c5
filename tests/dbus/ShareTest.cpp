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

// Calls that take long, from two connections of one person, who reads no answer.
TEST_F(ShareTest, nobodyHasTooManyCallsUnderWay) {
    int served = 0;
    const auto heard = [](sd_bus_message* reply, void* count, sd_bus_error*) {
        if (!sd_bus_message_get_error(reply))
            ++*static_cast<int*>(count);
        return 0;
    };
    const auto session = startOne(other, "busy");
    BusClient one{9};
    BusClient another{9}; // the bus limits each of them, too
    int sent = 0;
    Reply last;
    do {
        for (BusClient* client : {&one, &another}) {
            const auto call = client->newCall(session, kSession, "Exec");
            sd_bus_message_append(call.get(), "asa{ss}s", 1, "wait", 0, "");
            ASSERT_GE(sd_bus_call_async(client->bus(), nullptr, call.get(), heard, &served, 0), 0);
            sd_bus_flush(client->bus());
            ++sent;
        }
        last = other.call(kRoot, kManager, "Storage");
    } while (last.ok() && sent < 200);
    EXPECT_EQ(last.error, "org.entracte.Error.Busy") << last.text << " after " << sent;
    EXPECT_EQ(sent, 128);
    EXPECT_EQ(served, 0);
    EXPECT_TRUE(me.call(kRoot, kManager, "Storage").ok()) << "others are served";
    const auto release = [](sd_bus_message* m) {
        sd_bus_message_append(m, "asa{ss}s", 1, "release", 0, "");
    };
    EXPECT_TRUE(BusClient(0).call(session, kSession, "Exec", release).ok());
    const auto limit = std::chrono::seconds(20);
    EXPECT_TRUE(one.until(
        [&] {
            while (sd_bus_process(another.bus(), nullptr) > 0) {
            }
            return served == 128;
        },
        limit))
        << served;
    EXPECT_TRUE(other.call(kRoot, kManager, "Storage").ok()) << "once they have been answered";
}

} // namespace
} // namespace entracte::test
