#include "app/cli/move/SessionNeeds.h"

#include "EntracteProxies.h" // generated

#include <algorithm>

namespace entracte::cli {

std::uint64_t memoryNeeded(const Client& client, const Overview& overview,
                           const SessionView& session) {
    const auto snapshots = overview.snapshotsOf(session);
    std::uint64_t memory = snapshots.isEmpty() ? 0 : snapshots.last().imageBytes;
    if (session.state == "suspended")
        return memory;
    auto usage = client.proxy<OrgEntracteEntracte1SessionInterface>(session.path)->Usage();
    usage.waitForFinished();
    return usage.isError() ? memory : std::max<std::uint64_t>(memory, usage.argumentAt<0>());
}

} // namespace entracte::cli
