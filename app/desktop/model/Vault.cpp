#include "app/desktop/model/Vault.h"

#include "EntracteProxies.h" // generated
#include "app/common/TransferFiles.h"

#include <QDBusPendingCallWatcher>

#include <unistd.h>

#include <algorithm>

namespace entracte::desktop {

namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using VaultProxy = OrgEntracteEntracte1VaultInterface;

constexpr const char* kInterface = "org.entracte.Entracte1.Vault";

Trouble vaultTrouble(const Error& error) {
    const auto name = errorInfo(error.code()).name;
    return troubleOf("vault", {},
                     QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())),
                     QString::fromStdString(error.forPerson()));
}

// A pipe that holds it, and nothing after it.
Result<QDBusUnixFileDescriptor> pipeWith(const QString& passphrase) {
    ENTRACTE_ASSIGN(pipe, makePipe());
    auto bytes = passphrase.toUtf8();
    const ssize_t wrote =
        ::write(pipe.write.get(), bytes.constData(), static_cast<size_t>(bytes.size()));
    std::fill(bytes.begin(), bytes.end(), '\0');
    if (wrote != bytes.size())
        return fail(Error::fromErrno("The passphrase could not be given"));
    return QDBusUnixFileDescriptor(pipe.read.get());
}

} // namespace

Vault::Vault(HelperLink& link, QObject* parent) : QObject(parent), m_link(link) {
    connect(&link, &HelperLink::allTold, this, [this](const EntracteObjects& objects) {
        set({}, State::None);
        for (auto one = objects.begin(); one != objects.end(); ++one)
            appeared(one.key().path(), one.value());
    });
    connect(&link, &HelperLink::objectAppeared, this, &Vault::appeared);
    connect(&link, &HelperLink::objectChanged, this,
            [this](const QString& path, const QString&, const QVariantMap& changed) {
                if (path == m_path && changed.contains("Locked"))
                    set(path, changed.value("Locked").toBool() ? State::Locked : State::Open);
            });
    connect(&link, &HelperLink::objectVanished, this, [this](const QString& path) {
        if (path == m_path)
            set({}, State::None);
    });
}

void Vault::appeared(const QString& path, const EntracteInterfaces& interfaces) {
    const auto found = interfaces.find(kInterface);
    // Who looks after others' sessions is told of their vaults, too.
    if (found == interfaces.end() || found->value("Owner").toUInt() != ::getuid())
        return;
    const bool locked = found->value("Locked").toBool();
    set(path, locked ? State::Locked : State::Open);
    if (locked)
        emit foundLocked();
}

void Vault::set(const QString& path, State state) {
    if (path == m_path && state == m_state)
        return;
    m_path = path;
    m_state = state;
    emit changed();
}

void Vault::follow(const QDBusPendingCall& call, QObject* receiver, Then then) {
    auto* const watcher = new QDBusPendingCallWatcher(call, receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                then(answered->isError() ? std::optional(vaultTrouble(errorOf(answered->error())))
                                         : std::nullopt);
            });
}

void Vault::withPassphrases(
    const QStringList& passphrases, QObject* receiver, const Then& then,
    const std::function<QDBusPendingCall(const QList<QDBusUnixFileDescriptor>&)>& ask) {
    QList<QDBusUnixFileDescriptor> pipes;
    for (const auto& one : passphrases) {
        const auto pipe = pipeWith(one);
        if (!pipe)
            return then(vaultTrouble(pipe.error()));
        pipes.append(*pipe);
    }
    follow(ask(pipes), receiver, then);
}

void Vault::create(const QString& passphrase, QObject* receiver, Then then) {
    withPassphrases({passphrase}, receiver, then, [this](const auto& pipes) {
        return m_link.client().proxy<ManagerProxy>(Client::kRoot)->CreateVault(pipes[0]);
    });
}

void Vault::unlock(const QString& passphrase, QObject* receiver, Then then) {
    withPassphrases({passphrase}, receiver, then, [this](const auto& pipes) {
        return m_link.client().proxy<VaultProxy>(m_path)->Unlock(pipes[0]);
    });
}

void Vault::lock(QObject* receiver, Then then) {
    follow(m_link.client().proxy<VaultProxy>(m_path)->Lock(), receiver, std::move(then));
}

void Vault::changePassphrase(const QString& old, const QString& fresh, QObject* receiver,
                             Then then) {
    withPassphrases({old, fresh}, receiver, then, [this](const auto& pipes) {
        return m_link.client().proxy<VaultProxy>(m_path)->ChangePassphrase(pipes[0], pipes[1]);
    });
}

void Vault::remove(QObject* receiver, Then then) {
    follow(m_link.client().proxy<VaultProxy>(m_path)->Delete(), receiver,
           [this, then = std::move(then)](const std::optional<Trouble>& trouble) {
               if (!trouble)
                   emit removed();
               then(trouble);
           });
}

} // namespace entracte::desktop
