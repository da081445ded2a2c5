#pragma once

// The main function of a window's test that acts as an ordinary user ("games", whom every machine
// has): root has no sessions.

#include <QApplication>
#include <QTest>

#include <cstdio>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace entracte::desktop::test {

inline bool becomeOrdinary() {
    if (::geteuid() != 0)
        return true;
    const passwd* const person = ::getpwnam("games");
    return person && ::setgroups(0, nullptr) == 0 && ::setgid(person->pw_gid) == 0 &&
           ::setuid(person->pw_uid) == 0;
}

template <typename Test>
int runAsOrdinaryUser(int argc, char** argv) {
    if (!becomeOrdinary()) {
        std::fputs("skipped: there is no user \"games\" on this machine\n", stdout);
        return 77;
    }
    QApplication application(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace entracte::desktop::test
