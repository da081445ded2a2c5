#include "app/cli/DoctorCommand.h"

#include "EntracteProxies.h" // generated
#include "app/cli/Output.h"
#include "session/doctor/Doctor.h"

#include <QDBusConnectionInterface>
#include <QDBusReply>

#include <algorithm>
#include <fmt/format.h>

namespace entracte::cli {

namespace {

bool onBus(const QDBusConnection& bus, const char* name) {
    auto* const daemon = bus.interface();
    if (!bus.isConnected() || !daemon)
        return false;
    if (daemon->isServiceRegistered(name))
        return true;
    const QDBusReply<QStringList> startable = daemon->call("ListActivatableNames");
    return startable.isValid() && startable.value().contains(name);
}

EntracteDoctorFinding polkitFinding(const QDBusConnection& bus) {
    if (onBus(bus, "org.freedesktop.PolicyKit1"))
        return {"polkit", "ok", "polkit decides who may use sessions.", {}};
    return {"polkit", "missing", "polkit is not on the message bus; only root is served.",
            "Install polkitd."};
}

// By ourselves: what anybody can see.
EntracteDoctorFindings ownFindings() {
    EntracteDoctorFindings findings;
    for (const auto& one : examineMachine({}))
        findings.append({QString::fromStdString(one.check),
                         QString::fromStdString(doctorStateName(one.state)),
                         QString::fromStdString(one.sentence), QString::fromStdString(one.remedy)});
    return findings;
}

EntracteDoctorFindings examine(const Client& client) {
    EntracteDoctorFindings findings;
    const auto reachable = client.reachable();
    if (!reachable) {
        findings.append({"helper", "missing", QString::fromStdString(reachable.error().sentence()),
                         "Install Entracte, or start entracted as root."});
        findings.append(polkitFinding(client.bus()));
        return findings + ownFindings();
    }
    const auto told =
        valueOf(client.proxy<OrgEntracteEntracte1ManagerInterface>(Client::kRoot)->Doctor());
    if (told)
        findings.append({"helper", "ok", "The helper answers.", {}});
    else
        findings.append({"helper",
                         told.error().code() == ErrorCode::NotAuthorized ? "warning" : "missing",
                         "The helper does not examine the machine for you: " +
                             QString::fromStdString(told.error().sentence()),
                         QString::fromStdString(told.error().hint())});
    findings.append(polkitFinding(client.bus()));
    return findings + (told ? *told : ownFindings());
}

} // namespace

int doctor(const Client& client, bool json) {
    const auto findings = examine(client);
    const bool well = std::none_of(findings.begin(), findings.end(),
                                   [](const auto& finding) { return finding.state == "missing"; });
    if (json) {
        Json list = Json::array();
        for (const auto& finding : findings)
            list.push_back({{"check", finding.check.toStdString()},
                            {"state", finding.state.toStdString()},
                            {"sentence", finding.sentence.toStdString()},
                            {"remedy", finding.remedy.toStdString()}});
        printJson({{"ok", well}, {"findings", std::move(list)}});
    } else {
        for (const auto& finding : findings) {
            fmt::print("{:<8} {:<16} {}\n", printable(finding.state), printable(finding.check),
                       printable(finding.sentence));
            if (!finding.remedy.isEmpty() && finding.state != "ok")
                fmt::print("{:<25} {}\n", "", printable(finding.remedy));
        }
    }
    return well ? 0 : 1;
}

} // namespace entracte::cli
