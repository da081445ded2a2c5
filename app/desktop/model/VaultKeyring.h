#pragma once

// The vault and the person's keyring: unlocks with what lies there when the vault is found locked
// (after a start, a login, or a restart of the helper; not when somebody locks it before our eyes),
// keeps a passphrase that was right, and forgets it with the vault.

#include "app/common/Keyring.h"
#include "app/desktop/model/Vault.h"

namespace entracte::desktop {

class VaultKeyring : public QObject {
    Q_OBJECT
public:
    explicit VaultKeyring(Vault& vault, QObject* parent = nullptr);

    bool isUsed() const { return m_used; }
    // `passphrase` has just opened the vault.
    void keep(const QString& passphrase);
    void forget();
    void unlock();

signals:
    void changed();
    // What the keyring, or the vault with what the keyring had, refused.
    void failed(const entracte::desktop::Trouble& trouble);

private:
    void use(bool used);
    void tell(const QString& code, const QString& title, const Keyring::Answer& answer);

    Vault& m_vault;
    bool m_used;
    bool m_unlocking = false;
};

} // namespace entracte::desktop
