#include "session/engine/GroupEntry.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace entracte {

GroupEntry::GroupEntry(const SessionCgroup& group, const SessionLimits& limits)
    : m_limit(limits.memoryBytes) {
    const auto opened = [&]() -> Status {
        ENTRACTE_TRY(group.make());
        // The others would bind CRIU, which is no program of the session's; they come later.
        ENTRACTE_TRY(group.limit({.memoryBytes = m_limit}));
        ENTRACTE_ASSIGN(doors, group.doors());
        m_doors = std::move(doors);
        return {};
    };
    if (!group.available())
        return;
    if (const auto done = opened(); !done)
        spdlog::warn("control group: {}", done.error().forLog());
}

std::vector<int> GroupEntry::doors() const {
    std::vector<int> numbers;
    for (const UniqueFd& door : m_doors)
        numbers.push_back(door.get());
    return numbers;
}

Error GroupEntry::explain(const Error& error, std::uint64_t imageBytes) const {
    constexpr std::uint64_t kOfCriu = 64ull << 20;
    if (m_doors.empty() || m_limit == 0 || imageBytes + kOfCriu <= m_limit)
        return error;
    constexpr double kMega = 1e6;
    return Error(
        error.code(),
        fmt::format("The session could not be brought back: it had {:.0f} MB in memory, "
                    "and may use at most {:.0f} MB.",
                    static_cast<double>(imageBytes) / kMega, static_cast<double>(m_limit) / kMega),
        error.forLog(),
        "Its snapshots are whole. Allow it more with \"entracte limits\", then try again.");
}

} // namespace entracte
