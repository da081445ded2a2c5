#include "app/cli/Arguments.h"

#include "session/base/Error.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace entracte::cli {

namespace {

constexpr const char* kAbout =
    "Saves a running desktop session, programs, windows and all, and brings it back later.\n\n"
    "Start a session, work in it, take a snapshot; after a crash or a reboot, or on another "
    "screen,\n"
    "resume it and go on where you were:\n\n"
    "  entracte start --name work -- xterm\n"
    "  entracte snapshot work\n"
    "  entracte resume work";

constexpr const char* kFooter =
    "SESSION is a session's name or the beginning of its id, as \"entracte list\" shows them.\n"
    "Every command takes --json. See entracte(1) for the keys and for the exit statuses.";

constexpr const char* kScreenHelp =
    "Where the windows go: host (among your other windows), window (all in one window), "
    "headless (nowhere visible)";

std::string parseSize(Arguments& arguments, const std::string& text) {
    const auto cross = text.find('x');
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    const auto number = [](std::string_view part, std::uint16_t& value) {
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        return error == std::errc() && end == part.data() + part.size() && value > 0;
    };
    if (cross == std::string::npos || !number(std::string_view(text).substr(0, cross), width) ||
        !number(std::string_view(text).substr(cross + 1), height))
        return "a size is WIDTHxHEIGHT, such as 1280x800";
    arguments.size = {width, height};
    return {};
}

class Parser {
public:
    explicit Parser(Arguments& arguments) : m_arguments(arguments), m_app(kAbout, "entracte") {
        m_app.footer(kFooter);
        m_app.require_subcommand(1);
        m_app.fallthrough(); // --json may stand before and after the command
        m_app.set_version_flag("--version", ENTRACTE_VERSION);
        m_app.add_flag("--json", arguments.json, "Print the result as JSON");
        m_app.add_flag("-q,--quiet", arguments.quiet, "Show no progress");
        m_app.add_flag("--session-bus", arguments.sessionBus,
                       "Look for the helper on the session bus, for trying things out");

        auto* const start = add(Verb::Start, "start", "Start a session and a program in it");
        start->add_option("--name", arguments.name, "Its name (the program's when not given)");
        addScreen(start);
        start
            ->add_option("--share", arguments.share,
                         "A folder that is shared live with the session, and not part of snapshots")
            ->type_name("DIR")
            ->take_all()
            ->expected(1);
        start
            ->add_option("--share-read-only", arguments.shareReadOnly,
                         "The same, but the session cannot change it")
            ->type_name("DIR")
            ->take_all()
            ->expected(1);
        addEnvironment(start);
        addCommand(start, "The program, after \"--\"; a session without one is empty");

        auto* const exec = addWithSession(Verb::Exec, "exec", "Start another program in a session");
        addEnvironment(exec);
        addCommand(exec, "The program, after \"--\"");

        add(Verb::List, "list", "List the sessions");
        addWithSession(Verb::Show, "show",
                       "Show a session, its snapshots, and what cannot be saved");

        for (auto* const saving :
             {addWithSession(Verb::Snapshot, "snapshot", "Save a session, which goes on running"),
              addWithSession(Verb::Suspend, "suspend", "Save a session and end it")})
            saving->add_option("--comment", arguments.comment, "A line to know the snapshot by");

        auto* const resume =
            addWithSession(Verb::Resume, "resume", "Bring a session back from a snapshot");
        addSnapshot(resume, "The snapshot (the newest when not given)");
        addScreen(resume);
        addScreen(
            addWithSession(Verb::Attach, "attach", "Show a session's windows on this screen"));
        addWithSession(Verb::Detach, "detach",
                       "Take a session's windows off the screen; it goes on");
        addWithSession(Verb::Stop, "stop", "End a session's programs without saving them");
        addSnapshot(addWithSession(Verb::Delete, "delete",
                                   "Delete a session that does not run, with all its snapshots"),
                    "Delete only this snapshot");
        add(Verb::Doctor, "doctor", "Tell what this machine lacks for what, and what to do");
    }

    CLI::App& app() { return m_app; }

private:
    CLI::App* add(Verb verb, const std::string& name, const std::string& about) {
        auto* const command = m_app.add_subcommand(name, about);
        command->callback([this, verb] { m_arguments.verb = verb; });
        return command;
    }
    CLI::App* addWithSession(Verb verb, const std::string& name, const std::string& about) {
        auto* const command = add(verb, name, about);
        command->add_option("SESSION", m_arguments.session, "Name or beginning of the id")
            ->required();
        return command;
    }
    void addCommand(CLI::App* command, const std::string& about) {
        command->add_option("COMMAND", m_arguments.command, about);
    }
    void addEnvironment(CLI::App* command) {
        command->add_option("--env", m_arguments.environment, "Set an environment variable")
            ->type_name("NAME=VALUE")
            ->take_all()
            ->expected(1);
    }
    void addScreen(CLI::App* command) {
        command->add_option("--screen", m_arguments.screen, kScreenHelp)
            ->type_name("KIND")
            ->check(CLI::IsMember({"host", "window", "headless"}));
        command
            ->add_option_function<std::string>(
                "--size",
                [this](const std::string& text) {
                    if (const auto wrong = parseSize(m_arguments, text); !wrong.empty())
                        throw CLI::ValidationError("--size", wrong);
                },
                "Its size in pixels, for window and headless (1280x800)")
            ->type_name("WxH");
    }
    void addSnapshot(CLI::App* command, const std::string& about) {
        command->add_option("--snapshot", m_arguments.snapshot, about)->type_name("ID");
    }

    Arguments& m_arguments;
    CLI::App m_app;
};

} // namespace

std::optional<int> parse(int argc, const char* const* argv, Arguments& arguments) {
    // What follows "--" is the program's, to the letter: CLI11 would look for options in it.
    const auto* const end = argv + argc;
    const auto* const dashes = std::find_if(
        argv, end, [](const char* argument) { return std::string_view(argument) == "--"; });
    Parser parser(arguments);
    try {
        parser.app().parse(static_cast<int>(dashes - argv), argv);
        if (dashes != end) {
            if (arguments.verb != Verb::Start && arguments.verb != Verb::Exec)
                throw CLI::ExtrasError({"--"});
            arguments.command.insert(arguments.command.end(), dashes + 1, end);
        }
        if (arguments.verb == Verb::Exec && arguments.command.empty())
            throw CLI::RequiredError("COMMAND");
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        // CLI11 has exit codes of its own; ours is the one of a wrong argument.
        return parser.app().exit(error) == 0 ? 0 : errorInfo(ErrorCode::InvalidArgument).exitStatus;
    }
}

} // namespace entracte::cli
