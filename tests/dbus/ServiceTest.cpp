// The helper's bus side as its callers meet it: real dbus-daemon, real polkitd, an engine in
// memory. Run by private-bus.sh, which says who may what:
//   games (5) and news (9) use their own; irc (39) too, but polkit takes two seconds over it;
//   backup (34) manages others'; nobody (65534) nothing.
// "mine" is of games and "theirs" of news, from the start.

#include "tests/dbus/BusClient.h"

#include <algorithm>
#include <thread>

namespace entracte::test {
namespace {

constexpr uid_t kMe = 5;
constexpr uid_t kOther = 9;
constexpr uid_t kSlow = 39;
constexpr uid_t kAdmin = 34;
constexpr uid_t kNobody = 65534;

std::string code(const char* name) {
    return std::string("org.entracte.Error.") + name;
}

class ServiceTest : public testing::Test {
protected:
    // The session called `name`, seen with root's eyes.
    std::string sessionNamed(const std::string& name) {
        BusClient root(0);
        for (const auto& path : root.managed())
            if (root.text(path, kSession, "Name") == name)
                return path;
        return {};
    }
    std::string startOwn(const std::string& name) {
        const auto job = me.start(name);
        EXPECT_TRUE(job.ok()) << job.error << job.text;
        const auto path = job.objectPath();
        EXPECT_TRUE(me.waitForEnd(path));
        return me.pathProperty(path, kJob, "Result");
    }

    // Of a call that began a job: what came of it.
    static std::string resultOf(BusClient& client, const Reply& begun) {
        EXPECT_TRUE(begun.ok()) << begun.error << begun.text;
        const auto path = begun.objectPath();
        EXPECT_TRUE(client.waitForEnd(path));
        EXPECT_EQ(client.text(path, kJob, "Error"), "") << client.text(path, kJob, "Message");
        return client.pathProperty(path, kJob, "Result");
    }

