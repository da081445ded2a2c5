#include "session/store/Retention.h"

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>

namespace entracte {

namespace {

using Calendar = std::function<std::string(const std::tm&)>;

std::tm localTime(std::int64_t unixMs) {
    const std::time_t seconds = unixMs / 1000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

Calendar calendar(const char* format) {
    return [format](const std::tm& time) {
        char text[32];
        return std::string(text, std::strftime(text, sizeof text, format, &time));
    };
}

} // namespace

Result<std::set<SnapshotId>> chooseToRemove(const std::vector<SnapshotInfo>& snapshots,
                                            const Retention& rules,
                                            const std::set<SnapshotId>& inUse,
                                            const BytesWithout& bytes) {
    std::vector<const SnapshotInfo*> newestFirst;
    for (const SnapshotInfo& info : snapshots)
        newestFirst.push_back(&info);
    std::ranges::sort(newestFirst, [](const SnapshotInfo* one, const SnapshotInfo* other) {
        return std::pair(one->takenUnixMs, one->id) > std::pair(other->takenUnixMs, other->id);
    });

    std::set<SnapshotId> fixed = inUse; // no limit of space takes these
    for (const SnapshotInfo* info : newestFirst)
        if (info->pinned)
            fixed.insert(info->id);
    if (!newestFirst.empty())
        fixed.insert(newestFirst.front()->id);
    const auto suspended = std::ranges::find(newestFirst, true, &SnapshotInfo::suspended);
    if (suspended != newestFirst.end())
        fixed.insert((*suspended)->id);

    std::set<SnapshotId> kept = fixed;
    for (std::size_t i = 0; i < newestFirst.size() && i < rules.last; ++i)
        kept.insert(newestFirst[i]->id);
    const std::pair<std::uint32_t, Calendar> periods[] = {{rules.hourly, calendar("%Y-%m-%d %H")},
                                                          {rules.daily, calendar("%Y-%m-%d")},
                                                          {rules.weekly, calendar("%G-%V")},
                                                          {rules.monthly, calendar("%Y-%m")}};
    for (const auto& [count, name] : periods) {
        std::set<std::string> seen;
        for (const SnapshotInfo* info : newestFirst) {
            if (seen.size() >= count)
                break;
            if (seen.insert(name(localTime(info->takenUnixMs))).second)
                kept.insert(info->id);
        }
    }

    // Of numbers that are all nothing only a limit of space is left: whatever it holds stays.
    const bool bySpaceOnly =
        rules.maxBytes > 0 && rules.last == 0 &&
        std::ranges::all_of(periods, [](const auto& p) { return p.first == 0; });
    std::set<SnapshotId> removed;
    for (const SnapshotInfo* info : newestFirst)
        if (!bySpaceOnly && !kept.contains(info->id))
            removed.insert(info->id);
    if (rules.maxBytes == 0)
        return removed;
    for (auto oldest = newestFirst.rbegin(); oldest != newestFirst.rend(); ++oldest) {
        ENTRACTE_ASSIGN(left, bytes(removed));
        if (left <= rules.maxBytes)
            break;
        if (!fixed.contains((*oldest)->id))
            removed.insert((*oldest)->id);
    }
    return removed;
}

} // namespace entracte
