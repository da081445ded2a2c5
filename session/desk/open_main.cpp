// entracte-open LINK: in a session, has a link opened on the person's desktop. It handles links
// where the session has no browser of its own. Exit status as xdg-open(1) has it.

#include "session/desk/Connect.h"

#include <cstdio>

namespace {

using namespace entracte::desk;

constexpr int kPatienceMs = 15'000;
constexpr int kFailed = 4; // xdg-open(1): the action failed

const char* ask(const char* link) {
    const auto socket = connectToInit();
    Line line(socket.get());
    if (!socket || !line.send({Kind::Open, 0, 1, joined({link})}) || !line.flush())
        return "the way out of the session is closed";
    for (;;) {
        short heard = 0;
        if (!waitFor(line, socket, kPatienceMs, heard))
            return "the desktop outside gives no answer";
        if (!line.flush() || ((heard & ~POLLOUT) != 0 && !line.read()))
            return "the session ends";
        while (const auto frame = line.next()) {
            if (frame->kind == Kind::Unavailable)
                return "no desktop outside opens links for this session";
            if (frame->kind == Kind::Opened)
                return frame->payload == joined({"1"}) ? nullptr
                                                       : "the desktop outside does not open it";
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("entracte-open LINK opens a link on the desktop outside of the session.\n",
                   stderr);
        return 1;
    }
    const char* const problem = ask(argv[1]);
    if (problem)
        std::fprintf(stderr, "%s cannot be opened: %s.\n", argv[1], problem);
    return problem ? kFailed : 0;
}
