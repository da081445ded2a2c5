#pragma once

// A session's only network device beside lo: eth0, one end of a veth pair. The other end, "wire",
// lies in a network namespace of its own that holds nothing else and lives as long as somebody has
// a descriptor of it or a socket in it; frames go no further than to a packet socket on it.
//
// Both ends are made in that namespace. A session gets its eth0 from plugCable, a restored one when
// its network namespace is there and nothing in it yet. (Images of older snapshots hold devices,
// addresses and routes: CRIU runs in that namespace then, and moves the device itself by
// `--external netdev[eth0]:cable`.)

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <string>

namespace entracte {

inline constexpr const char* kCableDevice = "eth0"; // in the session
inline constexpr const char* kCableEnd = "cable";   // the same, as long as it is outside
inline constexpr const char* kCableWire = "wire";   // stays outside

// The pair, in a network namespace with nothing else in it.
Result<UniqueFd> makeCable();

// What every session's network has: lo, up.
Status raiseLoopback(pid_t init);

// Gives the session its eth0, if it has none yet. `beyond`: there is a way to other networks.
Status plugCable(const UniqueFd& outside, pid_t init, bool beyond);

// Whether this kernel knows IPv6; whether this computer reaches more by it than its own wires;
// whether the session's eth0 has an address of it.
bool kernelHasIpv6();
bool computerHasIpv6();
bool hasIpv6(pid_t init);

// Gives the session's eth0, which is there, an IPv6 address.
Status giveIpv6(pid_t init, bool beyond);

// Makes the wire ready, and opens it: a packet socket, which keeps `outside` alive.
Result<UniqueFd> openWire(const UniqueFd& outside, pid_t init);

// Prefix of a command that is to run in that namespace, which it inherits as descriptor `number`.
inline std::string enterNetwork(int number) {
    return "--net=/proc/self/fd/" + std::to_string(number);
}
inline constexpr const char* kNsenter = "/usr/bin/nsenter";

} // namespace entracte
