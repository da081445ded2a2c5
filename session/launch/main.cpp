// entracte-launch: starts a program of a session with what its profiles give it, and becomes it.
//
//   entracte-launch --set-up                      once, at the session's start: links and menu
//   entries entracte-launch [--report FD] -- PROGRAM ARG… becomes PROGRAM; an errno goes to FD when
//   it cannot NAME ARG…                                     called by one of its links: becomes
//   NAME
//
// Runs in the session as the person, before the program: it trusts nobody and holds nothing.

#include "session/launch/Command.h"
#include "session/launch/DeskFiles.h"
#include "session/launch/Links.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace entracte;
using namespace entracte::launch;

constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";

Profiles profiles() {
    std::vector<std::string> problems;
    auto all = allProfiles(problems);
    for (const auto& problem : problems)
        std::fprintf(stderr, "entracte-launch: %s It is left out.\n", problem.c_str());
    return all;
}

int setUp(const char* launcher) {
    const auto all = profiles();
    auto done = makeLinks(all, kLinks, launcher);
    if (done)
        done =
            copyMenuEntries(all, "/usr/share/applications", std::string(kMenus) + "/applications");
    // Only `entracte start --desktop` sets it (app/cli/DesktopSessions.cpp).
    const bool wholeDesktop = std::getenv("XDG_SESSION_DESKTOP") != nullptr;
    if (done)
        done = makeDeskFiles(kMenus, kFallback, wholeDesktop);
    if (!done)
        std::fprintf(stderr, "entracte-launch: %s\n", done.error().sentence().c_str());
    return done ? 0 : 1;
}

// Returns the errno of what did not work.
int become(std::vector<std::string> arguments) {
    const char* const path = std::getenv("PATH");
    const auto command =
        withProfiles(std::move(arguments), profiles(), path ? path : kUsualPath, kLinks);
    if (command.program.empty())
        return ENOENT;
    for (const auto& [name, value] : command.environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv;
    for (const auto& argument : command.arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    // execvp: a script without "#!" is run by the shell, as everywhere.
    ::execvp(command.program.c_str(), argv.data());
    return errno;
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv, argv + argc);
    if (words.empty())
        return 2;
    const auto name = words[0].substr(words[0].rfind('/') + 1);
    if (name != "entracte-launch") {
        words[0] = name;
        const int error = become(std::move(words));
        std::fprintf(stderr, "%s: %s\n", name.c_str(), std::strerror(error));
        return error == ENOENT ? 127 : 126;
    }
    if (words.size() == 2 && words[1] == "--set-up")
        return setUp(argv[0]);
    int report = -1;
    std::size_t at = 1;
    if (at + 1 < words.size() && words[at] == "--report") {
        const auto& number = words[at + 1];
        std::from_chars(number.data(), number.data() + number.size(), report);
        if (report >= 0)
            ::fcntl(report, F_SETFD, FD_CLOEXEC);
        at += 2;
    }
    if (at + 1 >= words.size() || words[at] != "--") {
        std::fputs("entracte-launch starts programs in a session; it is used by Entracte.\n",
                   stderr);
        return 2;
    }
    const int error = become({words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end()});
    if (report >= 0) [[maybe_unused]]
        const ssize_t told = ::write(report, &error, sizeof error);
    std::fprintf(stderr, "%s: %s\n", words[at + 1].c_str(), std::strerror(error));
    return 127;
}
