#pragma once

// The part of the command line that is about repositories: push, pull, remote.

#include "app/cli/Arguments.h"

#include <CLI/CLI.hpp>

#include <string>

namespace entracte::cli {

// Fills an optional time of what was typed; what is wrong with it otherwise.
using ParseSeconds = std::string (*)(std::optional<std::uint32_t>&, const std::string&);

// The command "pull", which takes the options of a resume, too.
CLI::App* addRemotes(CLI::App& app, Arguments& arguments, ParseSeconds parseSeconds);
void addTakeOver(CLI::App* command, Arguments& arguments);

} // namespace entracte::cli
