#include "app/cli/Commands.h"

#include "app/cli/CopyCommand.h"
#include "app/cli/DoctorCommand.h"
#include "app/cli/DryRunCommand.h"
#include "app/cli/RemoteCommands.h"
#include "app/cli/SessionCommands.h"
#include "app/cli/StoreCommands.h"
#include "app/cli/TransferCommands.h"
#include "app/cli/VaultCommands.h"
#include "app/cli/VncCommand.h"
#include "app/cli/move/HostsCommand.h"
#include "app/cli/move/MoveCommand.h"
#include "app/cli/move/MoveReceive.h"
#include "app/common/InsideSession.h"

namespace entracte::cli {

namespace {

Result<Json> dispatch(SessionCommands& commands, const Client& client, const Arguments& arguments) {
    switch (arguments.verb) {
    case Verb::Start:
        return commands.start();
    case Verb::Exec:
        return commands.exec();
    case Verb::List:
        return commands.list();
    case Verb::Show:
        return commands.show();
    case Verb::Snapshot:
        return commands.save(false);
    case Verb::Suspend:
        return commands.save(true);
    case Verb::Resume:
        return commands.resume();
    case Verb::Rollback:
        return commands.rollback();
    case Verb::Clone:
        return commands.clone();
    case Verb::Rename:
        return commands.rename();
    case Verb::Comment:
        return commands.comment();
    case Verb::Pin:
        return commands.pin(true);
    case Verb::Unpin:
        return commands.pin(false);
    case Verb::Schedule:
        return commands.schedule();
    case Verb::Limits:
        return commands.limits();
    case Verb::Clipboard:
        return commands.clipboard();
    case Verb::Windows:
        return commands.windows();
    case Verb::Picture:
        return commands.picture();
    case Verb::Attach:
        return commands.attach();
    case Verb::Detach:
        return commands.detach();
    case Verb::Stop:
        return commands.stop();
    case Verb::Delete:
        return commands.remove();
    case Verb::Check:
        return checkStore(client, arguments);
    case Verb::Gc:
        return collectGarbage(client, arguments);
    case Verb::Prune:
        return pruneSession(client, arguments);
    default: // those that are not asked here
        break;
    }
    return fail(ErrorCode::Internal, "There is no such command.");
}

Error askedInside() {
    return {
        ErrorCode::System,
        "This terminal is in a session, and Entracte is outside of it.",
        {},
        "\"entracte-save\" saves this session when it is not private; everything else is asked for "
        "outside."};
}

} // namespace

int run(const Arguments& arguments) {
    registerEntracteTypes();
    const Client client(arguments.sessionBus ? QDBusConnection::sessionBus()
                                             : QDBusConnection::systemBus());
    if (arguments.verb == Verb::Doctor)
        return doctor(client, arguments.json);
    if (isOfRemotes(arguments.verb))
        return remoteCommand(arguments);
    if (arguments.verb == Verb::MoveReceive)
        return moveReceive(client, arguments);
    if (arguments.verb == Verb::Hosts)
        return listHosts(arguments);
    if (const auto reachable = client.reachable(); !reachable)
        return report(insideSession() ? askedInside() : reachable.error(), arguments.json,
                      Client::kHelperUnreachableStatus);
    if (arguments.verb == Verb::Push)
        return push(client, arguments);
    if (arguments.verb == Verb::Pull)
        return pull(client, arguments);
    if (arguments.verb == Verb::Resume)
        if (const auto ours = takeBeforeResume(client, arguments); !ours)
            return report(ours.error(), arguments.json);
    if (arguments.dryRun && (arguments.verb == Verb::Snapshot || arguments.verb == Verb::Suspend))
        return dryRun(client, arguments);
    if (arguments.verb == Verb::Copy)
        return copyFile(client, arguments);
    if (arguments.verb == Verb::Export || arguments.verb == Verb::Import)
        return transfer(client, arguments);
    if (arguments.verb >= Verb::VaultCreate && arguments.verb <= Verb::VaultDelete)
        return vault(client, arguments);
    if (arguments.verb == Verb::Vnc)
        return vnc(client, arguments);
    if (arguments.verb == Verb::Move)
        return arguments.automatic ? moveAnywhere(client, arguments)
                                   : moveSession(client, arguments);
    if (arguments.verb == Verb::Evacuate)
        return evacuate(client, arguments);
    SessionCommands commands(client, arguments);
    auto result = dispatch(commands, client, arguments);
    if (!result && result.error().code() == ErrorCode::VaultLocked && canAsk(arguments)) {
        if (const auto unlocked = unlockAsking(client); !unlocked)
            return report(unlocked.error(), arguments.json);
        result = dispatch(commands, client, arguments);
    }
    return conclude(result, arguments.json);
}

} // namespace entracte::cli
