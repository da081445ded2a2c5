#pragma once

// What a machine has to give, as its first word of a move says it, and which of several takes the
// next session best.

#include "dbus/client/Client.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace entracte::cli {

struct HostState {
    std::string host;    // as ssh was given it
    std::string machine; // the same for two names of one machine; empty: it did not say
    double load = 0;     // of the last minute
    std::uint32_t processors = 1;
    std::uint64_t memoryFree = 0, memoryTotal = 0; // bytes
    std::uint32_t running = 0, suspended = 0;      // the person's sessions
    std::optional<Error> problem;                  // it takes no session

    // Of each processor.
    double pressure() const { return load / processors; }
};

// Of this machine, for a Hello.
nlohmann::json ownState(const Overview& overview);
std::string ownMachine();
// What a Hello says; numbers that make no sense become harmless.
HostState hostStateIn(const nlohmann::json& hello, const std::string& host);

// Each is asked over ssh, several at once, without questions to the person; in the given order.
std::vector<HostState> askHosts(const std::vector<std::string>& hosts);

// The machines that can take a session that needs so much memory, the least busy first; each
// machine once, this one never. `given`: sessions that it was given since it was asked.
struct Given {
    std::uint32_t sessions = 0;
    std::uint64_t memory = 0;
};
std::vector<std::string> bestFor(std::uint64_t memory, const std::vector<HostState>& hosts,
                                 const std::vector<Given>& given, const std::string& self);

} // namespace entracte::cli
