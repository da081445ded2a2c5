#include "session/criu/Confinement.h"

#include <cerrno>
#include <grp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace entracte {

namespace {

constexpr uid_t kNobody = 65534;

bool limit(__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    return ::setrlimit(resource, &both) == 0;
}

bool filterSystemCalls(const Confinement& confinement) {
    scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return false;
    bool done = true;
    for (const int call : confinement.allowed)
        done = done && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
    for (const int call : confinement.refused)
        done = done && ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0) == 0;
    done = done && ::seccomp_load(filter) == 0;
    ::seccomp_release(filter);
    return done;
}

} // namespace

bool confine(const Confinement& confinement) {
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) < 0 || ::setresgid(kNobody, kNobody, kNobody) < 0 ||
         ::setresuid(kNobody, kNobody, kNobody) < 0))
        return false;
#ifndef __SANITIZE_ADDRESS__ // which reserves terabytes of addresses
    if (!limit(RLIMIT_AS, confinement.memory))
        return false;
#endif
    return limit(RLIMIT_CPU, confinement.seconds) &&
           limit(RLIMIT_NOFILE, confinement.descriptors) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_NPROC, 0) && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filterSystemCalls(confinement);
}

} // namespace entracte
