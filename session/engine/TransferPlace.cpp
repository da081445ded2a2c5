#include "session/engine/TransferPlace.h"

#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"

#include <spdlog/spdlog.h>
#include <sys/mount.h>

namespace entracte {

namespace {

constexpr const char* kImages = "images";

void removeFolder(const std::filesystem::path& path) {
    if (const auto parent = openDirectory(path.parent_path(), false))
        if (const auto removed = removeTree(parent->get(), path.filename().string()); !removed)
            spdlog::error("{}: {}", path.string(), removed.error().forLog());
}

} // namespace

Result<TransferPlace> TransferPlace::make(const EnginePaths& paths) {
    const std::string name = newId();
    ENTRACTE_TRY(openDirectory(paths.transfers(), true));
    ENTRACTE_TRY(openDirectory(paths.runtimeTransfers(), true));
    TransferPlace place(paths.transfers() / name, paths.runtimeTransfers() / name);
    ENTRACTE_TRY(openDirectory(place.m_disk, true));
    ENTRACTE_TRY(openDirectory(place.m_memory, true));
    return place;
}

TransferPlace::~TransferPlace() {
    if (m_disk.empty())
        return;
    removeFolder(m_disk);
    removeFolder(m_memory);
}

Result<Staging> TransferPlace::staging(std::uint64_t bytes, Staging::Kind kind) const {
    return Staging::make(m_memory / kImages, m_disk / kImages, bytes, kind);
}

void TransferPlace::clearAll(const EnginePaths& paths) {
    if (const auto folder = openDirectory(paths.runtimeTransfers(), false))
        if (const auto names = namesIn(folder->get()))
            for (const std::string& name : *names)
                while (::umount2((paths.runtimeTransfers() / name / kImages).c_str(),
                                 MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
                }
    for (const auto& folder : {paths.runtimeTransfers(), paths.transfers()})
        if (openDirectory(folder, false))
            removeFolder(folder);
}

} // namespace entracte
