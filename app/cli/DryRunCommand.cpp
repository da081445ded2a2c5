#include "app/cli/DryRunCommand.h"

#include "EntracteProxies.h" // generated
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"

#include <algorithm>
#include <iostream>

namespace entracte::cli {
namespace {

Result<EntracteFindings> findingsOf(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
    return valueOf(client.proxy<OrgEntracteEntracte1SessionInterface>(session.path)->Preflight());
}

} // namespace

int dryRun(const Client& client, const Arguments& arguments) {
    const auto findings = findingsOf(client, arguments);
    if (!findings)
        return report(findings.error(), arguments.json);
    const bool savable = std::ranges::none_of(*findings, &EntracteFinding::blocks);
    if (arguments.json)
        printJson({{"savable", savable}, {"findings", toJson(*findings)}});
    else {
        std::cout << (savable ? "The session can be saved.\n"
                              : "The session cannot be saved now.\n");
        printFindings(*findings);
    }
    return savable ? 0 : errorInfo(ErrorCode::NotCheckpointable).exitStatus;
}

} // namespace entracte::cli
