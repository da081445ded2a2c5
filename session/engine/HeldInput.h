#pragma once

// What the X server said to a session between its freeze and its end: keys above all. The X proxy's
// connections are held open while it is frozen, so its windows stay and take keys; when all is
// stored but for the last word, they are closed, the windows go, and the bytes that came by then go
// into the snapshot. Its resume gives each of them to the connection in the old one's place, before
// that ends (the X proxy reads a connection that is lost to its end). What the bytes mean is no
// matter of the helper's. Used by one thread.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace entracte {

// By the connection's inode, as the snapshot names it.
using Input = std::map<std::uint64_t, std::string>;

nlohmann::json inputToJson(const Input& input);
// `restore` of any snapshot, also a stranger's: SnapshotDamaged for what is none, or too much.
Result<Input> inputFromJson(const nlohmann::json& restore);

class HeldInput {
public:
    HeldInput() = default;
    // Of the processes beneath `init`, which may be frozen. Connections that are not found are
    // left out.
    HeldInput(pid_t init, const std::vector<std::uint64_t>& inodes);

    bool any() const { return !m_sockets.empty(); }
    // Nothing more can come; what came. Who is not asked this lets the connections be.
    Input take();

private:
    std::map<std::uint64_t, UniqueFd> m_sockets;
};

// The end of a connection whose other end is gone, and had said that.
Result<UniqueFd> endedConnection(const std::string& said);

} // namespace entracte
