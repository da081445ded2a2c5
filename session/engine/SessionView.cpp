#include "session/engine/SessionView.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace entracte {

UniqueFd openBeneath(int top, const std::string& path, int flags, std::uint64_t resolve) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(static_cast<int>(
        ::syscall(SYS_openat2, top, path.empty() ? "." : path.c_str(), &how, sizeof how)));
}

std::uint64_t resolving(const Place& place) {
    return place.shared ? RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS : RESOLVE_IN_ROOT;
}

UniqueFd openPlace(const Place& place, int flags) {
    const UniqueFd top(::open(place.top.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return top ? openBeneath(top.get(), place.within, flags, resolving(place)) : UniqueFd();
}

SessionView::SessionView(const ContainerSpec& container)
    : m_container(container), m_overlays(overlaysOfLayer(container.layer)),
      m_mounts(externalMounts(container)) {}

std::optional<Place> SessionView::find(const std::string& path) const {
    if (!path.starts_with('/') || path.size() >= 4096 || path.find("/../") != path.npos)
        return std::nullopt;
    const ExternalMount* innermost = nullptr;
    for (const ExternalMount& mount : m_mounts)
        if (isWithin(path, mount.inside) &&
            (!innermost || mount.inside.size() > innermost->inside.size()))
            innermost = &mount;
    if (innermost && innermost->key.starts_with("dev_"))
        return std::nullopt;
    if (innermost && innermost->key.starts_with("share")) {
        for (const SharedFolder& folder : m_container.sharedFolders)
            if (folder.path == innermost->inside && !folder.readOnly)
                return Place{"/", path.substr(1), true};
        return std::nullopt; // read only: the host's alone
    }
    for (const char* own : {"/proc", "/sys", "/dev"})
        if (isWithin(path, own))
            return std::nullopt;
    if (innermost)
        return Place{innermost->outside,
                     path.substr(std::min(innermost->inside.size() + 1, path.size())), false};
    return Place{m_container.mountPoint, path.substr(1), false};
}

bool SessionView::isOwn(const std::string& path) const {
    const Overlay& overlay = overlayHolding(m_overlays, path);
    const UniqueFd upper(::open((m_container.layer / "upper" / overlay.name).c_str(),
                                O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return upper && openBeneath(upper.get(), pathWithin(overlay, path), O_PATH | O_NOFOLLOW,
                                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

} // namespace entracte
