#pragma once

// The person's vault, in which their snapshots are encrypted: whether there is one and whether it
// is open, as the helper tells it, and what can be asked of it. A passphrase goes to the helper
// through a pipe, and stays nowhere.

#include "app/desktop/model/HelperLink.h"
#include "app/desktop/model/Wording.h"

#include <QDBusPendingCall>
#include <QDBusUnixFileDescriptor>

#include <functional>
#include <optional>

namespace entracte::desktop {

class Vault : public QObject {
    Q_OBJECT
public:
    enum class State { None, Locked, Open };

    explicit Vault(HelperLink& link, QObject* parent = nullptr);
    State state() const { return m_state; }

    static constexpr int kLongest = 1024; // bytes of a passphrase

    // nullopt: it was done. The answer may take seconds, and is not told when `receiver` is gone.
    using Then = std::function<void(const std::optional<Trouble>&)>;
    void create(const QString& passphrase, QObject* receiver, Then then);
    void unlock(const QString& passphrase, QObject* receiver, Then then);
    void lock(QObject* receiver, Then then);
    void changePassphrase(const QString& old, const QString& fresh, QObject* receiver, Then then);
    // Later snapshots are stored in clear; refused while there are some in it.
    void remove(QObject* receiver, Then then);

signals:
    void changed();
    // It was locked when it came into sight.
    void foundLocked();
    // The person gave it up here.
    void removed();

private:
    void appeared(const QString& path, const EntracteInterfaces& interfaces);
    void set(const QString& path, State state);
    void follow(const QDBusPendingCall& call, QObject* receiver, Then then);
    // Calls `ask` with a pipe for each passphrase, closed when the answer has come.
    void withPassphrases(
        const QStringList& passphrases, QObject* receiver, const Then& then,
        const std::function<QDBusPendingCall(const QList<QDBusUnixFileDescriptor>&)>& ask);

    HelperLink& m_link;
    QString m_path;
    State m_state = State::None;
};

} // namespace entracte::desktop
