#include "app/desktop/widgets/RepositoryChoice.h"

#include "app/desktop/widgets/NewRepositoryDialog.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLineEdit>
#include <QVBoxLayout>

#include <utility>

namespace entracte::desktop {

namespace {
constexpr int kAsksRole = Qt::UserRole + 1;
constexpr int kLongest = 250; // characters, as in PassphraseFields
} // namespace

RepositoryChoice::RepositoryChoice(Desk& desk, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_names(new QComboBox(this)),
      m_passphrase(new QLineEdit(this)),
      m_takeOver(new QCheckBox(tr("&Even if another computer has the session in use"), this)),
      m_hint(wrapped(tr("Looking which repositories there are…"), this)), m_form(new QFormLayout) {
    m_names->setAccessibleName(tr("Repository"));
    m_names->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); // names come later
    m_passphrase->setAccessibleName(tr("Passphrase"));
    m_passphrase->setEchoMode(QLineEdit::Password);
    m_passphrase->setMaxLength(kLongest);
    m_takeOver->setToolTip(tr("Only when that computer is lost, or shall not go on with it."));
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    auto* const fresh = flatButton("add", tr("New repository…"), this);
    connect(fresh, &QToolButton::clicked, this, [this] {
        auto* const dialog = new NewRepositoryDialog(m_desk, window());
        connect(dialog, &NewRepositoryDialog::made, this, &RepositoryChoice::list);
        dialog->open();
    });
    auto* const names = new QHBoxLayout;
    names->addWidget(m_names, 1);
    names->addWidget(fresh);
    auto* const label = new QLabel(tr("&Repository:"), this);
    label->setBuddy(m_names);
    m_form->addRow(label, names);
    m_form->addRow(tr("&Passphrase:"), m_passphrase);
    m_form->addRow(QString(), m_takeOver);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(m_form);
    column->addWidget(m_hint);
    connect(m_names, &QComboBox::currentIndexChanged, this, &RepositoryChoice::refresh);
    connect(m_passphrase, &QLineEdit::textChanged, this, &RepositoryChoice::refresh);
    m_names->setEnabled(false);
    m_form->setRowVisible(m_passphrase, false);
    list();
}

void RepositoryChoice::list(const QString& chosen, const QString& passphrase) {
    m_chosen = chosen;
    m_given = passphrase;
    m_desk.errands.ask({"remote", "list"}, {}, this,
                       [this](const Errands::Answer& answer) { listed(answer); });
}

void RepositoryChoice::listed(const Errands::Answer& answer) {
    m_names->clear();
    for (const auto& one : answer.object.value("remotes").toArray()) {
        const auto remote = one.toObject();
        const auto name = remote.value("name").toString();
        m_names->addItem(tr("%1 (%2)", "a repository's name, its address")
                             .arg(printable(name), printable(remote.value("address").toString())),
                         name);
        m_names->setItemData(m_names->count() - 1, remote.value("asks_passphrase").toBool(),
                             kAsksRole);
    }
    if (const int at = m_names->findData(m_chosen); at >= 0) {
        m_names->setCurrentIndex(at);
        if (!m_given.isEmpty())
            m_passphrase->setText(std::exchange(m_given, {}));
    }
    m_names->setEnabled(m_names->count() > 0);
    if (!answer.code.isEmpty())
        tell(printable(answer.message));
    else if (m_names->count() == 0)
        tell(tr("There is none yet. The button beside the list makes one, in a folder or anywhere "
                "that rclone or ssh reaches."));
    else
        tell({});
    refresh();
    (asks() ? static_cast<QWidget*>(m_passphrase) : m_names)->setFocus();
}

void RepositoryChoice::tell(const QString& sentence) {
    m_hint->setText(sentence);
    m_hint->setVisible(!sentence.isEmpty());
}

void RepositoryChoice::askAnew(const QString& why) {
    tell(why);
    if (!asks())
        return m_names->setFocus();
    m_passphrase->setFocus();
    m_passphrase->selectAll();
}

bool RepositoryChoice::asks() const {
    return m_names->currentData(kAsksRole).toBool();
}

void RepositoryChoice::refresh() {
    m_form->setRowVisible(m_passphrase, asks());
    emit changed();
}

QString RepositoryChoice::name() const {
    return m_names->currentData().toString();
}

QString RepositoryChoice::passphrase() const {
    return asks() ? m_passphrase->text() : QString();
}

QStringList RepositoryChoice::passphraseArguments() const {
    return asks() ? QStringList{"--passphrase-fd", "0"} : QStringList();
}

bool RepositoryChoice::takesOver() const {
    return m_takeOver->isChecked();
}

bool RepositoryChoice::isUsable() const {
    return !name().isEmpty() && (!asks() || !m_passphrase->text().isEmpty());
}

} // namespace entracte::desktop
