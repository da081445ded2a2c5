#include "app/desktop/widgets/NewRepositoryDialog.h"

#include "app/desktop/widgets/PassphraseFields.h"
#include "app/desktop/widgets/Pieces.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kLongestName = 64;
constexpr int kLongestPlace = 1000;

// Folders as one types them: from the home on.
QString address(const QString& typed) {
    auto place = typed.trimmed();
    if (place.contains("://") || place.startsWith("rclone:"))
        return place;
    if (place == "~" || place.startsWith("~/"))
        place.replace(0, 1, QDir::homePath());
    return QDir::cleanPath(QDir(QDir::homePath()).absoluteFilePath(place));
}
} // namespace

NewRepositoryDialog::NewRepositoryDialog(Desk& desk, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_name(new QLineEdit(this)), m_place(new QLineEdit(this)),
      m_passphrase(new PassphraseFields(this)), m_trouble(problemLabel(this)) {
    setWindowTitle(tr("New repository"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_name->setAccessibleName(tr("Name of the repository"));
    m_name->setMaxLength(kLongestName);
    m_name->setPlaceholderText(tr("office"));
    m_place->setAccessibleName(tr("Where it lies"));
    m_place->setMaxLength(kLongestPlace);
    m_place->setPlaceholderText(tr("A folder, ssh://… or rclone:…"));
    m_place->setToolTip(tr("/a/folder, ssh://USER@HOST/PATH or rclone:REMOTE:FOLDER"));
    auto* const folder = new QPushButton(tr("&Folder…"), this);
    folder->setAutoDefault(false);
    connect(folder, &QPushButton::clicked, this, &NewRepositoryDialog::chooseFolder);
    auto* const place = new QHBoxLayout;
    place->setSpacing(kBesideNames);
    place->addWidget(m_place, 1);
    place->addWidget(folder);
    auto* const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->setHorizontalSpacing(kBesideNames); // as its neighbour's
    form->addRow(tr("&Name:"), m_name);
    auto* const label = new QLabel(tr("&Where:"), this);
    label->setBuddy(m_place);
    form->addRow(label, place);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_make = box->addButton(tr("&Make it"), QDialogButtonBox::AcceptRole);
    makePrimary(m_make);
    m_make->setDefault(true);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, &NewRepositoryDialog::make);
    for (auto* const line : {m_name, m_place})
        connect(line, &QLineEdit::textChanged, this, &NewRepositoryDialog::refresh);
    connect(m_passphrase, &PassphraseFields::changed, this, &NewRepositoryDialog::refresh);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(tr("A place for sessions, which other computers reach"), this, 1.15));
    column->addWidget(wrapped(tr("Everything in it is encrypted before it leaves this computer. A "
                                 "repository that is there already is taken as it is, with its "
                                 "passphrase."),
                              this));
    column->addLayout(form);
    column->addWidget(m_passphrase);
    column->addWidget(m_trouble);
    column->addStretch(1);
    column->addWidget(box);
    alignNames(this);
    fitHeight(this, 500);
    m_name->setFocus();
    refresh();
}

void NewRepositoryDialog::chooseFolder() {
    const auto folder = QFileDialog::getExistingDirectory(this, tr("A folder for the repository"),
                                                          QDir::homePath());
    if (!folder.isEmpty())
        m_place->setText(folder);
}

void NewRepositoryDialog::refresh() {
    const auto name = m_name->text().trimmed();
    m_make->setEnabled(!m_making && !name.isEmpty() && !name.startsWith('-') && // an option
                       !m_place->text().trimmed().isEmpty() && m_passphrase->isUsable());
}

void NewRepositoryDialog::make() {
    if (!m_make->isEnabled())
        return;
    m_making = true;
    m_trouble->hide();
    m_make->setText(tr("Making it…"));
    refresh();
    m_desk.errands.ask({"remote", "add", m_name->text().trimmed(), address(m_place->text()),
                        "--passphrase-fd", "0"},
                       m_passphrase->text(), this,
                       [this](const Errands::Answer& answer) { told(answer); });
}

void NewRepositoryDialog::told(const Errands::Answer& answer) {
    m_making = false;
    m_make->setText(tr("&Make it"));
    refresh();
    if (answer.code.isEmpty()) {
        emit made(m_name->text().trimmed(), m_passphrase->text());
        return accept();
    }
    m_trouble->setText(printable(answer.message));
    m_trouble->show();
    fitHeight(this, width());
    // There is one already, with another passphrase; ssh is not authorised, either.
    if (answer.code == "NotAuthorized" && answer.message.contains("passphrase"))
        return m_passphrase->setFocus();
    m_place->setFocus();
    m_place->selectAll();
}

} // namespace entracte::desktop
