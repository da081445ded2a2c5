#include "dbus/client/Client.h"

#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusPendingReply>
#include <QDBusReply>

#include <algorithm>

namespace entracte {

namespace {

constexpr const char* kSession = "org.entracte.Entracte1.Session";
constexpr const char* kVault = "org.entracte.Entracte1.Vault";
constexpr const char* kSnapshot = "org.entracte.Entracte1.Snapshot";

QString pathIn(const QVariantMap& properties, const char* name) {
    return properties.value(name).value<QDBusObjectPath>().path();
}

} // namespace

SessionView sessionView(const QString& path, const QVariantMap& properties) {
    SessionView view;
    view.path = path;
    view.id = properties.value("Id").toString();
    view.name = properties.value("Name").toString();
    view.owner = properties.value("Owner").toUInt();
    view.state = properties.value("State").toString();
    view.screen = properties.value("Screen").toString();
    view.clipboard = properties.value("Clipboard").toBool();
    view.isPrivate = properties.value("IsPrivate").toBool();
    view.network = properties.value("Network").toString();
    view.share = properties.value("Share").toStringList();
    view.shareReadOnly = properties.value("ShareReadOnly").toStringList();
    view.display = properties.value("Display").toString();
    view.xauthority = properties.value("Xauthority").toString();
    view.command = properties.value("Command").toStringList();
    view.createdUnixMs = properties.value("CreatedUnixMs").toLongLong();
    view.programs = properties.value("Programs").toUInt();
    view.windows = properties.value("Windows").toUInt();
    view.blockers = properties.value("Blockers").toUInt();
    view.scheduleSeconds = properties.value("ScheduleSeconds").toUInt();
    view.pausedUntilUnixMs = properties.value("PausedUntilUnixMs").toLongLong();
    view.nextSnapshotUnixMs = properties.value("NextSnapshotUnixMs").toLongLong();
    view.retention = properties.value("Retention").toString();
    view.memoryLimit = properties.value("MemoryLimit").toULongLong();
    view.cpuLimitPercent = properties.value("CpuLimitPercent").toUInt();
    view.processLimit = properties.value("ProcessLimit").toUInt();
    view.move = properties.value("Move").toString();
    view.moveId = properties.value("MoveId").toString();
    view.movePeer = properties.value("MovePeer").toString();
    view.lineage = properties.value("Lineage").toString();
    view.resumeAutomatically = properties.value("ResumeAutomatically").toBool();
    view.returnDue = properties.value("ReturnDue").toBool();
    return view;
}

SnapshotView snapshotView(const QString& path, const QVariantMap& properties) {
    SnapshotView view;
    view.path = path;
    view.id = properties.value("Id").toString();
    view.session = pathIn(properties, "Session");
    view.comment = properties.value("Comment").toString();
    view.takenUnixMs = properties.value("TakenUnixMs").toLongLong();
    view.imageBytes = properties.value("ImageBytes").toULongLong();
    view.layerBytes = properties.value("LayerBytes").toULongLong();
    view.storedBytes = properties.value("StoredBytes").toULongLong();
    view.hostFileBytes = properties.value("HostFileBytes").toULongLong();
    view.hostFileStoredBytes = properties.value("HostFileStoredBytes").toULongLong();
    view.frozenMicros = properties.value("FrozenMicros").toUInt();
    view.totalMillis = properties.value("TotalMillis").toUInt();
    view.windows = properties.value("Windows").toUInt();
    view.programs = properties.value("Programs").toUInt();
    view.suspended = properties.value("Suspended").toBool();
    view.origin = properties.value("Origin").toString();
    view.pinned = properties.value("Pinned").toBool();
    view.encrypted = properties.value("Encrypted").toBool();
    view.locked = properties.value("Locked").toBool();
    view.uniqueBytes = properties.value("UniqueBytes").toULongLong();
    return view;
}

VaultView vaultView(const QString& path, const QVariantMap& properties) {
    return {path, properties.value("Owner").toUInt(), properties.value("Locked").toBool()};
}

JobView jobView(const QVariantMap& properties) {
    JobView view;
    view.kind = properties.value("Kind").toString();
    view.session = pathIn(properties, "Session");
    view.phase = properties.value("Phase").toString();
    view.fraction = properties.value("Fraction").toDouble();
    view.bytes = properties.value("Bytes").toULongLong();
    view.running = properties.value("Running").toBool();
    view.error = properties.value("Error").toString();
    view.message = properties.value("Message").toString();
    view.result = pathIn(properties, "Result");
    return view;
}

QList<SnapshotView> Overview::snapshotsOf(const SessionView& session) const {
    QList<SnapshotView> list;
    std::copy_if(snapshots.begin(), snapshots.end(), std::back_inserter(list),
                 [&](const SnapshotView& snapshot) { return snapshot.session == session.path; });
    return list;
}

std::optional<VaultView> Overview::vaultOf(uint owner) const {
    const auto found = std::find_if(vaults.begin(), vaults.end(),
                                    [&](const VaultView& vault) { return vault.owner == owner; });
    return found == vaults.end() ? std::nullopt : std::optional(*found);
}

Error errorOf(const QDBusError& error) {
    const auto name = error.name().toStdString();
    const auto message = error.message().toStdString();
    if (name.starts_with(kDBusErrorPrefix))
        return {errorCodeFromName(std::string_view(name).substr(kDBusErrorPrefix.size())), message};
    switch (error.type()) {
    case QDBusError::ServiceUnknown:
    case QDBusError::NoServer:
    case QDBusError::Disconnected:
        return {ErrorCode::System, "Entracte's helper cannot be reached.", message,
                "Is entracted installed? \"entracte doctor\" tells what is missing."};
    case QDBusError::NoReply:
    case QDBusError::Timeout:
    case QDBusError::TimedOut:
        return {ErrorCode::TimedOut, "Entracte's helper gave no answer.", message,
                "Its log may say why."};
    case QDBusError::AccessDenied:
        return {ErrorCode::NotAuthorized,
                "The message bus does not let you talk to Entracte's helper.", message,
                "Is its bus policy installed?"};
    case QDBusError::UnknownObject:
        return {ErrorCode::NotFound, "There is no such session, snapshot or job.", message,
                "\"entracte list\" shows what there is."};
    default:
        return {ErrorCode::Internal, "Entracte's helper refused: " + message, name};
    }
}

Status Client::reachable() const {
    auto* const daemon = m_bus.interface();
    if (!m_bus.isConnected() || !daemon)
        return fail(ErrorCode::System, "The message bus cannot be reached.",
                    m_bus.lastError().message().toStdString(),
                    "Is dbus-daemon running? DBUS_SYSTEM_BUS_ADDRESS names another one when set.");
    if (daemon->isServiceRegistered(kService))
        return {};
    const QDBusReply<QStringList> startable = daemon->call("ListActivatableNames");
    if (startable.isValid() && startable.value().contains(kService))
        return {};
    return fail(ErrorCode::System, "Entracte's helper is not on the message bus.", {},
                "Is entracted installed? \"entracte doctor\" tells what is missing.");
}

Result<Overview> Client::overview() const {
    const auto call = QDBusMessage::createMethodCall(
        kService, kRoot, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
    const QDBusReply<EntracteObjects> reply = m_bus.call(call, QDBus::Block, kTimeoutMs);
    if (!reply.isValid())
        return fail(errorOf(reply.error()));
    Overview overview;
    const auto objects = reply.value();
    for (auto object = objects.begin(); object != objects.end(); ++object) {
        const auto path = object.key().path();
        if (object->contains(kSession))
            overview.sessions.append(sessionView(path, object->value(kSession)));
        else if (object->contains(kSnapshot))
            overview.snapshots.append(snapshotView(path, object->value(kSnapshot)));
        else if (object->contains(kVault))
            overview.vaults.append(vaultView(path, object->value(kVault)));
    }
    std::stable_sort(overview.sessions.begin(), overview.sessions.end(),
                     [](auto& a, auto& b) { return a.createdUnixMs < b.createdUnixMs; });
    std::stable_sort(overview.snapshots.begin(), overview.snapshots.end(),
                     [](auto& a, auto& b) { return a.takenUnixMs < b.takenUnixMs; });
    return overview;
}

Result<QVariantMap> Client::properties(const QString& path, const QString& interface) const {
    auto call =
        QDBusMessage::createMethodCall(kService, path, "org.freedesktop.DBus.Properties", "GetAll");
    call << interface;
    const QDBusReply<QVariantMap> reply = m_bus.call(call, QDBus::Block, kTimeoutMs);
    if (!reply.isValid())
        return fail(errorOf(reply.error()));
    return reply.value();
}

} // namespace entracte
