// entracte-loudspeaker: lets the person hear what a session plays. Started by entracted as the
// person, outside of the session. See Loudspeaker.h.

#include "session/sound/Loudspeaker.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include <cstdio>

int main(int argc, char** argv) {
    CLI::App app{"Plays what a session plays; started by entracted."};
    int fifo = -1;
    int helper = -1;
    entracte::sound::LoudspeakerOptions options;
    app.add_option("--fifo-fd", fifo, "what the session plays")->required();
    app.add_option("--helper-fd", helper, "what ends with the helper");
    app.add_option("--session", options.session, "its name")->required();
    CLI11_PARSE(app, argc, argv);
    if (fifo < 3 || ::fcntl(fifo, F_SETFD, FD_CLOEXEC) != 0) {
        std::fputs("entracte-loudspeaker is started by entracted.\n", stderr);
        return 2;
    }
    options.fifo.reset(fifo);
    if (helper > 2 && ::fcntl(helper, F_SETFD, FD_CLOEXEC) == 0)
        options.helper.reset(helper);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    const entracte::UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));
    const auto ended = entracte::sound::Loudspeaker(std::move(options)).run(signals.get());
    if (!ended)
        std::fprintf(stderr, "entracte-loudspeaker: %s\n", ended.error().forLog().c_str());
    return ended ? 0 : 1;
}
