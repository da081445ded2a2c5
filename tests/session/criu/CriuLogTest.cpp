// CRIU's log, in one sentence. The lines are CRIU's own, as it wrote them here.

#include "session/criu/CriuLog.h"

#include <gtest/gtest.h>

#include <ostream>

using namespace entracte;

namespace {

struct Case {
    const char* name;
    CriuVerb verb;
    const char* log;
    ErrorCode code;
    const char* sentence;
};

void PrintTo(const Case& failure, std::ostream* out) {
    *out << failure.name;
}

class CriuLogTest : public testing::TestWithParam<Case> {};

TEST_P(CriuLogTest, isOneSentence) {
    const auto error = diagnoseLog(GetParam().verb, GetParam().log);
    EXPECT_EQ(error.code(), GetParam().code);
    EXPECT_EQ(error.sentence(), GetParam().sentence);
    EXPECT_FALSE(error.hint().empty());
}

INSTANTIATE_TEST_SUITE_P(
    KnownFailures, CriuLogTest,
    testing::Values(
        Case{"nestedNamespace", CriuVerb::Dump,
             "(00.046041) Dumping task (pid: 12431 comm: firefox)\n"
             "(00.050000) Error (criu/namespaces.c:483): Can't dump nested ipc namespace for "
             "12431\n",
             ErrorCode::NotCheckpointable,
             "firefox has a sandbox of its own (a nested namespace), which cannot be saved."},
        Case{"connectionOutside", CriuVerb::Dump,
             "(00.037610) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: "
             "Operation not permitted\n"
             "(00.04) Dumping task (pid: 1 comm: kate)\n"
             "(00.05) Error (criu/sk-unix.c:912): unix: Can't dump half of stream unix connection. "
             "name: (null); peer name: (null)\n",
             ErrorCode::NotCheckpointable, "kate is connected to a program outside the session."},
        Case{"ioUring", CriuVerb::Dump,
             "(00.1) Dumping task (pid: 7 comm: a)\n(00.2) Dumping task (pid: 8 comm: b)\n"
             "(00.3) Error (criu/files-ext.c:96): Can't dump file 5 of that type [600] (unknown "
             "anon_inode:[io_uring])\n",
             ErrorCode::NotCheckpointable, "b uses io_uring, which cannot be saved."},
        Case{"oldCriuVdso", CriuVerb::Dump,
             "(00.1) Error (criu/vdso.c:300): vdso: Unexpected rt vDSO area bounds\n",
             ErrorCode::CriuMissing, "The installed CRIU is too old for the running kernel."},
        Case{"oldCriuSocketOption", CriuVerb::Dump,
             "(00.1) Error (criu/sockets.c:522): sockets: Can't get 1:16 opt: Operation not "
             "supported\n",
             ErrorCode::CriuMissing, "The installed CRIU is too old for the running kernel."},
        Case{"fullDisk", CriuVerb::Dump,
             "(00.1) Error (criu/image.c:9): Can't write img file: No space left on device\n",
             ErrorCode::NoSpace, "There is not enough space for the session's memory."},
        // The first line with a known cause counts, not those that follow from it or lead to it.
        Case{"firstKnownLine", CriuVerb::Dump,
             "(00.1) Error (criu/x.c:1): Something new\n"
             "(00.2) Error (criu/fsnotify.c:284): fsnotify: \tCan't dump that handle\n"
             "(00.3) Error (criu/cr-dump.c:1440): Collect mappings (pid: 1) failed with -1\n",
             ErrorCode::NotCheckpointable, "A program watches a folder that has been deleted."},
        // As a dash in an xterm was refused before: the missing programs are not the cause.
        Case{"terminalOfAnother", CriuVerb::Dump,
             "(00.01) Error (criu/util.c:611): execvp(\"iptables-legacy-save\", ...) failed: No "
             "such "
             "file or directory\n"
             "(00.01) Error (criu/util.c:626): exited, status=1\n"
             "(00.02) Error (criu/tty.c:2286): tty: ctty inheritance detected sid/pgrp 14 (ctty "
             "pid_real 14 pty pid_real 12)\n",
             ErrorCode::NotCheckpointable,
             "A program keeps a terminal open (/dev/tty) that it does not lead."},
        Case{"changedFile", CriuVerb::Restore,
             "(00.01)     12: Error (criu/files-reg.c:2187): File usr/bin/kate has bad size 294 "
             "(expect 166)\n",
             ErrorCode::RestoreFailed,
             "A file that a program of the session uses is no longer as it was saved."},
        Case{"emptyImage", CriuVerb::Restore,
             "(00.01) Error (criu/protobuf.c:72): Unexpected EOF on (empty-image)\n",
             ErrorCode::SnapshotDamaged, "The saved memory of the session is not whole."},
        Case{"otherProcessor", CriuVerb::Restore,
             "(00.01) Error (criu/cr-restore.c:1): cpu: CPU capabilities do not match run time\n",
             ErrorCode::HostMismatch,
             "This machine's processor lacks what the session's programs use."},
        Case{"emptyLog", CriuVerb::Dump, "", ErrorCode::DumpFailed,
             "The session could not be saved; it goes on as before."},
        Case{"unknownLine", CriuVerb::Restore, "(00.01) Error (criu/x.c:1): Something new\n",
             ErrorCode::RestoreFailed,
             "The session could not be brought back; its snapshot is untouched."}),
    [](const auto& failure) { return std::string(failure.param.name); });

TEST(CriuLogBytesTest, tellsWhatPassesByItself) {
    EXPECT_TRUE(diagnoseLog(CriuVerb::Dump, "(00.1) Error (criu/sk-queue.c:144): skqueue: Control "
                                            "messages in queue, not supported\n")
                    .passes);
    EXPECT_TRUE(diagnoseLog(CriuVerb::Dump,
                            "(00.1) Error (criu/sk-inet.c:188): inet: In-flight connection (l) "
                            "for 5\n")
                    .passes);
    EXPECT_FALSE(
        diagnoseLog(CriuVerb::Dump, "(00.1) Error (criu/x.c:1): Timeout reached\n").passes);
    EXPECT_FALSE(diagnoseLog(CriuVerb::Dump, "(00.1) Error (criu/x.c:1): Something new\n").passes);
}

TEST(CriuLogBytesTest, aHostileNameIsMadePrintable) {
    const auto error = diagnoseLog(
        CriuVerb::Dump, "(00.1) Dumping task (pid: 1 comm: \x1b[31m\xff\xe2\x80\xae)\n"
                        "(00.2) Error (criu/n.c:1): Can't dump nested user namespace for 1\n");
    EXPECT_EQ(error.sentence(),
              "?[31m?? has a sandbox of its own (a nested namespace), which cannot be saved.");
}

TEST(CriuLogBytesTest, aNameThatLooksLikeAFormatIsNotOne) {
    const auto error = diagnoseLog(
        CriuVerb::Dump, "(00.1) Dumping task (pid: 1 comm: {0}{1}%s)\n"
                        "(00.2) Error (criu/n.c:1): Can't dump nested user namespace for 1\n");
    EXPECT_TRUE(error.sentence().starts_with("{0}{1}%s has a sandbox")) << error.sentence();
}

TEST(CriuLogBytesTest, whatIsShownOfALineIsBounded) {
    const auto error =
        diagnoseLog(CriuVerb::Dump, "(00.1) Error (x.c:1): " + std::string(100000, 'x') + "\n");
    EXPECT_LT(error.detail().size(), 400U);
}

TEST(CriuLogBytesTest, anythingAtAllIsRead) {
    std::string log;
    for (int i = 0; i < 100000; ++i)
        log += static_cast<char>(i * 7919 >> 3);
    diagnoseLog(CriuVerb::Dump, log);
    diagnoseLog(CriuVerb::Restore, log);
    diagnoseLog(CriuVerb::Dump, "Error (");
    diagnoseLog(CriuVerb::Dump, "Dumping task (pid: ) comm: )");
}

TEST(CriuLogBytesTest, aMissingLogIsNoErrorOfItsOwn) {
    const auto error = diagnoseLogFile(CriuVerb::Dump, "/nonexistent/dump.log");
    EXPECT_EQ(error.code(), ErrorCode::DumpFailed);
    EXPECT_NE(error.detail().find("/nonexistent/dump.log"), std::string::npos);
}

} // namespace
