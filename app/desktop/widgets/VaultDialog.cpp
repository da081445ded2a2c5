#include "app/desktop/widgets/VaultDialog.h"

#include "app/desktop/widgets/PassphraseFields.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kLongest = 250; // characters, as in PassphraseFields
}

VaultDialog::VaultDialog(Desk& desk, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_place(new QVBoxLayout), m_trouble(problemLabel(this)) {
    setWindowTitle(tr("Encryption"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Close, this);
    box->button(QDialogButtonBox::Close)->setAutoDefault(false);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addLayout(m_place);
    column->addWidget(m_trouble);
    column->addStretch(1);
    column->addWidget(box);
    connect(&desk.vault, &Vault::changed, this, [this] {
        m_changing = false;
        refresh();
    });
    connect(&desk.keyring, &VaultKeyring::changed, this, &VaultDialog::refresh);
    connect(&desk.keyring, &VaultKeyring::failed, this, &VaultDialog::tellTrouble);
    setMinimumSize(470, 300);
    refresh();
}

void VaultDialog::refresh() {
    if (m_body) {
        m_body->hide();
        m_body->deleteLater();
    }
    m_trouble->hide();
    m_body = new QWidget(this);
    auto* const column = new QVBoxLayout(m_body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    m_place->addWidget(m_body);
    switch (m_desk.vault.state()) {
    case Vault::State::None:
        showNone(column);
        break;
    case Vault::State::Locked:
        showLocked(column);
        break;
    case Vault::State::Open:
        m_changing ? showChange(column) : showOpen(column);
        break;
    }
    m_body->show(); // a layout would do so later, when somebody has looked already
}

void VaultDialog::tell(const QString& heading, const QString& text, QVBoxLayout* column) {
    column->addWidget(title(heading, m_body, 1.15));
    column->addWidget(wrapped(text, m_body));
}

QPushButton* VaultDialog::button(const QString& text, QVBoxLayout* column, bool primary) {
    auto* const made = new QPushButton(text, m_body);
    if (primary)
        makePrimary(made);
    made->setDefault(primary);
    made->setAutoDefault(primary);
    column->addWidget(made, 0, Qt::AlignLeading);
    return made;
}

QLineEdit* VaultDialog::secretLine(const QString& name, const QString& label, QVBoxLayout* column) {
    auto* const line = new QLineEdit(m_body);
    line->setEchoMode(QLineEdit::Password);
    line->setMaxLength(kLongest);
    line->setAccessibleName(name);
    auto* const form = new QFormLayout;
    form->addRow(label, line);
    column->addLayout(form);
    return line;
}

Vault::Then VaultDialog::busy() {
    m_body->setEnabled(false);
    m_trouble->hide();
    return [this](const std::optional<Trouble>& trouble) {
        m_body->setEnabled(true);
        if (!trouble)
            return;
        tellTrouble(*trouble);
        for (auto* const line : m_body->findChildren<QLineEdit*>())
            if (line->isVisible()) {
                line->setFocus();
                line->selectAll();
                break;
            }
    };
}

void VaultDialog::tellTrouble(const Trouble& trouble) {
    m_trouble->setText(
        tr("%1 %2", "what happened, what to do next").arg(trouble.happened, trouble.next));
    m_trouble->show();
}

QCheckBox* VaultDialog::rememberBox(QVBoxLayout* column) {
    auto* const box = new QCheckBox(tr("&Remember it in the keyring of my desktop"), m_body);
    box->setToolTip(tr("Entracte then unlocks your snapshots by itself, once you have logged in"));
    box->setChecked(m_desk.keyring.isUsed());
    column->addWidget(box);
    return box;
}

Vault::Then VaultDialog::remembering(const QString& passphrase, const QCheckBox* box) {
    // By then the page with the box is another one.
    return [then = busy(), passphrase, wanted = box->isChecked(),
            &keyring = m_desk.keyring](const std::optional<Trouble>& trouble) {
        if (!trouble && wanted)
            keyring.keep(passphrase);
        else if (!trouble && keyring.isUsed())
            keyring.forget();
        then(trouble);
    };
}

void VaultDialog::showNone(QVBoxLayout* column) {
    tell(tr("Snapshots are not encrypted"),
         tr("They hold everything that programs have in memory, passwords too. With a passphrase "
            "every later snapshot is encrypted; those that are there stay as they are. After a "
            "restart it is asked for again, before anything is resumed or saved. Nobody can "
            "open what is encrypted without it."),
         column);
    auto* const fields = new PassphraseFields(m_body);
    column->addWidget(fields);
    auto* const remember = rememberBox(column);
    auto* const go = button(tr("&Encrypt from now on"), column, true);
    go->setEnabled(false);
    connect(fields, &PassphraseFields::changed, go,
            [fields, go] { go->setEnabled(fields->isUsable()); });
    connect(go, &QPushButton::clicked, this, [this, fields, remember] {
        m_desk.vault.create(fields->text(), this, remembering(fields->text(), remember));
    });
    fields->setFocus();
}

void VaultDialog::showLocked(QVBoxLayout* column) {
    tell(
        tr("Your snapshots are locked"),
        tr("They can be deleted, and nothing else, until you unlock them. Sessions that run go on; "
           "they are not saved meanwhile."),
        column);
    auto* const key = secretLine(tr("Passphrase"), tr("&Passphrase:"), column);
    auto* const remember = rememberBox(column);
    auto* const go = button(tr("&Unlock"), column, true);
    go->setEnabled(false);
    connect(key, &QLineEdit::textChanged, go,
            [go](const QString& text) { go->setEnabled(!text.isEmpty()); });
    connect(go, &QPushButton::clicked, this, [this, key, remember] {
        m_desk.vault.unlock(key->text(), this, remembering(key->text(), remember));
    });
    if (m_desk.keyring.isUsed())
        connect(button(tr("Unlock with the &keyring"), column, false), &QPushButton::clicked, this,
                [this] { m_desk.keyring.unlock(); });
    key->setFocus();
}

void VaultDialog::showOpen(QVBoxLayout* column) {
    tell(tr("Snapshots are encrypted"),
         m_desk.keyring.isUsed()
             ? tr("The passphrase is in the keyring of your desktop: Entracte unlocks them by "
                  "itself when it starts.")
             : tr("They are unlocked until you lock them, log out, or the computer is restarted."),
         column);
    auto* const lock = button(tr("&Lock now"), column, true);
    connect(lock, &QPushButton::clicked, this, [this] { m_desk.vault.lock(this, busy()); });
    auto* const change = button(tr("Change the &passphrase…"), column, false);
    connect(change, &QPushButton::clicked, this, [this] {
        m_changing = true;
        refresh();
    });
    if (m_desk.keyring.isUsed()) {
        auto* const forget = button(tr("&Forget it in the keyring"), column, false);
        forget->setToolTip(tr("The passphrase is asked for again after the next login"));
        connect(forget, &QPushButton::clicked, this, [this] { m_desk.keyring.forget(); });
    }
    auto* const stop = button(tr("&Stop encrypting"), column, false);
    connect(stop, &QPushButton::clicked, this, [this] { m_desk.vault.remove(this, busy()); });
    column->addWidget(faintLabel(
        tr("It can be stopped when there is no encrypted snapshot any more: delete them first."),
        m_body, 0.95));
    lock->setFocus();
}

void VaultDialog::showChange(QVBoxLayout* column) {
    tell(tr("Another passphrase"),
         tr("Only the passphrase changes; snapshots are not written anew."), column);
    auto* const old = secretLine(tr("The present passphrase"), tr("P&resent passphrase:"), column);
    auto* const fields = new PassphraseFields(m_body);
    column->addWidget(fields);
    auto* const remember = rememberBox(column);
    auto* const go = button(tr("&Change it"), column, true);
    const auto enable = [old, fields, go] {
        go->setEnabled(!old->text().isEmpty() && fields->isUsable());
    };
    enable();
    connect(old, &QLineEdit::textChanged, go, enable);
    connect(fields, &PassphraseFields::changed, go, enable);
    connect(go, &QPushButton::clicked, this, [this, old, fields, remember] {
        m_desk.vault.changePassphrase(
            old->text(), fields->text(), this,
            [this, then = remembering(fields->text(), remember)](const auto& trouble) {
                then(trouble);
                if (trouble)
                    return;
                m_changing = false;
                refresh();
            });
    });
    old->setFocus();
}

} // namespace entracte::desktop
