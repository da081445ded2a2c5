#pragma once

// What is mounted in a session, as far as the preflight needs it.

#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace entracte {

class SessionMounts {
public:
    explicit SessionMounts(pid_t init);

    // Whether a mount of this number (mnt_id in /proc/PID/fdinfo) can still be reached. True when
    // nothing is known.
    bool has(std::uint64_t mountId) const { return m_ids.empty() || m_ids.contains(mountId); }
    // Whether the file that an inotify watch is on was deleted: `device` as in fdinfo (the kernel's
    // major << 20 | minor), `handle` as name_to_handle_at(2) gives it. False when it cannot be
    // told.
    bool isDeleted(std::uint64_t device, int handleType, std::string_view handle) const;

private:
    UniqueFd m_root;
    std::set<std::uint64_t> m_ids;
    std::map<std::uint64_t, std::string> m_places; // device: one place where it is mounted
};

} // namespace entracte
