#include "app/desktop/model/VaultKeyring.h"

namespace entracte::desktop {

VaultKeyring::VaultKeyring(Vault& vault, QObject* parent)
    : QObject(parent), m_vault(vault), m_used(Keyring::isUsed()) {
    connect(&vault, &Vault::foundLocked, this, [this] {
        m_used = Keyring::isUsed(); // the command line may have changed it
        if (m_used)
            unlock();
    });
    connect(&vault, &Vault::removed, this, [this] {
        if (m_used)
            forget();
    });
}

void VaultKeyring::use(bool used) {
    if (std::exchange(m_used, used) != used)
        emit changed();
}

void VaultKeyring::tell(const QString& code, const QString& title, const Keyring::Answer& answer) {
    auto trouble = troubleOf("keyring", {}, code, answer.detail);
    trouble.title = title;
    switch (answer.outcome) {
    case Keyring::Outcome::Nothing:
        trouble.happened = tr("The passphrase is not in the keyring any more.");
        break;
    case Keyring::Outcome::Refused:
        trouble.happened = tr("The keyring was not unlocked.");
        break;
    case Keyring::Outcome::Missing:
        trouble.happened = tr("This desktop has no keyring, or it does not run.");
        break;
    case Keyring::Outcome::Failed:
        trouble.happened = tr("The keyring gave no answer, or refused.");
        break;
    case Keyring::Outcome::Done:
        trouble.happened = tr("The passphrase in the keyring is not that of your vault.");
        break;
    }
    emit failed(trouble);
}

void VaultKeyring::unlock() {
    if (std::exchange(m_unlocking, true))
        return;
    Keyring::read(this, [this](const Keyring::Answer& answer) {
        const auto title = tr("Your snapshots are still locked");
        if (answer.outcome != Keyring::Outcome::Done) {
            m_unlocking = false;
            if (answer.outcome == Keyring::Outcome::Nothing)
                forget();
            return tell("VaultLocked", title, answer);
        }
        if (m_vault.state() != Vault::State::Locked) { // somebody was faster
            m_unlocking = false;
            return;
        }
        m_vault.unlock(answer.passphrase, this, [this, title](const auto& trouble) {
            m_unlocking = false;
            if (!trouble)
                return;
            if (trouble->code != "NotAuthorized")
                emit failed(*trouble);
            else
                tell("VaultLocked", title, {Keyring::Outcome::Done, {}, trouble->details});
        });
    });
}

void VaultKeyring::keep(const QString& passphrase) {
    Keyring::keep(passphrase, this, [this](const Keyring::Answer& answer) {
        if (answer.outcome == Keyring::Outcome::Done)
            return use(true);
        tell("System", tr("The keyring did not take the passphrase"), answer);
    });
}

void VaultKeyring::forget() {
    use(false);
    Keyring::forget(this, [this](const Keyring::Answer& answer) {
        if (answer.outcome != Keyring::Outcome::Done)
            tell("System", tr("The passphrase may still be in the keyring"), answer);
    });
}

} // namespace entracte::desktop
