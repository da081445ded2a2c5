// entracte-desk: what a session may have of the person's desktop, its notifications and links.
// Started by entracted as the person, outside of the session; ends with it. See Desk.h.

#include "session/base/BusAddress.h"
#include "session/desk/Desk.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    CLI::App app{"Shows a session's notifications and opens its links; started by entracted."};
    int line = -1;
    int helper = -1;
    entracte::desk::DeskOptions options;
    app.add_option("--line-fd", line, "the link to the session")->required();
    app.add_option("--helper-fd", helper, "what ends with the helper");
    app.add_option("--session", options.session, "its name")->required();
    app.add_flag("--ask-links", options.askLinks, "ask the person before a link is opened");
    app.add_flag("--restored", options.restored, "the session has just come out of a snapshot");
    app.add_flag("--spent", options.spent, "take the place of one that ended");
    CLI11_PARSE(app, argc, argv);
    if (line < 3 || ::fcntl(line, F_SETFD, FD_CLOEXEC) != 0) {
        std::fputs("entracte-desk is started by entracted.\n", stderr);
        return 2;
    }
    options.line.reset(line);
    if (helper > 2 && ::fcntl(helper, F_SETFD, FD_CLOEXEC) == 0)
        options.helper.reset(helper);
    // An address could as well name a program to run; the helper has looked at it, too.
    if (const char* const bus = std::getenv("DBUS_SESSION_BUS_ADDRESS");
        bus && !entracte::isUnixBusAddress(bus)) {
        std::fputs("entracte-desk: this is no address of a session bus.\n", stderr);
        return 2;
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGCHLD, SIG_IGN);
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    const entracte::UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));
    const auto ended = entracte::desk::Desk(std::move(options)).run(signals.get());
    if (!ended)
        std::fprintf(stderr, "entracte-desk: %s\n", ended.error().forLog().c_str());
    return ended ? 0 : 1;
}
