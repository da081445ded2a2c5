#pragma once

// What the proxy tells a person of the programs that it serves.

#include "xproxy/proxy/Proxy.h"

#include <string>

namespace entracte::xproxy {

// A line for each program: its process, what it made, and how much of the record that takes.
std::string programList(Proxy& proxy);

} // namespace entracte::xproxy
