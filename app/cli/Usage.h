#pragma once

// What a command line that could not be parsed is told: in our words and form, and with the command
// that was probably meant.

#include "session/base/Error.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace entracte::cli {

// `words`: what was typed after the program's name, up to "--".
Error usageError(CLI::App& app, const CLI::ParseError& wrong,
                 const std::vector<std::string>& words);

} // namespace entracte::cli
