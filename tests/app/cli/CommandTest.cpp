// entracte as people use it: the program itself, as several users, on a real bus with polkit,
// against an engine in memory (tests/dbus/FakeEngine.h). Run by private-bus.sh.

#include "session/base/Error.h"
#include "session/base/UniqueFd.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <pty.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace entracte {
namespace {

using Json = nlohmann::json;

constexpr uid_t kMe = 5;
constexpr uid_t kOther = 9;
constexpr uid_t kAdmin = 34;
constexpr uid_t kNobody = 65534;

struct Outcome {
    int status = -1;
    std::string out;
    std::string err;
    Json json() const { return Json::parse(out, nullptr, false); }
};

std::string readAll(int fd) {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t got; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

// What a process that was forked for it becomes: the program, run by that user.
[[noreturn]] void become(int program, uid_t uid, std::vector<std::string> arguments,
                         const std::string& bus) {
    if (!bus.empty())
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.c_str(), 1);
    ::unsetenv("DISPLAY");
    ::setenv("HOME", "/nonexistent", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    if (::chdir("/") < 0 || ::setgroups(0, nullptr) < 0 || ::setgid(60) < 0 || ::setuid(uid) < 0)
        ::_exit(99);
    std::vector<char*> words;
    arguments.insert(arguments.begin(), "entracte");
    for (auto& argument : arguments)
        words.push_back(argument.data());
    words.push_back(nullptr);
    ::fexecve(program, words.data(), environ);
    ::_exit(98);
}

// Runs the program on a terminal of its own and types `answer` when it has asked; `out` is what the
// terminal shows.
Outcome runOnTerminal(uid_t uid, const std::vector<std::string>& arguments,
                      const std::string& answer) {
    const UniqueFd program(::open(std::getenv("ENTRACTE_PROGRAM"), O_PATH | O_CLOEXEC));
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0)
        become(program.get(), uid, arguments, {});
    const UniqueFd screen(terminal);
    Outcome outcome;
    bool answered = false;
    std::array<char, 4096> buffer;
    for (ssize_t got; (got = ::read(screen.get(), buffer.data(), buffer.size())) > 0;) {
        outcome.out.append(buffer.data(), static_cast<std::size_t>(got));
        if (!answered && outcome.out.find("[y/N] ") != std::string::npos)
            answered = ::write(screen.get(), answer.data(), answer.size()) > 0;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

// Runs the program; `interruptAfter` sends it SIGINT, `input` is what it can read.
Outcome run(uid_t uid, std::vector<std::string> arguments, const std::string& bus = {},
            std::chrono::milliseconds interruptAfter = {}, const std::string& input = {}) {
    // Opened as root: the user may not be able to reach a build tree in root's home.
    const UniqueFd program(::open(std::getenv("ENTRACTE_PROGRAM"), O_PATH | O_CLOEXEC));
    int in[2], out[2], err[2];
    if (!program || ::pipe2(in, O_CLOEXEC) < 0 || ::pipe2(out, O_CLOEXEC) < 0 ||
        ::pipe2(err, O_CLOEXEC) < 0 || ::write(in[1], input.data(), input.size()) < 0)
        return {};
    ::close(in[1]);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in[0], 0);
        ::dup2(out[1], 1);
        ::dup2(err[1], 2);
        become(program.get(), uid, std::move(arguments), bus);
    }
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    if (interruptAfter.count() > 0) {
        std::this_thread::sleep_for(interruptAfter);
        ::kill(child, SIGINT);
    }
    Outcome outcome{-1, readAll(out[0]), readAll(err[0])};
    ::close(out[0]);
    ::close(err[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

int statusOf(ErrorCode code) {
    return errorInfo(code).exitStatus;
}

Outcome start(const std::string& name) {
    return run(kMe, {"--json", "start", "--name", name, "--screen", "headless", "--", "xterm", "-e",
                     "top"});
}

TEST(CommandTest, startGivesTheSession) {
    const auto outcome = start("started");
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto session = outcome.json()["session"];
    EXPECT_EQ(session["name"], "started");
    EXPECT_EQ(session["owner"], kMe);
    EXPECT_EQ(session["state"], "running");
    EXPECT_EQ(session["command"], (Json{"xterm", "-e", "top"}));
    EXPECT_EQ(session["id"].get<std::string>().size(), 16u);
}

TEST(CommandTest, startSaysWhatIsWrong) {
    const auto outcome = run(kMe, {"start", "--screen", "headless", "--", "/missing"});
    EXPECT_EQ(outcome.status, statusOf(ErrorCode::NotFound));
    EXPECT_EQ(outcome.err, "entracte: There is no program /missing.\n");
    EXPECT_EQ(run(kMe, {"start", "--", "xterm"}).status, statusOf(ErrorCode::InvalidArgument));
    EXPECT_EQ(run(kNobody, {"start", "--screen", "headless"}).status,
              statusOf(ErrorCode::NotAuthorized));
    EXPECT_EQ(run(kMe, {"start", "--screen", "headless", "--share", "/proc"}).status,
              statusOf(ErrorCode::InvalidArgument));
}

TEST(CommandTest, listShowsOnesOwnAndTheAdministratorAll) {
    const auto names = [](uid_t uid) {
        std::vector<std::string> names;
        const auto listed = run(uid, {"list", "--json"}).json();
        for (const auto& session : listed["sessions"])
            names.push_back(session["name"]);
        return names;
    };
    const auto has = [](const std::vector<std::string>& list, const char* name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    EXPECT_TRUE(has(names(kMe), "mine"));
    EXPECT_FALSE(has(names(kMe), "theirs"));
    EXPECT_TRUE(has(names(kOther), "theirs"));
    EXPECT_FALSE(has(names(kOther), "mine"));
    EXPECT_TRUE(has(names(kAdmin), "mine") && has(names(kAdmin), "theirs"));
    EXPECT_NE(run(kNobody, {"list"}).out.find("There is no session"), std::string::npos);
}

TEST(CommandTest, execGivesTheProcess) {
    const auto outcome =
        run(kMe, {"exec", "mine", "--json", "--env", "A=b", "--", "xterm", "-e", "x"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_GT(outcome.json()["pid"].get<int>(), 0);
    EXPECT_EQ(run(kMe, {"exec", "mine", "--", "/missing"}).status, statusOf(ErrorCode::NotFound));
    EXPECT_EQ(run(kMe, {"exec", "theirs", "--", "x"}).status, statusOf(ErrorCode::NotFound));
}

TEST(CommandTest, aSessionGoesThroughItsWholeLife) {
    const std::string id = start("whole life").json()["session"]["id"];
    const auto snapshot = run(kMe, {"snapshot", "whole life", "--comment", "first", "--json"});
    ASSERT_EQ(snapshot.status, 0) << snapshot.err;
    EXPECT_EQ(snapshot.json()["snapshot"]["comment"], "first");
    EXPECT_EQ(snapshot.json()["snapshot"]["session"], id);
    EXPECT_EQ(snapshot.json()["snapshot"]["frozen_us"], 420000);

    EXPECT_EQ(run(kMe, {"detach", id, "--json"}).json()["session"]["state"], "detached");
    EXPECT_EQ(run(kMe, {"attach", id.substr(0, 8), "--screen", "headless", "--json"})
                  .json()["session"]["state"],
              "running");
    EXPECT_EQ(run(kMe, {"suspend", id, "--json"}).json()["snapshot"]["suspended"], true);

    const auto shown = run(kMe, {"show", id, "--json"}).json()["session"];
    EXPECT_EQ(shown["state"], "suspended");
    ASSERT_EQ(shown["snapshots"].size(), 2u);
    const std::string first = shown["snapshots"][0]["id"];
    EXPECT_EQ(shown["snapshots"][0]["comment"], "first");

    EXPECT_EQ(run(kMe, {"resume", id, "--snapshot", first, "--json"}).json()["session"]["state"],
              "running");
    EXPECT_EQ(run(kMe, {"show", id, "--json"}).json()["session"]["findings"][0]["reason"],
              "It uses UDP.");
    EXPECT_EQ(run(kMe, {"delete", id}).status, statusOf(ErrorCode::Busy)); // it runs
    EXPECT_EQ(run(kMe, {"stop", id, "--json"}).json()["session"]["state"], "suspended");
    EXPECT_EQ(run(kMe, {"delete", id, "--snapshot", first, "--json"}).json()["deleted"]["snapshot"],
              first);
    EXPECT_EQ(run(kMe, {"delete", id, "--json"}).json()["deleted"], (Json{{"session", id}}));
    EXPECT_EQ(run(kMe, {"show", id}).status, statusOf(ErrorCode::NotFound));
}

TEST(CommandTest, onATerminalItAsksBeforeSomethingIsLost) {
    const auto says = [](const Outcome& outcome, const std::string& words) {
        EXPECT_NE(outcome.out.find(words), std::string::npos) << outcome.out;
        return outcome.status;
    };
    const auto stateOf = [](const std::string& id) {
        return run(kMe, {"show", id, "--json"}).json()["session"]["state"].get<std::string>();
    };
    const int cancelled = statusOf(ErrorCode::Cancelled);
    const std::string id = start("unsaved").json()["session"]["id"];
    for (const std::string no : {"\n", "n\n", "yesterday\n", "\x04"})
        EXPECT_EQ(says(runOnTerminal(kMe, {"stop", id}, no),
                       "Stop session \"unsaved\"? It has no snapshot: all of it is lost."),
                  cancelled);
    EXPECT_EQ(stateOf(id), "running");
    const std::string first = run(kMe, {"snapshot", id, "--json"}).json()["snapshot"]["id"];
    EXPECT_EQ(says(runOnTerminal(kMe, {"stop", id, "-q"}, "Y\n"), "since the newest snapshot of 2"),
              0);
    EXPECT_EQ(stateOf(id), "suspended");
    EXPECT_EQ(says(runOnTerminal(kMe, {"delete", id, "--snapshot", first}, "\n"),
                   "It is the last snapshot of session \"unsaved\"."),
              cancelled);
    EXPECT_EQ(says(runOnTerminal(kMe, {"delete", id}, "\n"), "with its only snapshot?"), cancelled);
    EXPECT_EQ(run(kMe, {"resume", id}).status, 0);
    EXPECT_EQ(run(kMe, {"suspend", id}).status, 0);
    const auto asked = runOnTerminal(kMe, {"delete", id, "--snapshot", first}, "\n");
    EXPECT_EQ(says(asked, "Delete snapshot " + first + " of 2"), cancelled);
    EXPECT_EQ(asked.out.find("last"), std::string::npos) << asked.out;
    EXPECT_EQ(says(runOnTerminal(kMe, {"delete", id}, "\n"), "with its 2 snapshots?"), cancelled);
    const auto deleted = runOnTerminal(kMe, {"delete", id, "--yes"}, {});
    EXPECT_EQ(says(deleted, "Deleted session"), 0);
    EXPECT_EQ(deleted.out.find("[y/N]"), std::string::npos) << deleted.out;
}

TEST(CommandTest, aDryRunAndAnExportKnowOfTheVault) {
    const auto vault = [](const char* verb) {
        return run(kOther, {"vault", verb, "--passphrase-fd", "0"}, {}, {}, "secret\n").status;
    };
    ASSERT_EQ(vault("create"), 0);
    ASSERT_EQ(run(kOther, {"snapshot", "theirs", "--dry-run"}).status, 0);
    ASSERT_EQ(run(kOther, {"snapshot", "theirs"}).status, 0);
    const auto clear = run(kOther, {"export", "theirs", "-"});
    EXPECT_EQ(clear.status, 0);
    EXPECT_NE(clear.err.find("--encrypt"), std::string::npos) << clear.err;
    const auto sealed =
        run(kOther, {"export", "theirs", "-", "--passphrase-fd", "0"}, {}, {}, "another\n");
    EXPECT_EQ(sealed.status, 0);
    EXPECT_EQ(sealed.err, "");

    ASSERT_EQ(run(kOther, {"vault", "lock"}).status, 0);
    const auto dry = run(kOther, {"snapshot", "theirs", "--dry-run"});
    EXPECT_EQ(dry.status, statusOf(ErrorCode::VaultLocked));
    EXPECT_EQ(dry.status, run(kOther, {"snapshot", "theirs"}).status);
    EXPECT_NE(dry.out.find("vault is locked"), std::string::npos) << dry.out;
    const auto json = run(kOther, {"snapshot", "theirs", "--dry-run", "--json"}).json();
    EXPECT_EQ(json.value("savable", true), false) << json;
    EXPECT_EQ(json.value("vault_locked", false), true) << json;
    EXPECT_EQ(vault("unlock"), 0);
}

TEST(CommandTest, rulesTellWhatTheyWillRemove) {
    const std::string id = start("ruled").json()["session"]["id"];
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(run(kMe, {"snapshot", id}).status, 0);
    const auto ruled = run(kMe, {"schedule", id, "--keep", "last=1"});
    EXPECT_NE(ruled.out.find("At its next snapshot 2 of those"), std::string::npos) << ruled.out;
    EXPECT_EQ(run(kMe, {"schedule", id}).out.find("At its next"), std::string::npos);
    EXPECT_NE(run(kMe, {"prune", id, "--dry-run"}).out.find("2 snapshots of"), std::string::npos);
    ASSERT_EQ(run(kMe, {"prune", id}).status, 0);
    const auto none = run(kMe, {"prune", id}).out;
    EXPECT_NE(none.find("Nothing to remove"), std::string::npos) << none;
}

TEST(CommandTest, whatThereIsNotIsSaid) {
    EXPECT_EQ(run(kMe, {"import", "/nonexistent/file"}).status, statusOf(ErrorCode::NotFound));
    const std::string id = start("without").json()["session"]["id"];
    const auto back = run(kMe, {"rollback", id, "--snapshot", "newest"});
    EXPECT_EQ(back.status, statusOf(ErrorCode::NotFound));
    EXPECT_NE(back.err.find("no snapshot yet"), std::string::npos) << back.err;
    EXPECT_EQ(run(kMe, {"remote", "list"}).out, "");
    const auto shown = runOnTerminal(kMe, {"remote", "list"}, {});
    EXPECT_NE(shown.out.find("There is no repository"), std::string::npos) << shown.out;
}

TEST(CommandTest, aProgramThatFailsAtOnceIsTold) {
    const std::string id = start("brief").json()["session"]["id"];
    const auto told = runOnTerminal(kMe, {"exec", id, "--", "exit"}, {});
    EXPECT_EQ(told.status, 0);
    EXPECT_NE(told.out.find("\"exit\" ended with status 3 at once."), std::string::npos)
        << told.out;
    const auto stays = runOnTerminal(kMe, {"exec", id, "--", "stays"}, {});
    EXPECT_EQ(stays.out.find("at once"), std::string::npos) << stays.out;
    EXPECT_EQ(run(kMe, {"exec", id, "--", "exit"}).err, ""); // a script does not wait for it
}

TEST(CommandTest, whereTheFolderIsMissingAProgramStartsAtHome) {
    const std::string id = start("elsewhere").json()["session"]["id"];
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"exec", id, "--", "homely"}, {"start", "--screen", "headless", "--", "homely"}}) {
        const auto outcome = run(kMe, words);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_EQ(outcome.err, "entracte: There is no folder \"/\" in the session. It was started "
                               "in the home folder.\n");
    }
    EXPECT_EQ(run(kMe, {"exec", id, "--", "/missing"}).err.find("folder"), std::string::npos);
}

TEST(CommandTest, wrongUsageIsToldAsEveryOtherError) {
    EXPECT_EQ(run(kMe, {"snpshot", "mine"}).err,
              "entracte: There is no command \"snpshot\". Did you mean \"snapshot\"?\n");
    EXPECT_EQ(run(kMe, {"vault", "unlok"}).err,
              "entracte: There is no command \"vault unlok\". Did you mean \"vault unlock\"?\n");
    EXPECT_NE(run(kMe, {"xyzzy"}).err.find("\"entracte --help\" lists all."), std::string::npos);
    EXPECT_NE(run(kMe, {"vault"}).err.find("A command is missing."), std::string::npos);
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--json", "resume"}, {"resume", "--json"}, {"--json", "resume", "x", "--no-such"}}) {
        const auto outcome = run(kMe, words);
        EXPECT_EQ(outcome.status, statusOf(ErrorCode::InvalidArgument));
        EXPECT_EQ(outcome.json()["error"]["code"], "InvalidArgument") << outcome.out;
        EXPECT_EQ(outcome.err.rfind("entracte: ", 0), 0u) << outcome.err;
        EXPECT_NE(outcome.err.find("\"entracte resume --help\""), std::string::npos);
    }
    EXPECT_EQ(run(kMe, {"start", "--help"}).status, 0);
}

TEST(CommandTest, everyErrorOfAJobIsAnExitStatus) {
    for (const auto& info : errorTable()) {
        const auto outcome =
            run(kMe, {"snapshot", "mine", "--json", "--comment", "fail:" + std::string(info.name)});
        EXPECT_EQ(outcome.status, info.exitStatus) << info.name;
        EXPECT_EQ(outcome.json()["error"]["code"], info.name);
        EXPECT_EQ(outcome.json()["error"]["exit_status"], info.exitStatus);
        EXPECT_EQ(outcome.err, "entracte: It failed as it was told. Tell it otherwise.\n");
    }
}

TEST(CommandTest, ctrlCCancelsTheJob) {
    const auto outcome =
        run(kMe, {"snapshot", "mine", "--comment", "slow"}, {}, std::chrono::milliseconds(700));
    EXPECT_EQ(outcome.status, statusOf(ErrorCode::Cancelled));
    EXPECT_NE(outcome.err.find("cancelled"), std::string::npos);
    // Really cancelled, and not only left: the session is free at once.
    EXPECT_EQ(run(kMe, {"snapshot", "mine"}).status, 0);
}

TEST(CommandTest, aBusySessionSaysSo) {
    std::thread slow([] {
        EXPECT_EQ(run(kMe, {"snapshot", "mine", "--comment", "slow"}).status, 0);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const auto outcome = run(kMe, {"snapshot", "mine"});
    slow.join();
    EXPECT_EQ(outcome.status, statusOf(ErrorCode::Busy));
    EXPECT_NE(outcome.err.find("busy"), std::string::npos);
}

TEST(CommandTest, doctorTellsWhatTheHelperFound) {
    const auto outcome = run(kMe, {"doctor", "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    EXPECT_EQ(outcome.json()["ok"], true);
    EXPECT_EQ(outcome.json()["findings"][0]["check"], "helper");
    EXPECT_EQ(outcome.json()["findings"][2]["sentence"], "The engine is a fake.");
}

TEST(CommandTest, doctorLooksItselfWithoutAHelper) {
    const auto outcome = run(kMe, {"doctor", "--json"}, "unix:path=/nonexistent");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.json()["ok"], false);
    std::vector<std::string> checks;
    const auto told = outcome.json();
    for (const auto& finding : told["findings"]) {
        checks.push_back(finding["check"]);
        if (finding["state"] != "ok") {
            EXPECT_FALSE(finding["remedy"].get<std::string>().empty()) << finding;
        }
    }
    EXPECT_EQ(checks, (std::vector<std::string>{"helper", "polkit", "namespaces", "overlayfs",
                                                "seccomp", "criu", "dbus-daemon", "xvfb", "xephyr",
                                                "disk", "memory", "dirty-memory"}));
}

TEST(CommandTest, withoutAHelperItSaysWhatToDo) {
    const auto outcome = run(kMe, {"list"}, "unix:path=/nonexistent");
    EXPECT_EQ(outcome.status, 8);
    EXPECT_NE(outcome.err.find("message bus"), std::string::npos);
}

} // namespace
} // namespace entracte
