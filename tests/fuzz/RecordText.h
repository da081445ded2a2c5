#pragma once

// A record in words, one line for each fact, so that two can be compared and their difference read.
// What a replay makes otherwise on purpose is left out.

#include "xproxy/state/Record.h"

#include <string>
#include <vector>

namespace entracte::fuzz {

std::vector<std::string> textOf(const xproxy::Record& record);

} // namespace entracte::fuzz
