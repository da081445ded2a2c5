#pragma once

// What the helper shows, as values, and its errors as ours. Blocking calls, for command line
// programs and for the first look of a graphical one; what changes later comes by the signals of
// the generated proxies.
//
// Calls allow polkit to ask the person, and so may take minutes.

#include "dbus/client/BusTypes.h"
#include "session/base/Result.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusPendingReply>
#include <QList>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace entracte {

struct SessionView {
    QString path;
    QString id;
    QString name;
    uint owner = 0;
    QString state;
    QString screen;
    bool clipboard = false;
    bool isPrivate = false; // notifications and links stay in it
    QString network;        // "nat", "none", "host-limited:PORT,PORT"
    QStringList share;      // folders that it may write to, and those that it may read
    QStringList shareReadOnly;
    QString display;
    QString xauthority; // empty: the display is the person's own
    QStringList command;
    qint64 createdUnixMs = 0;
    uint programs = 0;
    uint windows = 0;
    uint blockers = 0;
    uint scheduleSeconds = 0;
    qint64 pausedUntilUnixMs = 0;
    qint64 nextSnapshotUnixMs = 0;
    QString retention;
    bool resumeAutomatically = false;
    bool returnDue = false;  // a crash or the computer's end ended it, and nobody since
    quint64 memoryLimit = 0; // bytes; 0: none
    uint cpuLimitPercent = 0;
    uint processLimit = 0;
    QString move; // "given", "gone", "arriving"; empty: not in a move
    QString moveId;
    QString movePeer;
    QString lineage;
};

struct SnapshotView {
    QString path;
    QString id;
    QString session; // object path
    QString comment;
    qint64 takenUnixMs = 0;
    quint64 imageBytes = 0;
    quint64 layerBytes = 0;
    quint64 storedBytes = 0; // but for the host's files
    quint64 hostFileBytes = 0;
    quint64 hostFileStoredBytes = 0;
    uint frozenMicros = 0;
    uint totalMillis = 0;
    uint windows = 0;
    uint programs = 0;
    bool suspended = false;
    QString origin; // "asked", "scheduled", "rollback", "shutdown"
    bool pinned = false;
    bool encrypted = false;
    bool locked = false; // most of the above is not known
    quint64 uniqueBytes = 0;
};

struct JobView {
    QString kind;
    QString session; // object path, "/" while there is none
    QString phase;
    double fraction = 0;
    quint64 bytes = 0;
    bool running = true;
    QString error; // code name, empty on success
    QString message;
    QString result; // object path
};

struct VaultView {
    QString path;
    uint owner = 0;
    bool locked = true;
};

struct Overview {
    QList<SessionView> sessions;   // oldest first
    QList<SnapshotView> snapshots; // oldest first
    QList<VaultView> vaults;
    QList<SnapshotView> snapshotsOf(const SessionView& session) const;
    std::optional<VaultView> vaultOf(uint owner) const;
};

SessionView sessionView(const QString& path, const QVariantMap& properties);
SnapshotView snapshotView(const QString& path, const QVariantMap& properties);
VaultView vaultView(const QString& path, const QVariantMap& properties);
JobView jobView(const QVariantMap& properties);

// The helper's error as it was thrown there; the message carries sentence and hint.
Error errorOf(const QDBusError& error);

class Client {
public:
    static constexpr const char* kService = "org.entracte.Entracte1";
    static constexpr const char* kRoot = "/org/entracte/Entracte1";
    static constexpr int kTimeoutMs = 330'000; // a little more than polkit's dialog may take
    // Not in the table of session/base/Error.h, since the helper cannot say it of itself.
    static constexpr int kHelperUnreachableStatus = 8;

    explicit Client(QDBusConnection bus) : m_bus(std::move(bus)) {}

    const QDBusConnection& bus() const { return m_bus; }
    // The bus can be reached, and the helper is on it or can be started by it.
    Status reachable() const;

    Result<Overview> overview() const;
    Result<QVariantMap> properties(const QString& path, const QString& interface) const;

    // A generated proxy; its calls may take as long as the person takes over polkit's dialog.
    template <typename Proxy>
    std::unique_ptr<Proxy> proxy(const QString& path) const {
        auto made = std::make_unique<Proxy>(kService, path, m_bus);
        made->setTimeout(kTimeoutMs);
        return made;
    }

private:
    QDBusConnection m_bus;
};

// The value of a call of a generated proxy, or the helper's error.
template <typename T>
Result<T> valueOf(QDBusPendingReply<T> reply) {
    reply.waitForFinished();
    if (reply.isError())
        return fail(errorOf(reply.error()));
    return reply.value();
}
inline Status valueOf(QDBusPendingReply<> reply) {
    reply.waitForFinished();
    if (reply.isError())
        return fail(errorOf(reply.error()));
    return {};
}

} // namespace entracte
