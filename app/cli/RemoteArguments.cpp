#include "app/cli/RemoteArguments.h"

namespace entracte::cli {

namespace {

CLI::App* add(CLI::App& to, Arguments& arguments, Verb verb, const std::string& name,
              const std::string& about) {
    auto* const command = to.add_subcommand(name, about);
    command->callback([&arguments, verb] { arguments.verb = verb; });
    return command;
}

void addPassphraseFd(CLI::App* command, Arguments& arguments) {
    command
        ->add_option("--passphrase-fd", arguments.passphraseFd,
                     "Read the passphrase's line from this descriptor instead of asking")
        ->type_name("N")
        ->check(CLI::Range(0, 1023));
}

void addName(CLI::App* command, Arguments& arguments) {
    command->add_option("NAME", arguments.remote, "The repository's name")->required();
    addPassphraseFd(command, arguments);
}

} // namespace

void addTakeOver(CLI::App* command, Arguments& arguments) {
    command->add_flag("--take-over", arguments.takeOver,
                      "Even if another machine has it: only when that one is lost, or shall not go "
                      "on with it");
}

CLI::App* addRemotes(CLI::App& app, Arguments& arguments, ParseSeconds parseSeconds) {
    auto* const push =
        add(app, arguments, Verb::Push, "push", "Send a snapshot to a repository, sealed");
    push->add_option("SESSION", arguments.session,
                     "Name or beginning of the id, and perhaps @SNAPSHOT (else the newest)")
        ->required();
    addName(push, arguments);
    addTakeOver(push, arguments);

    auto* const pull =
        add(app, arguments, Verb::Pull, "pull", "Make a suspended session from a repository");
    addName(pull, arguments);
    pull->add_option("SESSION", arguments.session,
                     "Name or beginning of the id there, and perhaps @SNAPSHOT (else the newest)")
        ->required();
    pull->add_option("--name", arguments.name, "Its name here (the one it had when not given)");
    pull->add_flag("--resume", arguments.resumeToo, "Bring it back at once");
    addTakeOver(pull, arguments);

    auto* const remote = app.add_subcommand("remote", "Repositories that sessions are sent to");
    remote->require_subcommand(1);
    remote->fallthrough();
    auto* const added = add(*remote, arguments, Verb::RemoteAdd, "add",
                            "Give a repository a name; makes it when there is none in that place");
    addName(added, arguments);
    added
        ->add_option("ADDRESS", arguments.address,
                     "/a/folder, rclone:REMOTE:FOLDER, or ssh://user@host/path")
        ->required();
    added
        ->add_option("--passphrase-file", arguments.passphraseFile,
                     "From now on read the passphrase from this file's first line")
        ->type_name("FILE");
    added
        ->add_option("--passphrase-command", arguments.passphraseCommand,
                     "From now on run this for it, such as \"secret-tool lookup entracte office\"")
        ->type_name("COMMAND");
    add(*remote, arguments, Verb::RemoteRemove, "remove",
        "Forget a repository's name; nothing is removed from it")
        ->add_option("NAME", arguments.remote, "The repository's name")
        ->required();
    auto* const list = add(*remote, arguments, Verb::RemoteList, "list",
                           "List repositories, or the sessions and snapshots in one");
    list->add_option("NAME", arguments.remote, "The repository's name");
    addPassphraseFd(list, arguments);
    auto* const check = add(*remote, arguments, Verb::RemoteCheck, "check",
                            "Look whether a repository's snapshots can be had whole");
    addName(check, arguments);
    check->add_flag("--read-data", arguments.readData, "Read every byte of them");
    auto* const prune =
        add(*remote, arguments, Verb::RemotePrune, "prune",
            "Remove snapshots that rules do not keep and, days later, what none needs any more");
    addName(prune, arguments);
    prune
        ->add_option("--keep", arguments.keep,
                     "What stays of each session, such as \"daily=7 monthly=12\" (everything when "
                     "not given)")
        ->type_name("RULES");
    prune->add_option("--session", arguments.session, "Only this session's snapshots may go")
        ->type_name("SESSION");
    prune->add_flag("--dry-run", arguments.dryRun, "Only tell what would be removed");
    prune
        ->add_option_function<std::string>(
            "--grace",
            [&arguments, parseSeconds](const std::string& text) {
                if (const auto wrong = parseSeconds(arguments.graceSeconds, text); !wrong.empty())
                    throw CLI::ValidationError("--grace", wrong);
            },
            "How long what none needs stays (3d); shorter only if nobody pushes meanwhile")
        ->type_name("TIME");
    addTakeOver(prune, arguments);
    return pull;
}

} // namespace entracte::cli
