// entracte-notifier: started in a session by its bus when a program notifies. See Notifier.h.

#include "session/desk/Notifier.h"

#include <cstdio>

int main() {
    const auto ended = entracte::desk::Notifier().run();
    if (!ended)
        std::fprintf(stderr, "entracte-notifier: %s\n", ended.error().forLog().c_str());
    return ended ? 0 : 1;
}
