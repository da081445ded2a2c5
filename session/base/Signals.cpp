#include "session/base/Signals.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace entracte {

void resetSignals() {
    // The kernel's own struct sigaction (rt_sigaction(2)): all zero is SIG_DFL, no flags, an empty
    // mask.
    constexpr int kKernelSignals = 64;
    const unsigned long standard[4] = {};
    for (int number = 1; number <= kKernelSignals; ++number) // fails for SIGKILL and SIGSTOP
        ::syscall(SYS_rt_sigaction, number, standard, nullptr, kKernelSignals / 8);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace entracte
