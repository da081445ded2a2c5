#include "app/cli/SharedOptions.h"

#include "app/cli/ArgumentValues.h"

namespace entracte::cli {

namespace {

constexpr const char* kScreenHelp =
    "Where the windows go: host (among your other windows), window (all in one window), "
    "headless (nowhere visible)";

} // namespace

void SharedOptions::addPassphraseFd(CLI::App* command) {
    command
        ->add_option("--passphrase-fd", m_arguments.passphraseFd,
                     "Read the passphrase's line from this descriptor instead of asking")
        ->type_name("N")
        ->check(CLI::Range(0, 1023));
}

void SharedOptions::addYes(CLI::App* command) {
    command->add_flag("-y,--yes", m_arguments.yes,
                      "Do not ask first, which is done on a terminal only");
}

void SharedOptions::addCommand(CLI::App* command, const std::string& about) {
    command->add_option("COMMAND", m_arguments.command, about);
}

void SharedOptions::addEnvironment(CLI::App* command) {
    command->add_option("--env", m_arguments.environment, "Set an environment variable")
        ->type_name("NAME=VALUE")
        ->take_all()
        ->expected(1);
}

void SharedOptions::addScreen(CLI::App* command) {
    command->add_option("--screen", m_arguments.screen, kScreenHelp)
        ->type_name("KIND")
        ->check(CLI::IsMember({"host", "window", "headless"}));
    command
        ->add_option_function<std::string>(
            "--size",
            [this](const std::string& text) {
                m_arguments.fullScreen = text == "full";
                if (m_arguments.fullScreen)
                    return;
                if (const auto wrong = parseSize(m_arguments.size, text); !wrong.empty())
                    throw CLI::ValidationError("--size", wrong);
            },
            "Its size in pixels, for window and headless (1280x800); \"full\": a window that "
            "takes the whole screen")
        ->type_name("WxH|full");
}

void SharedOptions::addNetwork(CLI::App* command) {
    command
        ->add_option("--network", m_arguments.network,
                     "What its programs reach: nat (what yours reach; a new session's), none, "
                     "or host-limited:PORT,PORT (only these ports of this computer, at 10.0.2.2)")
        ->type_name("WHAT");
}

CLI::Option* SharedOptions::addSnapshot(CLI::App* command, const std::string& about) {
    return command->add_option("--snapshot", m_arguments.snapshot, about)->type_name("ID");
}

void SharedOptions::addFiles(CLI::App* command) {
    command
        ->add_option("--files", m_arguments.files,
                     "Which documents in shared folders count that were changed outside since: "
                     "current, saved, both (the current ones are kept beside), or ask (the "
                     "default: names them and changes nothing)")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"ask", "current", "saved", "both"}));
}

void SharedOptions::addSeconds(CLI::App* command, const std::string& name,
                               std::optional<std::uint32_t>& seconds, const std::string& about) {
    command
        ->add_option_function<std::string>(
            name,
            [&seconds, name](const std::string& text) {
                if (const auto wrong = parseSeconds(seconds, text); !wrong.empty())
                    throw CLI::ValidationError(name, wrong);
            },
            about)
        ->type_name("TIME");
}

} // namespace entracte::cli
