// entracte-clipboard: lets a session in a window and the person's desktop share their selections.
// Started by entracte-screen as the person when that was asked for, ended by it when not any more.

#include "session/base/UniqueFd.h"
#include "session/clipboard/Bridge.h"

#include <CLI/CLI.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include <cstdio>

int main(int argc, char** argv) {
    CLI::App app{"Shares the selections of two X servers; started by entracte-screen."};
    std::string inner, innerCookies, outer, outerCookies;
    app.add_option("--inner", inner, "display of the session")->required();
    app.add_option("--inner-xauthority", innerCookies, "its cookie file");
    app.add_option("--outer", outer, "display of the person")->required();
    app.add_option("--outer-xauthority", outerCookies, "its cookie file");
    CLI11_PARSE(app, argc, argv);
    ::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    const entracte::UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));

    using entracte::clipboard::Side;
    auto first = Side::open(inner, innerCookies);
    auto second = Side::open(outer, outerCookies);
    for (const auto* side : {&first, &second})
        if (!*side) {
            std::fprintf(stderr, "entracte-clipboard: %s\n", side->error().forLog().c_str());
            return 1;
        }
    entracte::clipboard::Bridge(std::move(*first), std::move(*second)).run(signals.get());
    return 0;
}
