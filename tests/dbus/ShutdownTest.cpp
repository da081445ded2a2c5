// The machine goes down under the helper: real dbus-daemon and polkitd, an engine in memory, and a
// logind of the test's own, since a real one says so only once. (`make test-systemd` has the real
// one.) Run by private-bus.sh; games (5) may use their own.

#include "session/base/UniqueFd.h"
#include "tests/dbus/BusClient.h"

#include <array>
#include <fcntl.h>
#include <poll.h>

namespace entracte::test {
namespace {

constexpr uid_t kMe = 5;
constexpr const char* kLogind = "org.freedesktop.login1";
constexpr const char* kLogindPath = "/org/freedesktop/login1";
constexpr const char* kLogindManager = "org.freedesktop.login1.Manager";

// Gives delay locks, and knows which of them are still held.
class Logind {
public:
    Logind() {
        EXPECT_GE(sd_bus_add_object(
                      m_client.bus(), nullptr, kLogindPath,
                      [](sd_bus_message* call, void* self, sd_bus_error*) {
                          return static_cast<Logind*>(self)->answer(call);
                      },
                      this),
                  0);
        EXPECT_GE(sd_bus_request_name(m_client.bus(), kLogind, 0), 0);
    }

    bool waitForLock() {
        return m_client.until([this] { return m_lock.get() >= 0 && held(); },
                              std::chrono::seconds(10));
    }
    // Whether the lock was let go.
    bool waitForLetGo() {
        return m_client.until([this] { return !held(); }, std::chrono::seconds(20));
    }
    bool held() const {
        pollfd watched{m_lock.get(), 0, 0};
        return ::poll(&watched, 1, 0) == 0;
    }
    void sayGoingDown(bool going) {
        EXPECT_GE(sd_bus_emit_signal(m_client.bus(), kLogindPath, kLogindManager,
                                     "PrepareForShutdown", "b", going ? 1 : 0),
                  0);
        sd_bus_flush(m_client.bus());
    }
    // The machine stays up. Until the helper has its lock again, so that it asks this logind and
    // not the next test's.
    void takeBack() {
        sayGoingDown(false);
        EXPECT_TRUE(waitForLock());
    }
    const std::vector<std::string>& asked() const { return m_asked; }

private:
    int answer(sd_bus_message* call) {
        if (sd_bus_message_is_method_call(call, kLogindManager, "Inhibit") <= 0)
            return 0;
        std::array<const char*, 4> what{};
        sd_bus_message_read(call, "ssss", &what[0], &what[1], &what[2], &what[3]);
        m_asked.assign(what.begin(), what.end());
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        m_lock = UniqueFd(ends[0]);
        const UniqueFd given(ends[1]);
        return sd_bus_reply_method_return(call, "h", given.get());
    }

    BusClient m_client{0};
    UniqueFd m_lock; // the end that learns when the other is closed
    std::vector<std::string> m_asked;
};

class ShutdownTest : public testing::Test {
protected:
    std::string startOwn(const std::string& name) {
        const auto job = me.start(name).objectPath();
        EXPECT_TRUE(me.waitForEnd(job));
        return me.pathProperty(job, kJob, "Result");
    }
    std::vector<std::string> originsOf(const std::string& session) {
        std::vector<std::string> origins;
        for (const auto& path : me.managed())
            if (path.starts_with(session + "/snapshot/"))
                origins.push_back(me.text(path, kSnapshot, "Origin"));
        return origins;
    }

    BusClient me{kMe};
};

TEST_F(ShutdownTest, logindIsAskedToWait) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    ASSERT_EQ(logind.asked().size(), 4u);
    EXPECT_EQ(logind.asked()[0], "shutdown");
    EXPECT_EQ(logind.asked()[3], "delay");
    EXPECT_TRUE(logind.held());
}

TEST_F(ShutdownTest, whatRunsIsSuspendedBeforeTheMachineGoesOn) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    std::vector<std::string> sessions; // more than one person may have jobs at once
    for (int i = 0; i < 10; ++i)
        sessions.push_back(startOwn("s" + std::to_string(i)));
    logind.sayGoingDown(true);
    ASSERT_TRUE(logind.waitForLetGo());
    for (const auto& session : sessions) {
        EXPECT_EQ(me.text(session, kSession, "State"), "suspended");
        EXPECT_EQ(originsOf(session), std::vector<std::string>{"shutdown"});
        EXPECT_TRUE(me.flag(session, kSession, "ReturnDue"));
    }
    logind.takeBack();
}

TEST_F(ShutdownTest, aJobInTheWayIsStoppedFirst) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    const auto session = startOwn("busy");
    const auto job = me.snapshot(session, "slow").objectPath();
    logind.sayGoingDown(true);
    ASSERT_TRUE(logind.waitForLetGo());
    EXPECT_EQ(me.text(session, kSession, "State"), "suspended");
    EXPECT_EQ(originsOf(session), std::vector<std::string>{"shutdown"});
    EXPECT_EQ(me.text(job, kJob, "Error"), "Cancelled");
    logind.takeBack();
}

TEST_F(ShutdownTest, aSessionThatBeginsIsWaitedForAndSuspended) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    const auto job = me.start("late").objectPath();
    const auto begins = [&] {
        for (const auto& path : me.managed())
            if (path.find("/snapshot/") == path.npos && path.find("/session/") != path.npos &&
                me.text(path, kSession, "State") == "starting")
                return true;
        return false;
    };
    ASSERT_TRUE(me.until(begins, std::chrono::seconds(5)));
    logind.sayGoingDown(true);
    ASSERT_TRUE(logind.waitForLetGo());
    const auto session = me.pathProperty(job, kJob, "Result");
    EXPECT_EQ(me.text(session, kSession, "State"), "suspended");
    logind.takeBack();
}

TEST_F(ShutdownTest, aShutdownThatDidNotComeIsForgotten) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    logind.sayGoingDown(true);
    ASSERT_TRUE(logind.waitForLetGo());
    logind.sayGoingDown(false);
    const auto session = startOwn("afterwards");
    ASSERT_TRUE(logind.waitForLock());
    ASSERT_TRUE(logind.held());
    logind.sayGoingDown(true);
    ASSERT_TRUE(logind.waitForLetGo());
    EXPECT_EQ(me.text(session, kSession, "State"), "suspended");
    logind.takeBack();
}

// Anybody may send a signal of that name; only logind's counts.
TEST_F(ShutdownTest, nobodyElseCanSayIt) {
    Logind logind;
    ASSERT_TRUE(logind.waitForLock());
    const auto session = startOwn("goes on");
    ASSERT_GE(
        sd_bus_emit_signal(me.bus(), kLogindPath, kLogindManager, "PrepareForShutdown", "b", 1), 0);
    // To the helper alone: no bus looks whether it comes from logind.
    sd_bus_message* signal = nullptr;
    ASSERT_GE(sd_bus_message_new_signal(me.bus(), &signal, kLogindPath, kLogindManager,
                                        "PrepareForShutdown"),
              0);
    sd_bus_message_append(signal, "b", 1);
    EXPECT_GE(sd_bus_send_to(me.bus(), adopt(signal).get(), kService, nullptr), 0);
    ASSERT_TRUE(me.waitForEnd(me.snapshot(session, "").objectPath()));
    EXPECT_EQ(me.text(session, kSession, "State"), "running");
    EXPECT_TRUE(logind.held());
}

} // namespace
} // namespace entracte::test
