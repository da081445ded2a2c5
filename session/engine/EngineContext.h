#pragma once

// What all jobs of the engine share, for the engine's lifetime.

#include "session/criu/Criu.h"
#include "session/engine/ControlGroups.h"
#include "session/engine/DiskReserve.h"
#include "session/engine/Engine.h"
#include "session/engine/EnginePaths.h"
#include "session/engine/HostFileStock.h"
#include "session/engine/SessionRegistry.h"
#include "session/engine/StagedArrivals.h"
#include "session/engine/Vaults.h"
#include "session/store/SnapshotStore.h"

#include <future>
#include <memory>
#include <mutex>
#include <optional>

namespace entracte {

class EngineContext {
public:
    EngineContext(EngineOptions engineOptions, DisplayParticipantFactory displayFactory,
                  EngineObserver* engineObserver, std::unique_ptr<SnapshotStore> snapshotStore)
        : options(std::move(engineOptions)),
          paths(options.stateDirectory, options.runtimeDirectory),
          display(std::move(displayFactory)), store(std::move(snapshotStore)),
          registry(paths, engineObserver), observer(engineObserver),
          m_search(std::async(std::launch::async, [this] { static_cast<void>(criu()); })) {}

    // Looked for when first needed: sessions can be started without one, and a CRIU that is
    // installed meanwhile is found.
    Result<Criu> criu() {
        const std::lock_guard lock(m_mutex);
        if (!m_criu) {
            ENTRACTE_ASSIGN(found, Criu::find(options.criu, paths.criuCache()));
            m_criu = found;
        }
        return *m_criu;
    }

    const EngineOptions options;
    const EnginePaths paths;
    const DisplayParticipantFactory display; // may be empty
    const std::unique_ptr<SnapshotStore> store;
    SessionRegistry registry;
    DiskReserve reserve{paths.state()};
    ControlGroups groups;
    EngineObserver* const observer; // may be null
    Vaults vaults{*this};
    HostFileStock hostFiles{*this};
    StagedArrivals staged{options.stagedLimit};

private:
    std::mutex m_mutex;
    std::optional<Criu> m_criu;
    std::future<void> m_search; // last: waited for before anything else goes
};

} // namespace entracte
