#pragma once

// A session's file system as the host reaches it, while its root is mounted: which place of the
// host a path of the session is, and whether the session's own layer holds it. Paths may come from
// programs.

#include "session/base/UniqueFd.h"
#include "session/container/Container.h"
#include "session/container/LayerPaths.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace entracte {

// `within` beneath `top`, on the host.
struct Place {
    std::filesystem::path top;
    std::string within;
    bool shared = false; // in a folder that is shared live and may be written
};

// `path` beneath the directory `top`; never through the links of /proc. An invalid descriptor, and
// errno, when it cannot be opened.
UniqueFd openBeneath(int top, const std::string& path, int flags, std::uint64_t resolve);
// How links on the way are followed there: in the session's own root they lead nowhere else; a
// shared folder is the host's, so none is.
std::uint64_t resolving(const Place& place);
UniqueFd openPlace(const Place& place, int flags);

class SessionView {
public:
    explicit SessionView(const ContainerSpec& container); // which must outlive it

    // Nothing where it is no file of the host's or of a shared folder.
    std::optional<Place> find(const std::string& path) const;
    // Whether the layer itself holds it.
    bool isOwn(const std::string& path) const;

private:
    const ContainerSpec& m_container;
    std::vector<Overlay> m_overlays;
    std::vector<ExternalMount> m_mounts;
};

} // namespace entracte
