#include "app/desktop/widgets/StoreFolderDialog.h"

#include "app/desktop/widgets/Pieces.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kLongestFolder = 1000;

Trouble troubleOfMove(const QString& problem) {
    Trouble trouble;
    trouble.kind = "relocate";
    trouble.title = StoreFolderDialog::tr("The snapshots were not moved");
    trouble.happened = printable(problem);
    trouble.safe = StoreFolderDialog::tr("They are all where they were.");
    trouble.details = trouble.title + '\n' + trouble.happened;
    return trouble;
}
} // namespace

StoreFolderDialog::StoreFolderDialog(Desk& desk, const Actions::Storage& storage, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_from(storage.folder), m_folder(new QLineEdit(this)),
      m_hint(faintLabel({}, this)), m_problem(problemLabel(this)), m_busy(new QProgressBar(this)) {
    setWindowTitle(tr("Folder of the snapshots"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_folder->setAccessibleName(tr("New folder"));
    m_folder->setMaxLength(kLongestFolder);
    m_folder->setPlaceholderText(tr("For example: /srv/entracte"));
    auto* const browse = new QPushButton(tr("&Browse…"), this);
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, &StoreFolderDialog::choose);
    auto* const label = new QLabel(tr("&New folder:"), this);
    label->setBuddy(m_folder);
    auto* const row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_folder, 1);
    row->addWidget(browse);
    m_busy->setRange(0, 0);
    m_busy->setTextVisible(false);
    m_busy->setFixedHeight(6);
    m_busy->setAccessibleName(tr("The snapshots are being moved"));
    m_busy->hide();
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_move = buttons->addButton(tr("&Move them…"), QDialogButtonBox::AcceptRole);
    makePrimary(m_move);
    m_move->setDefault(true);
    m_move->setToolTip(tr("Snapshots are everybody's here: an administrator is asked"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &StoreFolderDialog::move);
    connect(m_folder, &QLineEdit::textChanged, this, &StoreFolderDialog::refresh);
    connect(&desk.catalog.sessions, &QAbstractItemModel::dataChanged, this,
            &StoreFolderDialog::refresh);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(tr("Keep snapshots in another folder"), this, 1.15));
    column->addWidget(
        wrapped(tr("All sessions and snapshots, everybody's, are copied there from %1; when all "
                   "of it has arrived, the old folder is emptied. Nothing can be saved meanwhile.")
                    .arg(printable(m_from)),
                this));
    column->addLayout(row);
    column->addWidget(m_hint);
    column->addWidget(m_busy);
    column->addWidget(m_problem);
    column->addStretch(1);
    column->addWidget(buttons);
    refresh();
    fitHeight(this, 480);
}

// A disk or folder that is in use already: what is ours goes beneath it.
void StoreFolderDialog::choose() {
    const auto chosen =
        QFileDialog::getExistingDirectory(this, tr("Where snapshots shall lie"), "/");
    if (chosen.isEmpty())
        return;
    const QDir folder(chosen);
    m_folder->setText(folder.isEmpty() && !folder.isRoot() ? chosen : folder.filePath("entracte"));
}

int StoreFolderDialog::running() const {
    int count = 0;
    for (int row = 0; row < m_desk.catalog.sessions.rowCount(); ++row)
        count += isAlive(m_desk.catalog.sessions.at(row)) ? 1 : 0;
    return count;
}

void StoreFolderDialog::refresh() {
    const auto folder = QDir::cleanPath(m_folder->text().trimmed());
    const int alive = running();
    if (m_moving)
        m_hint->setText(tr("The snapshots are being moved. This can take a while, and goes on "
                           "when you close this."));
    else if (alive > 0)
        m_hint->setText(
            tr("%n session(s) still run. Suspend them first; they can be resumed afterwards.",
               nullptr, alive));
    else
        m_hint->setText(
            tr("An empty folder, or one that is not there yet, on a disk of this computer."));
    m_busy->setVisible(m_moving);
    m_folder->setEnabled(!m_moving);
    m_move->setEnabled(!m_moving && alive == 0 && folder.startsWith('/') && folder != m_from &&
                       Repairs::canAsk("entracte-relocate"));
}

void StoreFolderDialog::move() {
    m_moving = true;
    m_problem->hide();
    refresh();
    // Nobody's child: this dialog may be closed meanwhile.
    auto* const repairs = new Repairs(QApplication::instance());
    repairs->moveStore(QDir::cleanPath(m_folder->text().trimmed()),
                       [self = QPointer(this), repairs, &desk = m_desk](const QString& problem) {
                           repairs->deleteLater();
                           if (!self) {
                               if (!problem.isEmpty())
                                   desk.troubles.add(troubleOfMove(problem));
                               return;
                           }
                           self->m_moving = false;
                           self->m_problem->setText(printable(problem));
                           self->m_problem->setVisible(!problem.isEmpty());
                           self->refresh();
                           if (!problem.isEmpty())
                               return;
                           emit self->moved();
                           self->accept();
                       });
}

} // namespace entracte::desktop