    BusClient me{kMe};
    BusClient other{kOther};
};

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

TEST_F(ServiceTest, ownSessionsAreAllowedToWhomPolkitAllows) {
    EXPECT_TRUE(me.start("allowed").ok());
    EXPECT_EQ(BusClient(kNobody).start("refused").error, code("NotAuthorized"));
}

TEST_F(ServiceTest, rootHasNoSession) {
    EXPECT_EQ(BusClient(0).start("root's").error, code("InvalidArgument"));
}

TEST_F(ServiceTest, othersObjectsDoNotExist) {
    const auto theirs = sessionNamed("theirs");
    ASSERT_FALSE(theirs.empty());
    EXPECT_TRUE(contains(me.managed(), sessionNamed("mine")));
    EXPECT_FALSE(contains(me.managed(), theirs));
    EXPECT_EQ(me.get(theirs, kSession, "Command").error, SD_BUS_ERROR_UNKNOWN_OBJECT);
    EXPECT_EQ(me.call(theirs, kProperties, "GetAll",
                      [](sd_bus_message* m) { sd_bus_message_append(m, "s", kSession); })
                  .error,
              SD_BUS_ERROR_UNKNOWN_OBJECT);
    for (const std::string path : {"/", "/org", kRoot, "/org/entracte/Entracte1/session"}) {
        const auto reply = me.call(path, "org.freedesktop.DBus.Introspectable", "Introspect");
        const char* xml = "";
        ASSERT_TRUE(reply.ok());
        sd_bus_message_read(reply.message.get(), "s", &xml);
        EXPECT_EQ(std::string(xml).find(theirs.substr(theirs.rfind('/') + 1)), std::string::npos);
    }
}

TEST_F(ServiceTest, othersSessionsCannotBeSteered) {
    const auto theirs = sessionNamed("theirs");
    EXPECT_EQ(me.snapshot(theirs, "").error, code("NotAuthorized"));
    EXPECT_EQ(me.call(theirs, kSession, "Stop").error, code("NotAuthorized"));
    EXPECT_EQ(me.call(theirs, kSession, "Delete").error, code("NotAuthorized"));
    EXPECT_EQ(me.call(theirs, kSession, "Preflight").error, code("NotAuthorized"));
    EXPECT_EQ(
        me.call(theirs, kSession, "Exec",
                [](sd_bus_message* m) { sd_bus_message_append(m, "asa{ss}s", 1, "sh", 0, ""); })
            .error,
        code("NotAuthorized"));
}

TEST_F(ServiceTest, anAdministratorSeesAndManagesAll) {
    BusClient admin(kAdmin);
    const auto theirs = sessionNamed("theirs");
    EXPECT_TRUE(contains(admin.managed(), theirs));
    EXPECT_EQ(admin.text(theirs, kSession, "Name"), "theirs");
    const auto job = admin.snapshot(theirs, "by the administrator");
    ASSERT_TRUE(job.ok()) << job.text;
    const auto path = job.objectPath();
    ASSERT_TRUE(admin.waitForEnd(path));
    const auto snapshot = admin.pathProperty(path, kJob, "Result");
    // It belongs to whose session it is.
    EXPECT_EQ(other.text(snapshot, kSnapshot, "Comment"), "by the administrator");
    EXPECT_EQ(me.get(snapshot, kSnapshot, "Comment").error, SD_BUS_ERROR_UNKNOWN_OBJECT);
}

TEST_F(ServiceTest, signalsReachOnlyThoseWhoMayHear) {
    std::vector<std::string> mine;
    std::vector<std::string> theirs;
    me.listen(mine);
    other.listen(theirs);
    const auto session = startOwn("heard");
    ASSERT_TRUE(me.waitForEnd(me.snapshot(session, "").objectPath()));
    const auto heard = [&](const std::string& member) {
        return std::any_of(mine.begin(), mine.end(), [&](auto& s) { return s.ends_with(member); });
    };
    EXPECT_TRUE(me.until(
        [&] {
            return heard("InterfacesAdded") && heard("Completed") && heard("PropertiesChanged");
        },
        std::chrono::seconds(5)));
    other.until([] { return false; }, std::chrono::milliseconds(300));
    EXPECT_TRUE(theirs.empty()) << theirs.front();
}

TEST_F(ServiceTest, aJobTellsHowItGoesAndHowItEnded) {
    const auto session = startOwn("lifecycle");
    EXPECT_EQ(me.text(session, kSession, "State"), "running");
    const auto job = me.snapshot(session, "slow").objectPath();
    EXPECT_TRUE(me.running(job));
    EXPECT_EQ(me.text(job, kJob, "Kind"), "snapshot");
    EXPECT_EQ(me.pathProperty(job, kJob, "Session"), session);
    EXPECT_TRUE(me.until([&] { return me.text(job, kJob, "Phase") == "storing"; },
                         std::chrono::seconds(5)));
    ASSERT_TRUE(me.waitForEnd(job));
    EXPECT_EQ(me.text(job, kJob, "Error"), "");
    EXPECT_EQ(me.text(me.pathProperty(job, kJob, "Result"), kSnapshot, "Comment"), "slow");
}

TEST_F(ServiceTest, aFailedJobSaysWhyAndWhatToDo) {
    const auto session = startOwn("fails");
    const auto job = me.snapshot(session, "fail:NotCheckpointable").objectPath();
    ASSERT_TRUE(me.waitForEnd(job));
    EXPECT_EQ(me.text(job, kJob, "Error"), "NotCheckpointable");
    EXPECT_EQ(me.text(job, kJob, "Message"), "It failed as it was told. Tell it otherwise.");
    EXPECT_EQ(me.pathProperty(job, kJob, "Result"), "/");
}

TEST_F(ServiceTest, aSecondJobOnASessionIsRefused) {
    const auto session = startOwn("busy");
    const auto job = me.snapshot(session, "slow").objectPath();
    EXPECT_EQ(me.snapshot(session, "").error, code("Busy"));
    EXPECT_EQ(me.call(session, kSession, "Delete").error, code("Busy"));
    EXPECT_TRUE(me.start("another").ok());
    ASSERT_TRUE(me.waitForEnd(job));
    EXPECT_EQ(me.text(job, kJob, "Error"), "");
    EXPECT_TRUE(me.snapshot(session, "").ok());
}

TEST_F(ServiceTest, aJobIsCancelledByItsOwnerOnly) {
    const auto session = startOwn("cancelled");
    const auto job = me.snapshot(session, "slow").objectPath();
    EXPECT_EQ(other.call(job, kJob, "Cancel").error, code("NotAuthorized"));
    EXPECT_TRUE(me.running(job));
    EXPECT_TRUE(me.call(job, kJob, "Cancel").ok());
    ASSERT_TRUE(me.waitForEnd(job));
    EXPECT_EQ(me.text(job, kJob, "Error"), "Cancelled");
}

TEST_F(ServiceTest, programsExitIsTold) {
    std::vector<std::string> heard;
    me.listen(heard);
    const auto session = startOwn("exits");
    EXPECT_TRUE(me.call(session, kSession, "Exec", [](sd_bus_message* m) {
                      sd_bus_message_append(m, "asa{ss}s", 1, "exit", 1, "A", "b", "/");
                  }).ok());
    EXPECT_TRUE(me.until([&] { return contains(heard, session + " ProgramExited"); },
                         std::chrono::seconds(5)));
}

TEST_F(ServiceTest, aDeletedSessionIsGoneWithItsSnapshots) {
    const auto session = startOwn("deleted");
    const auto job = me.call(session, kSession, "Suspend", [](sd_bus_message* m) {
                           sd_bus_message_append(m, "s", "");
                       }).objectPath();
    ASSERT_TRUE(me.waitForEnd(job));
    const auto snapshot = me.pathProperty(job, kJob, "Result");
    EXPECT_TRUE(contains(me.managed(), snapshot));
    EXPECT_EQ(me.text(session, kSession, "State"), "suspended");
    EXPECT_TRUE(me.call(session, kSession, "Delete").ok());
    EXPECT_TRUE(
        me.until([&] { return !contains(me.managed(), session); }, std::chrono::seconds(5)));
    EXPECT_FALSE(contains(me.managed(), snapshot));
    EXPECT_EQ(me.snapshot(session, "").error, SD_BUS_ERROR_UNKNOWN_OBJECT);
}

TEST_F(ServiceTest, unknownObjectsAreRefused) {
    const std::string nowhere = std::string(kRoot) + "/session/0123456789abcdef";
    EXPECT_EQ(me.snapshot(nowhere, "").error, SD_BUS_ERROR_UNKNOWN_OBJECT);
    EXPECT_EQ(me.get(nowhere, kSession, "Name").error, SD_BUS_ERROR_UNKNOWN_OBJECT);
    EXPECT_EQ(me.call(std::string(kRoot) + "/job/99999", kJob, "Cancel").error,
              SD_BUS_ERROR_UNKNOWN_OBJECT);
}

TEST_F(ServiceTest, aSnapshotOfAnotherSessionIsRefused) {
    const auto session = startOwn("resumes");
    const auto foreign = startOwn("foreign");
    const auto job = me.snapshot(foreign, "").objectPath();
    ASSERT_TRUE(me.waitForEnd(job));
    const auto foreignSnapshot = me.pathProperty(job, kJob, "Result");
    for (const std::string& path :
         {foreignSnapshot, session, session + "/snapshot/zz", std::string("/org")}) {
        const auto reply = me.call(session, kSession, "Resume", [&](sd_bus_message* m) {
            sd_bus_message_append(m, "oa{sv}", path.c_str(), 0);
        });
        EXPECT_EQ(reply.error, code("NotFound")) << path;
    }
}

TEST_F(ServiceTest, theGateCannotBeBypassed) {
    // Without an interface sd-bus would look for the member everywhere, its own Properties
    // included.
    const auto theirs = sessionNamed("theirs");
    const auto call = me.newCall(theirs, nullptr, "GetAll");
    sd_bus_message_append(call.get(), "s", kSession);
    EXPECT_EQ(me.send(call).error, SD_BUS_ERROR_ACCESS_DENIED);
    EXPECT_EQ(me.call(std::string(kRoot) + "/session", kObjectManager, "GetManagedObjects").error,
              SD_BUS_ERROR_UNKNOWN_METHOD);
    EXPECT_EQ(me.call(sessionNamed("mine"), kProperties, "Set",
                      [](sd_bus_message* m) {
                          sd_bus_message_append(m, "ssv", kSession, "Owner", "u", 0u);
                      })
                  .error,
              SD_BUS_ERROR_PROPERTY_READ_ONLY);
}

TEST_F(ServiceTest, hostileOptionsAreRefused) {
    struct Case {
        const char* why;
        BusClient::Fill fill;
    };
    const std::string longText(70'000, 'x');
    const std::vector<Case> cases{
        {"unknown", [](auto* m) { sd_bus_message_append(m, "sv", "uid", "u", 0u); }},
        {"type", [](auto* m) { sd_bus_message_append(m, "sv", "name", "u", 7u); }},
        {"escape", [](auto* m) { sd_bus_message_append(m, "sv", "name", "s", "a\033[2J"); }},
        {"empty", [](auto* m) { sd_bus_message_append(m, "sv", "name", "s", ""); }},
        {"override", [](auto* m) { sd_bus_message_append(m, "sv", "name", "s", "a\u202eb"); }},
        {"long", [&](auto* m) { sd_bus_message_append(m, "sv", "name", "s", longText.c_str()); }},
        {"screen", [](auto* m) { sd_bus_message_append(m, "sv", "screen", "s", "moon"); }},
        {"width", [](auto* m) { sd_bus_message_append(m, "sv", "width", "q", 1); }},
        {"display", [](auto* m) { sd_bus_message_append(m, "sv", "display", "s", "; rm -rf"); }},
        {"cookie", [](auto* m) { sd_bus_message_append(m, "sv", "xauthority", "s", "../x"); }},
        {"cwd", [](auto* m) { sd_bus_message_append(m, "sv", "workingDirectory", "s", "tmp"); }},
        {"share", [](auto* m) { sd_bus_message_append(m, "sv", "share", "as", 1, "/a/../etc"); }},
        {"proc", [](auto* m) { sd_bus_message_append(m, "sv", "share", "as", 1, "/proc"); }},
        {"root", [](auto* m) { sd_bus_message_append(m, "sv", "shareReadOnly", "as", 1, "/"); }},
        {"variable",
         [](auto* m) { sd_bus_message_append(m, "sv", "environment", "a{ss}", 1, "A=B", "c"); }},
    };
    for (const auto& one : cases) {
        const auto reply = me.call(kRoot, kManager, "StartSession", [&](sd_bus_message* m) {
            sd_bus_message_append(m, "as", 1, "xterm");
            sd_bus_message_open_container(m, 'a', "{sv}");
            if (std::string(one.why) != "screen") {
                sd_bus_message_open_container(m, 'e', "sv");
                sd_bus_message_append(m, "sv", "screen", "s", "headless");
                sd_bus_message_close_container(m);
            }
            sd_bus_message_open_container(m, 'e', "sv");
            one.fill(m);
            sd_bus_message_close_container(m);
            sd_bus_message_close_container(m);
        });
        EXPECT_EQ(reply.error, code("InvalidArgument")) << one.why << ": " << reply.text;
    }
    const auto session = startOwn("hostile");
    EXPECT_EQ(me.snapshot(session, std::string(2000, 'x')).error, code("InvalidArgument"));
    EXPECT_EQ(me.snapshot(session, "two\nlines").error, code("InvalidArgument"));
    EXPECT_EQ(me.call(session, kSession, "Exec",
                      [](auto* m) { sd_bus_message_append(m, "asa{ss}s", 0, 0, ""); })
                  .error,
              code("InvalidArgument"));
}

TEST_F(ServiceTest, onePersonCannotStartJobsWithoutEnd) {
    std::vector<std::string> jobs;
    std::string error;
    for (int i = 0; i < 12 && error.empty(); ++i) {
        const auto reply = other.start("slow");
        if (reply.ok())
            jobs.push_back(reply.objectPath());
        error = reply.error;
    }
    EXPECT_EQ(error, code("Busy"));
    EXPECT_TRUE(me.start("not hindered").ok());
    for (const auto& job : jobs)
        EXPECT_TRUE(other.call(job, kJob, "Cancel").ok());
    for (const auto& job : jobs)
        EXPECT_TRUE(other.waitForEnd(job));
}

TEST_F(ServiceTest, nobodyWaitsForAnotherPersonsDialog) {
    BusClient slow(kSlow);
    const auto call = slow.newCall(kRoot, kManager, "StartSession");
    sd_bus_message_append(call.get(), "asa{sv}", 1, "xterm", 1, "screen", "s", "headless");
    sd_bus_send(slow.bus(), call.get(), nullptr);
    sd_bus_flush(slow.bus());
    std::this_thread::sleep_for(std::chrono::milliseconds(300)); // polkit thinks for two seconds
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(me.text(kRoot, kManager, "Version").empty());
    EXPECT_FALSE(me.text(sessionNamed("mine"), kSession, "Name").empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1000));
}

TEST_F(ServiceTest, aRollbackSavesThePresentFirst) {
    const auto session = startOwn("rolled back");
    const auto early = resultOf(me, me.snapshot(session, "early"));
    const auto job = me.call(session, kSession, "Rollback", [&](sd_bus_message* m) {
        sd_bus_message_append(m, "oa{sv}", early.c_str(), 0);
    });
    EXPECT_EQ(resultOf(me, job), session);
    std::vector<std::string> origins;
    for (const auto& path : me.managed())
        if (path.starts_with(session + "/snapshot/"))
            origins.push_back(me.text(path, kSnapshot, "Origin"));
    std::ranges::sort(origins);
    EXPECT_EQ(origins, (std::vector<std::string>{"asked", "rollback"}));
}

TEST_F(ServiceTest, aRollbackNeedsASnapshotOfTheSession) {
    const auto session = startOwn("not rolled back");
    const auto rollback = [&](const std::string& snapshot) {
        return me
            .call(
                session, kSession, "Rollback",
                [&](sd_bus_message* m) { sd_bus_message_append(m, "oa{sv}", snapshot.c_str(), 0); })
            .error;
    };
    EXPECT_EQ(rollback("/"), code("InvalidArgument"));
    EXPECT_EQ(rollback(sessionNamed("mine") + "/snapshot/0123456789abcdef"), code("NotFound"));
    EXPECT_EQ(rollback("/etc/passwd"), code("NotFound"));
}

TEST_F(ServiceTest, aCloneIsASecondSession) {
    const auto session = startOwn("original");
    ASSERT_FALSE(resultOf(me, me.snapshot(session, "")).empty());
    const auto clone = [&](const char* name) {
        return me.call(session, kSession, "Clone", [&](sd_bus_message* m) {
            sd_bus_message_append(m, "osa{sv}", "/", name, 0);
        });
    };
    const auto second = resultOf(me, clone("beside"));
    EXPECT_NE(second, session);
    EXPECT_EQ(me.text(second, kSession, "Name"), "beside");
    EXPECT_EQ(me.text(session, kSession, "State"), "running");
    EXPECT_EQ(clone("bad\nname").error, code("InvalidArgument"));
}

TEST_F(ServiceTest, namesCommentsAndPinsCanBeChanged) {
    const auto session = startOwn("old name");
    const auto snapshot = resultOf(me, me.snapshot(session, "old comment"));
    const auto say = [](const char* text) {
        return [text](sd_bus_message* m) { sd_bus_message_append(m, "s", text); };
    };
    std::vector<std::string> heard;
    me.listen(heard);
    EXPECT_TRUE(me.call(session, kSession, "Rename", say("new name")).ok());
    EXPECT_TRUE(me.call(snapshot, kSnapshot, "SetComment", say("new comment")).ok());
    EXPECT_TRUE(me.call(snapshot, kSnapshot, "SetPinned", [](sd_bus_message* m) {
                      sd_bus_message_append(m, "b", 1);
                  }).ok());
    EXPECT_EQ(me.text(session, kSession, "Name"), "new name");
    EXPECT_EQ(me.text(snapshot, kSnapshot, "Comment"), "new comment");
    int pinned = 0;
    const auto reply = me.get(snapshot, kSnapshot, "Pinned");
    ASSERT_TRUE(reply.ok());
    sd_bus_message_read(reply.message.get(), "v", "b", &pinned);
    EXPECT_EQ(pinned, 1);
    EXPECT_TRUE(me.until([&] { return contains(heard, snapshot + " PropertiesChanged"); },
                         std::chrono::seconds(5)));

    EXPECT_EQ(me.call(session, kSession, "Rename", say("")).error, code("InvalidArgument"));
    EXPECT_EQ(me.call(snapshot, kSnapshot, "SetComment", say("two\nlines")).error,
              code("InvalidArgument"));
    EXPECT_EQ(other.call(session, kSession, "Rename", say("theirs")).error, code("NotAuthorized"));
    EXPECT_EQ(other.call(snapshot, kSnapshot, "SetComment", say("theirs")).error,
              code("NotAuthorized"));
}

TEST_F(ServiceTest, aScheduleMakesJobsByItself) {
    const auto session = startOwn("scheduled");
    const auto set = [&](unsigned seconds) {
        return me.call(session, kSession, "SetSchedule",
                       [&](sd_bus_message* m) { sd_bus_message_append(m, "u", seconds); });
    };
    EXPECT_EQ(set(3).error, code("InvalidArgument"));
    EXPECT_TRUE(set(600).ok());
    const auto saved = [&]() -> std::string {
        for (const auto& path : me.managed())
            if (path.starts_with(session + "/snapshot/"))
                return path;
        return {};
    };
    ASSERT_TRUE(me.until([&] { return !saved().empty(); }, std::chrono::seconds(5)));
    EXPECT_EQ(me.text(saved(), kSnapshot, "Origin"), "scheduled");
}

TEST_F(ServiceTest, aPictureOfASnapshotComesInASealedFile) {
    const auto session = startOwn("seen");
    const auto snapshot = resultOf(me, me.snapshot(session, ""));
    const auto reply = me.call(snapshot, kSnapshot, "Thumbnail");
    ASSERT_TRUE(reply.ok()) << reply.text;
    int png = -1;
    ASSERT_GT(sd_bus_message_read(reply.message.get(), "h", &png), 0);
    char start[4] = {};
    EXPECT_EQ(::read(png, start, sizeof start), 4);
    EXPECT_EQ(std::string(start, 4), "\x89PNG");
    EXPECT_LT(::pwrite(png, "x", 1, 0), 0);
    EXPECT_EQ(other.call(snapshot, kSnapshot, "Thumbnail").error, code("NotAuthorized"));
    for (const auto& [path, interface] :
         {std::pair(session, kSession), std::pair(snapshot, kSnapshot)}) {
        const auto windows = me.call(path, interface, "ListWindows");
        ASSERT_TRUE(windows.ok()) << windows.text;
        const char* title = "";
        ASSERT_GT(sd_bus_message_enter_container(windows.message.get(), 'a', "(ssiiuu)"), 0);
        ASSERT_GT(sd_bus_message_enter_container(windows.message.get(), 'r', "ssiiuu"), 0);
        sd_bus_message_read(windows.message.get(), "s", &title);
        EXPECT_STREQ(title, "A letter");
        EXPECT_EQ(other.call(path, interface, "ListWindows").error, code("NotAuthorized"));
    }
}

TEST_F(ServiceTest, aVaultIsItsOwnersAlone) {
    const auto session = startOwn("secretive");
    const auto made = me.withPassphrases(kRoot, kManager, "CreateVault", {"mine"});
    ASSERT_TRUE(made.ok()) << made.text;
    const auto vault = made.objectPath();
    EXPECT_TRUE(vault.ends_with("/vault/" + std::to_string(kMe)));
    EXPECT_TRUE(contains(me.managed(), vault));
    EXPECT_FALSE(contains(other.managed(), vault));
    for (const char* member : {"Lock", "Delete"})
        EXPECT_EQ(other.call(vault, kVault, member).error, code("NotAuthorized"));
    EXPECT_EQ(other.withPassphrases(vault, kVault, "Unlock", {"mine"}).error,
              code("NotAuthorized"));
    const auto snapshot = resultOf(me, me.snapshot(session, ""));
    EXPECT_TRUE(me.flag(snapshot, kSnapshot, "Encrypted"));
    EXPECT_FALSE(me.flag(snapshot, kSnapshot, "Locked"));
    ASSERT_TRUE(me.call(vault, kVault, "Lock").ok());
    EXPECT_TRUE(me.flag(vault, kVault, "Locked"));
    EXPECT_TRUE(me.flag(snapshot, kSnapshot, "Locked"));
    const auto refused = me.snapshot(session, "").objectPath();
    ASSERT_TRUE(me.waitForEnd(refused));
    EXPECT_EQ(me.text(refused, kJob, "Error"), "VaultLocked");
    EXPECT_EQ(me.withPassphrases(vault, kVault, "Unlock", {"wrong"}).error, code("NotAuthorized"));
    EXPECT_TRUE(me.withPassphrases(vault, kVault, "ChangePassphrase", {"mine", "new"}).ok());
    EXPECT_TRUE(me.withPassphrases(vault, kVault, "Unlock", {"new"}).ok());
    EXPECT_FALSE(me.flag(snapshot, kSnapshot, "Locked"));
    EXPECT_EQ(me.call(vault, kVault, "Delete").error, code("InvalidArgument"));
    ASSERT_TRUE(me.call(snapshot, kSnapshot, "Delete").ok());
    EXPECT_TRUE(me.call(vault, kVault, "Delete").ok());
    EXPECT_TRUE(me.until([&] { return !contains(me.managed(), vault); }, std::chrono::seconds(5)));
    EXPECT_EQ(BusClient(0).withPassphrases(kRoot, kManager, "CreateVault", {"root's"}).error,
              code("InvalidArgument"));
}

// Somebody of whom nothing else runs, with a vault.
class LeaverTest : public ServiceTest {
protected:
    void SetUp() override {
        const auto made = leaver.withPassphrases(kRoot, kManager, "CreateVault", {passphrase});
        ASSERT_TRUE(made.ok()) << made.text;
        vault = made.objectPath();
        ASSERT_GE(sd_bus_request_name(logind.bus(), "org.freedesktop.login1", 0), 0);
    }
    void TearDown() override { EXPECT_TRUE(leaver.call(vault, kVault, "Delete").ok()); }

