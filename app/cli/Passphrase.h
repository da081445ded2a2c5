#pragma once

// A passphrase from the person: a line of a descriptor, or asked for on the terminal, unseen.

#include "session/base/Result.h"

#include <string>

namespace entracte::cli {

// `fd` -1: asked for, with `twice` to be sure. InvalidArgument for an empty one, or without a
// terminal.
Result<std::string> readPassphrase(int fd, bool twice, const char* prompt = "Passphrase: ");

} // namespace entracte::cli
