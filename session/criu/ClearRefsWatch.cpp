#include "session/criu/ClearRefsWatch.h"

#include "session/criu/ProcessTable.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace entracte {
namespace {

// A file system is marked by a descriptor of its root, so that no path can lead elsewhere.
Status watch(int events, const std::string& path) {
    const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct statfs facts {};
    if (!folder || ::fstatfs(folder.get(), &facts) != 0 || facts.f_type != PROC_SUPER_MAGIC ||
        ::fanotify_mark(events, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_MODIFY, folder.get(),
                        nullptr) != 0)
        return fail(Error::fromErrno("It cannot be watched who forgets what was written"));
    return {};
}

} // namespace

Result<ClearRefsWatch> ClearRefsWatch::begin(pid_t init) {
    UniqueFd events(::fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK,
                                    O_RDONLY | O_CLOEXEC | O_LARGEFILE));
    if (!events)
        return fail(Error::fromErrno("It cannot be watched who forgets what was written"));
    ENTRACTE_TRY(watch(events.get(), "/proc"));
    ENTRACTE_TRY(watch(events.get(), "/proc/" + std::to_string(init) + "/root/proc"));
    return ClearRefsWatch(std::move(events));
}

bool ClearRefsWatch::sawOthers(const std::set<pid_t>& ours) {
    bool others = false;
    alignas(fanotify_event_metadata) std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t got = ::read(m_events.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return others || errno != EAGAIN;
        auto left = static_cast<std::size_t>(got);
        const auto* event = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
        for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
            const UniqueFd file(event->fd);
            if ((event->mask & FAN_Q_OVERFLOW) != 0 || !file) {
                others = true;
                continue;
            }
            const std::string path =
                linkAt(AT_FDCWD, ("/proc/self/fd/" + std::to_string(file.get())).c_str());
            if ((path.empty() || path.find("clear_refs") != std::string::npos) &&
                !ours.contains(event->pid))
                others = true;
        }
        if (got == 0)
            return others;
    }
}

} // namespace entracte
