#pragma once

// Options that several commands have: where windows go, which snapshot is meant, and so on. What is
// typed goes into the Arguments.

#include "app/cli/Arguments.h"

#include <CLI/CLI.hpp>

#include <string>

namespace entracte::cli {

class SharedOptions {
protected:
    explicit SharedOptions(Arguments& arguments) : m_arguments(arguments) {}

    void addPassphraseFd(CLI::App* command);
    void addYes(CLI::App* command);
    void addCommand(CLI::App* command, const std::string& about);
    void addEnvironment(CLI::App* command);
    void addScreen(CLI::App* command);
    void addNetwork(CLI::App* command);
    CLI::Option* addSnapshot(CLI::App* command, const std::string& about);
    void addFiles(CLI::App* command);
    static void addSeconds(CLI::App* command, const std::string& name,
                           std::optional<std::uint32_t>& seconds, const std::string& about);

    Arguments& m_arguments;
};

} // namespace entracte::cli
