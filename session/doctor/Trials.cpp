#include "session/doctor/Trials.h"

#include "session/base/ScopeExit.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 // time_namespaces(7); glibc 2.36's header lacks it
#endif

namespace entracte {

namespace {

// Runs `attempt` in a child; its value is 0 or an errno.
template <typename Attempt>
Status tried(const std::string& what, Attempt attempt) {
    const pid_t child = ::fork();
    if (child < 0)
        return fail(Error::fromErrno("No process could be started to try " + what));
    if (child == 0)
        ::_exit(attempt()); // only system calls between fork and here: other threads may hold locks
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status))
        return fail(ErrorCode::KernelUnsuitable, "The trial of " + what + " died.");
    if (WEXITSTATUS(status) != 0)
        return fail(ErrorCode::KernelUnsuitable,
                    "The kernel refuses " + what + ": " +
                        std::generic_category().message(WEXITSTATUS(status)) + ".");
    return {};
}

} // namespace

Status tryNamespaces() {
    return tried("namespaces", [] {
        const int kinds =
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
        if (::unshare(kinds) < 0)
            return errno;
        return ::unshare(CLONE_NEWTIME) < 0 ? errno : 0;
    });
}

Status tryOverlay(const std::filesystem::path& directory) {
    std::error_code error;
    const bool existed = std::filesystem::exists(directory, error);
    std::filesystem::create_directories(directory, error);
    std::string place = (directory / "doctor-XXXXXX").string();
    if (!::mkdtemp(place.data()))
        return fail(Error::fromErrno("No directory could be made in " + directory.string()));
    const ScopeExit tidy([&] {
        std::filesystem::remove_all(place, error);
        if (!existed)
            std::filesystem::remove(directory, error); // only when empty
    });
    for (const char* part : {"/lower", "/upper", "/work", "/merged"})
        std::filesystem::create_directory(place + part, error);
    if (error)
        return fail(ErrorCode::System, "No directory could be made in " + place + ".",
                    error.message());
    const std::string options = "lowerdir=" + place + "/lower,upperdir=" + place +
                                "/upper,workdir=" + place + "/work,index=on,nfs_export=on";
    const std::string merged = place + "/merged";
    return tried("an overlay on " + directory.string(), [&] {
        if (::unshare(CLONE_NEWNS) < 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
            return errno;
        return ::mount("overlay", merged.c_str(), "overlay", 0, options.c_str()) < 0 ? errno : 0;
    });
}

} // namespace entracte
