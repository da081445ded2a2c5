#pragma once

// Where everything of a session is. Identifiers are checked before they get here (parseId).
//
//   STATE/sessions/ID/session.json     SessionRecord
//   STATE/sessions/ID/layers/LID/      layers (upper/, work/): the one in use, perhaps the one
//   before STATE/sessions/ID/snapshots/NID/   the store's STATE/sessions/ID/staging/ images, when
//   memory is short RUNTIME/sessions/ID/root           the mounted root; root.binds/ beside it
//   RUNTIME/sessions/ID/staging        images, in a tmpfs
//   STATE/moves/ID                     what became of a move that arrived here (MoveMarks.h)
//   STATE/reserve                      room for deleting on a full disk (DiskReserve.h)
//   RUNTIME/screens/NAME               the screen's own files, the person's (0700)
//   RUNTIME/screen-sockets/NAME        where the next helper reaches the screen, root only

#include "session/engine/Types.h"

#include <filesystem>

namespace entracte {

class EnginePaths {
public:
    EnginePaths(std::filesystem::path state, std::filesystem::path runtime)
        : m_state(std::move(state)), m_runtime(std::move(runtime)) {}

    const std::filesystem::path& state() const { return m_state; }
    std::filesystem::path sessions() const { return m_state / "sessions"; }
    std::filesystem::path session(const SessionId& id) const { return sessions() / id; }
    std::filesystem::path layers(const SessionId& id) const { return session(id) / "layers"; }
    std::filesystem::path layer(const SessionId& id, const std::string& name) const {
        return layers(id) / name;
    }
    std::filesystem::path diskStaging(const SessionId& id) const { return session(id) / "staging"; }
    std::filesystem::path transfers() const { return m_state / "transfers"; }
    std::filesystem::path moves() const { return m_state / "moves"; }
    std::filesystem::path criuCache() const { return m_state / "criu"; }

    std::filesystem::path screens() const { return m_runtime / "screens"; }
    std::filesystem::path screenSockets() const { return m_runtime / "screen-sockets"; }
    std::filesystem::path runtimeSessions() const { return m_runtime / "sessions"; }
    std::filesystem::path runtimeTransfers() const { return m_runtime / "transfers"; }
    std::filesystem::path runtime(const SessionId& id) const { return runtimeSessions() / id; }
    std::filesystem::path mountPoint(const SessionId& id) const { return runtime(id) / "root"; }
    std::filesystem::path staging(const SessionId& id) const { return runtime(id) / "staging"; }

private:
    std::filesystem::path m_state;
    std::filesystem::path m_runtime;
};

} // namespace entracte
