#include "session/engine/DiskReserve.h"

#include "session/engine/HostFacts.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace entracte {

namespace {
constexpr const char* kName = "reserve";
constexpr std::uint64_t kSize = 4ull << 20; // bytes; a deletion's log takes a part of one
constexpr std::uint64_t kToSpare = 4 * kSize;
} // namespace

void DiskReserve::fill() {
    const std::lock_guard lock(m_mutex);
    if (const auto room = availableDisk(m_state); room && *room >= kToSpare)
        keep(kSize);
}

void DiskReserve::takeBack() {
    const std::lock_guard lock(m_mutex);
    if (const auto room = availableDisk(m_state))
        keep(std::min(kSize, *room / 4 * 3));
}

void DiskReserve::keep(std::uint64_t size) const {
    const auto folder = openDirectory(m_state, false);
    if (!folder || size == 0)
        return;
    const UniqueFd file(
        ::openat(folder->get(), kName, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file && ::fallocate(file.get(), 0, 0, static_cast<off_t>(size)) != 0)
        ::unlinkat(folder->get(), kName, 0); // a file of holes keeps nothing back
}

bool DiskReserve::giveUp() {
    const std::lock_guard lock(m_mutex);
    const auto folder = openDirectory(m_state, false);
    return folder && ::unlinkat(folder->get(), kName, 0) == 0;
}

} // namespace entracte
