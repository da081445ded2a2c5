#include "app/cli/Arguments.h"

#include "app/cli/ArgumentValues.h"
#include "app/cli/Output.h"
#include "app/cli/RemoteArguments.h"
#include "app/cli/SharedOptions.h"
#include "app/cli/Usage.h"
#include "session/base/Error.h"

#include <CLI/CLI.hpp>

#include <algorithm>
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

class Parser : SharedOptions {
public:
    explicit Parser(Arguments& arguments) : SharedOptions(arguments), m_app(kAbout, "entracte") {
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
        start
            ->add_option("--from", arguments.from,
                         "Begin with the newest snapshot of this session, which is left alone")
            ->type_name("SESSION");
        addSnapshot(start, "With --from: this one of its snapshots");
        addSeconds(start, "--every", arguments.everySeconds,
                   "Save it by itself so often, if its programs did something");
        start
            ->add_option("--keep", arguments.keep,
                         "Which of its snapshots stay, as with \"schedule\"")
            ->type_name("RULES");
        addScreen(start);
        addNetwork(start);
        start->add_flag("--clipboard", arguments.clipboard,
                        "Share the clipboard of a session in a window with this desktop");
        start->add_flag("--private", arguments.isPrivate,
                        "Keep its notifications, links and sound from this desktop");
        start
            ->add_option("--desktop", arguments.desktop,
                         "A whole desktop instead of a program, in a window when no screen is "
                         "named: xfce, lxqt, icewm, openbox or another that is installed")
            ->type_name("NAME");
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
              addWithSession(Verb::Suspend, "suspend", "Save a session and end it")}) {
            saving->add_option("--comment", arguments.comment, "A line to know the snapshot by");
            saving->add_flag("--dry-run", arguments.dryRun,
                             "Only tell what cannot be saved; nothing is touched");
        }

        auto* const resume =
            addWithSession(Verb::Resume, "resume", "Bring a session back from a snapshot");
        addSnapshot(resume, "The snapshot (the newest when not given)");
        addScreen(resume);
        addFiles(resume);
        addNetwork(resume);
        addTakeOver(resume, arguments);
        auto* const rollback =
            addWithSession(Verb::Rollback, "rollback",
                           "Bring a session back to an earlier snapshot; it is saved first");
        addSnapshot(rollback, "The snapshot")->required();
        addScreen(rollback);
        addFiles(rollback);
        addNetwork(rollback);
        auto* const clone = addWithSession(
            Verb::Clone, "clone", "Open a second session beside the first, from its snapshot");
        clone->add_option("--name", arguments.name, "The name of the second one")->required();
        addSnapshot(clone, "The snapshot (the newest when not given)");
        addScreen(clone);
        addFiles(clone);
        addNetwork(clone);
        addWithSession(Verb::Rename, "rename", "Give a session another name")
            ->add_option("NAME", arguments.name, "The new name")
            ->required();
        auto* const comment =
            addWithSession(Verb::Comment, "comment", "Change the line to know a snapshot by");
        comment->add_option("TEXT", arguments.comment, "The new line")->required();
        addSnapshot(comment, "The snapshot (the newest when not given)");
        addSnapshot(addWithSession(Verb::Pin, "pin", "Keep a snapshot, whatever the rules say"),
                    "The snapshot (the newest when not given)");
        addSnapshot(addWithSession(Verb::Unpin, "unpin", "Keep a snapshot only as the rules say"),
                    "The snapshot (the newest when not given)");
        addSchedule();
        addLimits();
        addWithSession(Verb::Clipboard, "clipboard",
                       "Share the clipboard of a session in a window with the desktop, or not")
            ->add_option("WHICH", arguments.clipboardShared, "on or off")
            ->required()
            ->check(CLI::IsMember({"on", "off"}));
        addSnapshot(addWithSession(Verb::Windows, "windows", "List a session's windows"),
                    "As they were at this snapshot, not as they are");
        auto* const picture = addWithSession(Verb::Picture, "picture",
                                             "Write a small picture (PNG) of a snapshot to a file");
        addSnapshot(picture, "The snapshot (the newest when not given)");
        picture->add_option("FILE", arguments.output, "The file; - is standard output")->required();

        addScreen(
            addWithSession(Verb::Attach, "attach", "Show a session's windows on this screen"));
        addWithSession(Verb::Detach, "detach",
                       "Take a session's windows off the screen; it goes on");
        addVnc();
        addYes(addWithSession(Verb::Stop, "stop", "End a session's programs without saving them"));
        auto* const remove = addWithSession(
            Verb::Delete, "delete", "Delete a session that does not run, with all its snapshots");
        addSnapshot(remove, "Delete only this snapshot");
        addYes(remove);
        auto* const check =
            add(Verb::Check, "check", "Look whether stored snapshots are as they were written");
        check->add_flag("--read-data", arguments.readData, "Read every byte of them");
        check->add_flag("--repair", arguments.repair,
                        "First make a damaged catalog of the store anew from what it holds");
        check->add_option("SESSION", arguments.session,
                          "Only the newest snapshot of this one, every byte of it");
        addSnapshot(check, "This snapshot of it");
        add(Verb::Gc, "gc", "Free the disk space that no snapshot needs");
        auto* const prune =
            addWithSession(Verb::Prune, "prune", "Remove the snapshots that rules do not keep");
        prune
            ->add_option("--keep", arguments.keep,
                         "What stays, such as \"hourly=24 daily=7\" (the session's own rules when "
                         "not given)")
            ->type_name("RULES");
        prune->add_flag("--dry-run", m_arguments.dryRun, "Only tell what would be removed");
        addCopy();
        addTransfers();
        addVault();
        auto* const pull = addRemotes(m_app, arguments, parseSeconds);
        addScreen(pull);
        addFiles(pull);
        addMove();
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
    void addVnc() {
        auto* const vnc = addWithSession(
            Verb::Vnc, "vnc", "Show a session that has a screen of its own to VNC viewers");
        vnc->add_option("--socket", m_arguments.socket,
                        "Where it listens (a place of its own in $XDG_RUNTIME_DIR)")
            ->type_name("PATH");
        vnc->add_flag("--read-only", m_arguments.readOnly, "Viewers may look, not type or click");
    }
    void addCopy() {
        auto* const copy =
            add(Verb::Copy, "cp", "Copy a file out of a running session, or into it");
        copy->add_option("FROM", m_arguments.copyFrom,
                         "SESSION:PATH, or a file of yours; \"-\" for standard input")
            ->required();
        copy->add_option("TO", m_arguments.copyTo,
                         "A file or folder of yours, or SESSION:PATH; \"-\" for standard output")
            ->required();
    }
    void addTransfers() {
        auto* const give =
            add(Verb::Export, "export", "Write a snapshot with all that it needs into one file");
        give->add_option("SESSION", m_arguments.session,
                         "Name or beginning of the id, and perhaps @SNAPSHOT (else the newest)")
            ->required();
        give->add_option("FILE", m_arguments.file, "Where to; \"-\" for standard output")
            ->required();
        give->add_flag("--encrypt", m_arguments.encrypt, "Seal it with a passphrase, asked for");
        addPassphraseFd(give);
        auto* const take = add(Verb::Import, "import",
                               "Make a suspended session from what \"export\" has written");
        take->add_option("FILE", m_arguments.file, "Where from; \"-\" for standard input")
            ->required();
        take->add_option("--name", m_arguments.name, "Its name (the one it had when not given)");
        addPassphraseFd(take);
    }
    void addVault() {
        auto* const vault =
            m_app.add_subcommand("vault", "Keep your snapshots encrypted, with a passphrase");
        vault->require_subcommand(1);
        const auto add = [&](Verb verb, const char* name, const char* about) {
            auto* const command = vault->add_subcommand(name, about);
            command->callback([this, verb] { m_arguments.verb = verb; });
            return command;
        };
        const auto addPassphrase = [&](CLI::App* command, const char* about) {
            addPassphraseFd(command);
            command->add_flag("--keyring", m_arguments.keyring, about);
        };
        addPassphrase(add(Verb::VaultCreate, "create",
                          "Make your vault: every snapshot from now on is encrypted"),
                      "Keep the passphrase in the keyring of your desktop, too");
        addPassphrase(
            add(Verb::VaultUnlock, "unlock", "Unlock it with its passphrase")->alias("open"),
            "Take the passphrase from the keyring of your desktop; ask for it where it is not "
            "there, and keep it there");
        add(Verb::VaultLock, "lock", "Forget its key: nothing is saved or brought back meanwhile")
            ->alias("close");
        add(Verb::VaultStatus, "status", "Tell whether there is one, and whether it is locked");
        addPassphrase(add(Verb::VaultChangePassphrase, "change-passphrase",
                          "Give it another passphrase; its snapshots stay as they are"),
                      "Keep the new one in the keyring of your desktop");
        add(Verb::VaultDelete, "delete",
            "Remove it when it is empty; snapshots are stored in clear again");
    }
    void addMove() {
        auto* const move = addWithSession(
            Verb::Move, "move", "Go on with a session on another machine, reached over ssh");
        move->add_option("HOST", m_arguments.host,
                         "Where to: [USER@]HOST, as ssh takes it. Without it, a move whose end "
                         "is not known is settled")
            ->type_name("[USER@]HOST");
        move->add_flag("--auto", m_arguments.automatic,
                       "To the least busy machine of \"entracte hosts\" that takes it");
        addScreen(move);
        move->add_option("--display", m_arguments.display,
                         "The display there (the one that your programs there are on)")
            ->type_name(":N");
        addFiles(move);
        move->add_flag("--keep", m_arguments.keepCopy, "Keep a suspended copy here");
        move->add_flag("--take-back", m_arguments.takeBack,
                       "Only if you know that it does not run elsewhere: it is here again, "
                       "suspended");
        auto* const hosts = add(Verb::Hosts, "hosts",
                                "Tell load, free memory and sessions of the machines you know");
        auto* const evacuate = add(Verb::Evacuate, "evacuate",
                                   "Move all your sessions off this machine, several at once");
        for (auto* const command : {hosts, evacuate})
            command
                ->add_option("HOST", m_arguments.hosts,
                             "Only these; else those of ~/.config/entracte/hosts and of your ssh "
                             "configuration")
                ->type_name("[USER@]HOST");
        evacuate->add_option("--jobs", m_arguments.jobs, "How many move at once (2)")
            ->type_name("N")
            ->check(CLI::Range(1, 16));
        addScreen(evacuate);
        addFiles(evacuate);
        evacuate->add_flag("--dry-run", m_arguments.dryRun, "Only tell where each would go");
        // What ssh runs on the other machine.
        add(Verb::MoveReceive, "move-receive", "")->group("");
    }
    void addLimits() {
        auto* const limits =
            addWithSession(Verb::Limits, "limits",
                           "Tell what a session uses; tell or set what it may use at most");
        const auto add = [limits](const std::string& name, const std::string& type,
                                  const std::string& about, auto parse) {
            limits
                ->add_option_function<std::string>(
                    name,
                    [name, parse](const std::string& text) {
                        if (const auto wrong = parse(text); !wrong.empty())
                            throw CLI::ValidationError(name, wrong);
                    },
                    about)
                ->type_name(type);
        };
        add("--memory", "SIZE", "Memory, such as 2G; none",
            [this](const std::string& text) { return parseBytes(m_arguments.memoryLimit, text); });
        add("--cpu", "PERCENT", "Processor time, 100% is one processor; none",
            [this](const std::string& text) {
                return parseCount(m_arguments.cpuLimit, text, true);
            });
        add("--processes", "NUMBER", "Processes; none", [this](const std::string& text) {
            return parseCount(m_arguments.processLimit, text, false);
        });
    }
    void addSchedule() {
        auto* const schedule =
            addWithSession(Verb::Schedule, "schedule",
                           "Tell or set when a session is saved by itself, and what is kept");
        addSeconds(schedule, "--every", m_arguments.everySeconds,
                   "How often, if its programs did something (10s to 1 year); never");
        addSeconds(schedule, "--pause", m_arguments.pauseSeconds,
                   "Not for so long; now goes on at once");
        schedule
            ->add_option("--keep", m_arguments.keep,
                         "Which snapshots stay: \"hourly=24 daily=7 weekly=4 monthly=6\", also "
                         "last and bytes; all")
            ->type_name("RULES");
        schedule
            ->add_option_function<std::string>(
                "--resume-automatically",
                [this](const std::string& text) {
                    m_arguments.resumeAutomatically = text == "yes";
                },
                "Bring it back by itself when it was interrupted: yes or no")
            ->type_name("YES|NO")
            ->check(CLI::IsMember({"yes", "no"}));
    }

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
        if (arguments.verb == Verb::Start && arguments.from.empty() && !arguments.snapshot.empty())
            throw CLI::RequiresError("--snapshot", "--from");
        if (arguments.isPrivate && !arguments.from.empty()) // it is what that one is
            throw CLI::ExcludesError("--private", "--from");
        if (!arguments.desktop.empty() && !(arguments.command.empty() && arguments.from.empty()))
            throw CLI::ExcludesError("--desktop", arguments.from.empty() ? "COMMAND" : "--from");
        if (arguments.automatic && (arguments.takeBack || !arguments.host.empty()))
            throw CLI::ExcludesError("--auto", arguments.takeBack ? "--take-back" : "HOST");
        if (arguments.fullScreen && arguments.screen.empty())
            arguments.screen = "window";
        if (arguments.fullScreen && arguments.screen != "window")
            throw CLI::ValidationError("--size", "only a window can be full screen");
        if (!arguments.desktop.empty() && arguments.screen == "host")
            throw CLI::ValidationError("--desktop", "a desktop has a screen of its own: window or "
                                                    "headless");
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) // help, version
            return parser.app().exit(error);
        const std::vector<std::string> words(argv + 1, dashes);
        // What went wrong may have kept --json itself from being taken.
        return report(usageError(parser.app(), error, words),
                      std::ranges::find(words, "--json") != words.end());
    }
}

} // namespace entracte::cli
