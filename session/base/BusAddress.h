#pragma once

// Which address of a D-Bus session bus may be connected to when somebody else names it. A D-Bus
// address can also name a program to run ("unixexec:", "autolaunch:") or a list of such.

#include <cstddef>
#include <string_view>

namespace entracte {

inline constexpr std::size_t kMaxBusAddress = 512; // bytes; a socket's name has at most 108

// One unix socket, by its absolute path or its abstract name ("unix:path=/run/user/1000/bus"; a
// "guid" may follow), and nothing else.
bool isUnixBusAddress(std::string_view address);

} // namespace entracte
