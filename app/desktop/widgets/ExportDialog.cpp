#include "app/desktop/widgets/ExportDialog.h"

#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/PassphraseFields.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {

constexpr const char* kSuffix = ".entracte";

// A name of the session's that any file system takes.
QString proposedFile(const QString& session, const SnapshotView& snapshot) {
    static const QRegularExpression unfit(R"([\s/\\:*?"<>|.]+)");
    auto name = printable(session).left(60).replace(unfit, "-");
    if (name.isEmpty() || name == "-")
        name = "session";
    const auto day = QDateTime::fromMSecsSinceEpoch(snapshot.takenUnixMs).toString("yyyy-MM-dd");
    auto folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    if (!QFileInfo(folder).isDir())
        folder = QDir::homePath();
    const auto base = QDir(folder).filePath(name + '-' + day);
    QString file = base + kSuffix;
    for (int i = 2; QFileInfo::exists(file) && i < 1000; ++i)
        file = base + '-' + QString::number(i) + kSuffix;
    return file;
}

QString wholePath(const QString& typed) {
    auto path = typed.trimmed();
    if (path == "~" || path.startsWith("~/"))
        path.replace(0, 1, QDir::homePath());
    return path.isEmpty() ? path : QDir(QDir::homePath()).absoluteFilePath(path);
}

} // namespace

ExportDialog::ExportDialog(Desk& desk, const QString& snapshot, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_snapshot(snapshot), m_file(new QLineEdit(this)),
      m_fileHint(faintLabel({}, this, 0.95)),
      m_seal(new QCheckBox(tr("&Encrypt it with a passphrase"), this)),
      m_passphrase(new PassphraseFields(this)) {
    setWindowTitle(tr("Export"));
    setAttribute(Qt::WA_DeleteOnClose);
    const auto* const chosen = desk.catalog.snapshots.find(snapshot);
    const auto view = chosen ? *chosen : SnapshotView();
    m_session = view.session;
    const auto name = desk.actions.nameOf(m_session);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(tr("Write “%1” into a file").arg(printable(name)), this, 1.15));
    column->addWidget(wrapped(tr("The snapshot “%1” of %2, with all that it needs. From the file "
                                 "it can be brought back on "
                                 "another computer, or kept outside of this one.")
                                  .arg(snapshotTitle(view), timeText(view.takenUnixMs)),
                              this));

    auto proposed = proposedFile(name, view);
    if (proposed.startsWith(QDir::homePath() + '/'))
        proposed.replace(0, QDir::homePath().size(), "~");
    m_file->setText(proposed);
    m_file->setAccessibleName(tr("File"));
    auto* const label = new QLabel(tr("&File:"), this);
    label->setBuddy(m_file);
    auto* const other = new QPushButton(actionIcon("folder"), tr("&Browse…"), this);
    other->setAutoDefault(false);
    connect(other, &QPushButton::clicked, this, &ExportDialog::browse);
    auto* const row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_file, 1);
    row->addWidget(other);
    column->addSpacing(4);
    column->addLayout(row);
    column->addWidget(m_fileHint);
    column->addWidget(m_seal);
    m_seal->setChecked(true);
    m_passphrase->setContentsMargins(24, 0, 0, 0);
    column->addWidget(m_passphrase);
    auto* const warning = faintLabel(
        tr("Without a passphrase whoever has the file can read everything that the programs have "
           "in memory: documents, messages, passwords."),
        this, 0.95);
    warning->setContentsMargins(24, 0, 0, 0);
    column->addWidget(warning);
    connect(m_seal, &QCheckBox::toggled, this, [this, warning](bool on) {
        m_passphrase->setVisible(on);
        warning->setVisible(!on);
        if (on)
            m_passphrase->setFocus();
        refresh();
    });
    warning->hide();

    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = box->addButton(tr("E&xport"), QDialogButtonBox::AcceptRole);
    makePrimary(m_go);
    m_go->setDefault(true);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, &ExportDialog::begin);
    column->addStretch(1);
    column->addSpacing(6);
    column->addWidget(box);
    connect(m_file, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(m_passphrase, &PassphraseFields::changed, this, &ExportDialog::refresh);
    setMinimumWidth(520);
    m_passphrase->setFocus();
    refresh();
}

void ExportDialog::browse() {
    const auto chosen = QFileDialog::getSaveFileName(
        this, tr("Export"), wholePath(m_file->text()), tr("Sessions (*%1)").arg(kSuffix), nullptr,
        QFileDialog::DontConfirmOverwrite); // it is said below, and done by the button
    if (!chosen.isEmpty())
        m_file->setText(QFileInfo(chosen).suffix().isEmpty() ? chosen + kSuffix : chosen);
}

QString ExportDialog::obstacle() const {
    const QFileInfo file(wholePath(m_file->text()));
    if (m_file->text().trimmed().isEmpty() || file.isDir())
        return tr("Name a file.");
    if (!file.dir().exists())
        return tr("There is no such folder.");
    if (file.exists() && !file.isFile())
        return tr("This is no file.");
    if (!QFileInfo(file.path()).isWritable())
        return tr("You may not write into this folder.");
    return {};
}

void ExportDialog::refresh() {
    const auto problem = obstacle();
    const bool there = problem.isEmpty() && QFileInfo::exists(wholePath(m_file->text()));
    m_fileHint->setText(!problem.isEmpty() ? problem
                        : there ? tr("There is a file of this name. It will be replaced.")
                                : QString());
    m_fileHint->setVisible(!m_fileHint->text().isEmpty());

    m_go->setEnabled(problem.isEmpty() && (!m_seal->isChecked() || m_passphrase->isUsable()));
}

void ExportDialog::begin() {
    if (!m_go->isEnabled())
        return;
    m_desk.transfers.exportTo({m_session, m_snapshot, wholePath(m_file->text()),
                               m_seal->isChecked() ? m_passphrase->text() : QString()});
    m_passphrase->clear();
    accept();
}

} // namespace entracte::desktop
