#include "app/cli/DryRunCommand.h"

#include "EntracteProxies.h" // generated
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"

#include <algorithm>
#include <iostream>

namespace entracte::cli {
namespace {

struct Outlook {
    EntracteFindings findings;
    bool vaultLocked = false; // of the session's owner
};

Result<Outlook> outlookOf(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
    ENTRACTE_ASSIGN(
        findings,
        valueOf(client.proxy<OrgEntracteEntracte1SessionInterface>(session.path)->Preflight()));
    const auto vault = overview.vaultOf(session.owner);
    return Outlook{std::move(findings), vault && vault->locked};
}

} // namespace

int dryRun(const Client& client, const Arguments& arguments) {
    const auto outlook = outlookOf(client, arguments);
    if (!outlook)
        return report(outlook.error(), arguments.json);
    const bool blocked = std::ranges::any_of(outlook->findings, &EntracteFinding::blocks);
    const bool savable = !blocked && !outlook->vaultLocked;
    if (arguments.json)
        printJson({{"savable", savable},
                   {"vault_locked", outlook->vaultLocked},
                   {"findings", toJson(outlook->findings)}});
    else {
        std::cout << (savable ? "The session can be saved.\n"
                              : "The session cannot be saved now.\n");
        if (outlook->vaultLocked)
            std::cout << "  its vault is locked: \"entracte vault unlock\" unlocks it\n";
        printFindings(outlook->findings);
    }
    return savable ? 0
                   : errorInfo(outlook->vaultLocked ? ErrorCode::VaultLocked
                                                    : ErrorCode::NotCheckpointable)
                         .exitStatus;
}

} // namespace entracte::cli