    static void say(BusClient& who, const char* what, std::uint32_t uid) {
        sd_bus_emit_signal(who.bus(), "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                           what, "uo", uid, "/org/freedesktop/login1/user/x");
        sd_bus_flush(who.bus());
    }
    std::string start(const std::string& name) { return resultOf(leaver, leaver.start(name)); }
    void stop(const std::string& session) {
        const auto job = leaver.call(session, kSession, "Stop");
        ASSERT_TRUE(job.ok()) << job.text;
        EXPECT_TRUE(leaver.waitForEnd(job.objectPath()));
    }
    bool isLocked() { return leaver.flag(vault, kVault, "Locked"); }
    bool becomesLocked() {
        return leaver.until([&] { return isLocked(); }, std::chrono::seconds(5));
    }

    BusClient leaver{kAdmin};
    BusClient logind{0};
    std::string vault;
    const char* passphrase = "mine";
};

TEST_F(LeaverTest, leavesTheirVaultLocked) {
    say(other, "UserRemoved", kAdmin); // not logind: anybody can say anything
    EXPECT_FALSE(isLocked());
    say(logind, "UserRemoved", kOther);
    EXPECT_FALSE(isLocked());
    say(logind, "UserRemoved", kAdmin);
    EXPECT_TRUE(becomesLocked());
}

// What goes on can be saved until it ends: by its schedule, or when the machine goes down.
TEST_F(LeaverTest, leavesTheirVaultOpenWhileSomethingOfTheirsRuns) {
    const auto first = start("goes on");
    const auto second = start("goes on, too");
    say(logind, "UserRemoved", kAdmin);
    stop(first);
    EXPECT_FALSE(isLocked()) << "one of two runs";
    stop(second);
    EXPECT_TRUE(becomesLocked());
}

TEST_F(LeaverTest, hasTheirVaultOpenWhenTheyAreBack) {
    const auto session = start("goes on");
    say(logind, "UserRemoved", kAdmin);
    say(logind, "UserNew", kAdmin);
    stop(session);
    EXPECT_FALSE(isLocked());
}

class StickingVaultTest : public LeaverTest {
protected:
    StickingVaultTest() { passphrase = "sticks"; } // the first attempt to lock it fails
};

TEST_F(StickingVaultTest, isLockedAtAnotherAttempt) {
    say(logind, "UserRemoved", kAdmin);
    EXPECT_TRUE(leaver.until([&] { return isLocked(); }, std::chrono::seconds(30)));
}

TEST_F(LeaverTest, leavesTheirVaultOpenWhileSomethingOfTheirsBegins) {
    const auto job = leaver.start("late").objectPath();
    BusClient root(0); // of whom polkit is not asked
    ASSERT_TRUE(root.until(
        [&] {
            const auto session = sessionNamed("late");
            return !session.empty() && root.text(session, kSession, "State") == "starting";
        },
        std::chrono::seconds(5)));
    say(logind, "UserRemoved", kAdmin);
    ASSERT_TRUE(leaver.waitForEnd(job));
    EXPECT_FALSE(isLocked());
    stop(leaver.pathProperty(job, kJob, "Result"));
    EXPECT_TRUE(becomesLocked());
}

TEST_F(ServiceTest, changedDocumentsAreNamed) {
    const auto session = startOwn("documents");
    const auto ask = [&](BusClient& client) {
        return client.call(session, kSession, "ChangedFiles",
                           [](sd_bus_message* m) { sd_bus_message_append(m, "o", "/"); });
    };
    const auto reply = ask(me);
    ASSERT_TRUE(reply.ok()) << reply.text;
    const char* path = "";
    int removed = 1;
    sd_bus_message_enter_container(reply.message.get(), 'a', "(sb)");
    sd_bus_message_read(reply.message.get(), "(sb)", &path, &removed);
    EXPECT_STREQ(path, "/home/somebody/letter.txt");
    EXPECT_EQ(removed, 0);
    EXPECT_EQ(ask(other).error, code("NotAuthorized"));
    EXPECT_EQ(me.call(session, kSession, "Resume",
                      [](sd_bus_message* m) {
                          sd_bus_message_append(m, "oa{sv}", "/", 1, "files", "s", "whatever");
                      })
                  .error,
              code("InvalidArgument"));
}

} // namespace
} // namespace entracte::test
