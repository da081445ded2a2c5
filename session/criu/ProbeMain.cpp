// entracte-criu-probe CRIU: says by its exit status whether that CRIU works on the running kernel
// (Trial.h). 0: it does; 1: it does not, and standard error says why; 2: wrong usage. Run by the
// helper and by the set-up, as root.

#include "session/criu/Trial.h"

#include <sched.h>
#include <sys/mount.h>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2 || argv[1][0] != '/') {
        std::fputs("usage: entracte-criu-probe /PATH/OF/CRIU\n", stderr);
        return 2;
    }
    if (::unshare(CLONE_NEWNS) < 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0) {
        std::perror("A mount namespace could not be made (root is needed)");
        return 1;
    }
    const auto works = entracte::tryCriu(argv[1]);
    if (works)
        return 0;
    std::fprintf(stderr, "%s\n%s\n", works.error().forPerson().c_str(),
                 works.error().forLog().c_str());
    return 1;
}
