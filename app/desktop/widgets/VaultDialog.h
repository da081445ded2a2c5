#pragma once

// The person's vault: makes one, opens and locks it, changes its passphrase, gives it up. What it
// shows follows what the helper says.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace entracte::desktop {

class PassphraseFields;

class VaultDialog : public QDialog {
    Q_OBJECT
public:
    VaultDialog(Desk& desk, QWidget* parent);

private:
    // What the vault's state asks for, anew.
    void refresh();
    void showNone(QVBoxLayout* column);
    void showLocked(QVBoxLayout* column);
    void showOpen(QVBoxLayout* column);
    void showChange(QVBoxLayout* column);
    QLineEdit* secretLine(const QString& name, const QString& label, QVBoxLayout* column);
    void tell(const QString& heading, const QString& text, QVBoxLayout* column);
    QPushButton* button(const QString& text, QVBoxLayout* column, bool primary);
    QCheckBox* rememberBox(QVBoxLayout* column);
    void tellTrouble(const Trouble& trouble);
    // As busy(); what was right is kept in the keyring, or forgotten there, as the box says.
    Vault::Then remembering(const QString& passphrase, const QCheckBox* box);
    // Nothing else is asked until `then` is told.
    Vault::Then busy();

    Desk& m_desk;
    QVBoxLayout* m_place;
    QWidget* m_body = nullptr;
    QLabel* m_trouble;
    bool m_changing = false;
};

} // namespace entracte::desktop
