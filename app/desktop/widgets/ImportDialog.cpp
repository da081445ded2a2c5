#include "app/desktop/widgets/ImportDialog.h"

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/SnapshotPanel.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr qsizetype kShownTitles = 4;
constexpr int kLongestName = 60;
} // namespace

ImportDialog::ImportDialog(Desk& desk, const QString& file, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_file(file), m_pages(new QStackedWidget(this)) {
    setWindowTitle(tr("Import"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title(tr("A session from a file"), this, 1.15));
    auto* const which = new ElidedLabel(this);
    which->setForegroundRole(QPalette::PlaceholderText);
    auto shown = printable(file);
    if (shown.startsWith(QDir::homePath() + '/'))
        shown.replace(0, QDir::homePath().size(), "~");
    which->setWholeText(shown);
    column->addWidget(which);
    column->addSpacing(4);
    m_waiting = waitingPage();
    m_asking = passphrasePage();
    m_content = contentPage();
    m_trouble = troublePage();
    for (auto* const page : {m_waiting, m_asking, m_content, m_trouble})
        m_pages->addWidget(page);
    column->addWidget(m_pages, 1);
    auto* const box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = box->addButton(tr("&Import"), QDialogButtonBox::AcceptRole);
    makePrimary(m_go);
    m_go->setDefault(true);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_go, &QPushButton::clicked, this, &ImportDialog::go);
    column->addWidget(box);
    resize(560, 340);
    const auto sealed = Transfers::isSealed(file);
    m_sealed = sealed.value_or(false);
    if (!sealed)
        explain(sealed.error());
    else if (m_sealed)
        turnTo(m_asking);
    else
        look();
}

QString ImportDialog::chooseFile(QWidget* parent) {
    auto folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    if (!QFileInfo(folder).isDir())
        folder = QDir::homePath();
    return QFileDialog::getOpenFileName(parent, tr("Import"), folder,
                                        tr("Sessions (*.entracte);;All files (*)"));
}

QWidget* ImportDialog::waitingPage() {
    auto* const page = new QWidget(this);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(wrapped(tr("Looking into the file…"), page));
    column->addStretch(1);
    return page;
}

QWidget* ImportDialog::passphrasePage() {
    auto* const page = new QWidget(this);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(wrapped(
        tr("The file is encrypted. What is in it can be seen with its passphrase only."), page));
    m_key = new QLineEdit(page);
    m_key->setEchoMode(QLineEdit::Password);
    m_key->setMaxLength(1000);
    m_key->setAccessibleName(tr("Passphrase"));
    connect(m_key, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_go->setEnabled(!text.isEmpty()); });
    auto* const form = new QFormLayout;
    form->addRow(tr("&Passphrase:"), m_key);
    column->addLayout(form);
    m_wrong = wrapped({}, page);
    auto palette = m_wrong->palette();
    palette.setColor(QPalette::WindowText, toneColour(Tone::Bad, palette));
    m_wrong->setPalette(palette);
    column->addWidget(m_wrong);
    column->addStretch(1);
    return page;
}

QWidget* ImportDialog::contentPage() {
    auto* const page = new QWidget(this);
    m_picture = new Preview(page);
    m_picture->setFixedSize(208, 130);
    m_name = new QLineEdit(page);
    m_name->setMaxLength(kLongestName);
    m_name->setAccessibleName(tr("Name of the session"));
    connect(m_name, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_go->setEnabled(!text.trimmed().isEmpty()); });
    auto* const form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(6);
    form->setLabelAlignment(Qt::AlignLeading | Qt::AlignTop);
    form->addRow(tr("&Name:"), m_name);
    const auto fact = [&](const QString& name) {
        auto* const value = wrapped({}, page);
        auto* const label = faintLabel(name, page);
        label->setWordWrap(false);
        label->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        form->addRow(label, value);
        return value;
    };
    m_snapshot = fact(tr("Snapshot"));
    m_holds = fact(tr("Holds"));
    m_windows = fact(tr("Windows"));
    m_size = fact(tr("Size"));
    auto* const row = new QHBoxLayout;
    row->setSpacing(18);
    row->addWidget(m_picture, 0, Qt::AlignTop);
    row->addLayout(form, 1);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addStretch(1);
    column->addWidget(faintLabel(tr("It becomes a suspended session; nothing of it runs until you "
                                    "resume it. All of the file "
                                    "is checked first. Take a file only from whom you trust."),
                                 page, 0.95));
    return page;
}

QWidget* ImportDialog::troublePage() {
    auto* const page = new QWidget(this);
    m_what = wrapped({}, page);
    m_what->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* const copy = new QPushButton(actionIcon("copy"), tr("Copy details"), page);
    connect(copy, &QPushButton::clicked, this, [this, copy] {
        QApplication::clipboard()->setText(m_details);
        copy->setText(tr("Copied"));
    });
    auto* const words = new QHBoxLayout;
    words->setSpacing(12);
    words->addWidget(picture("error", 22, toneColour(Tone::Bad, palette()), page), 0, Qt::AlignTop);
    words->addWidget(m_what, 1);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(words);
    column->addWidget(copy, 0, Qt::AlignLeading);
    column->addStretch(1);
    return page;
}

void ImportDialog::turnTo(QWidget* page) {
    m_pages->setCurrentWidget(page);
    m_go->setText(page == m_asking ? tr("&Open") : tr("&Import"));
    m_go->setVisible(page != m_trouble);
    m_go->setEnabled(page == m_content);
    if (page == m_asking) {
        m_key->setFocus();
        m_key->selectAll();
        m_go->setEnabled(!m_key->text().isEmpty());
    } else if (page == m_content) {
        m_go->setEnabled(!m_name->text().trimmed().isEmpty());
        m_go->setFocus();
    }
}

void ImportDialog::look() {
    turnTo(m_waiting);
    m_desk.transfers.look(m_file, m_passphrase, this,
                          [this](const Result<ExportPreview>& seen) { show(seen); });
}

void ImportDialog::show(const Result<ExportPreview>& seen) {
    if (!seen && seen.error().code() == ErrorCode::NotAuthorized && m_sealed) {
        m_wrong->setText(tr("This passphrase does not open the file."));
        return turnTo(m_asking);
    }
    if (!seen)
        return explain(seen.error());
    SnapshotView view;
    view.path = QStringLiteral("import:%1").arg(qHash(seen->picture)); // of its picture
    view.windows = seen->windows;
    view.comment = seen->comment;
    m_picture->show(view, seen->picture);
    m_name->setText(printable(seen->name).left(kLongestName));
    m_snapshot->setText(tr("%1, %2", "a snapshot's name, its time")
                            .arg(snapshotTitle(view), timeText(seen->takenUnixMs)));
    m_holds->setText(tr("%1, %2", "windows, programs")
                         .arg(tr("%n window(s)", nullptr, static_cast<int>(seen->windows)),
                              tr("%n program(s)", nullptr, static_cast<int>(seen->programs))));
    QStringList titles;
    for (const auto& title : seen->titles.first(std::min(kShownTitles, seen->titles.size())))
        titles.append(fontMetrics().elidedText(printable(title).simplified(), Qt::ElideRight, 220));
    if (seen->titles.size() > kShownTitles)
        titles.append(
            tr("and %n more", nullptr, static_cast<int>(seen->titles.size() - kShownTitles)));
    m_windows->setText(titles.isEmpty() ? tr("None") : titles.join('\n'));
    m_size->setText(tr("%1 of memory, %2 of files")
                        .arg(sizeText(seen->imageBytes), sizeText(seen->layerBytes)));
    turnTo(m_content);
}

void ImportDialog::explain(const Error& error) {
    const auto name = errorInfo(error.code()).name;
    const auto trouble =
        troubleOf("import", {}, QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())),
                  QString::fromStdString(error.forPerson()));
    m_what->setText(tr("%1 %2 %3", "what happened, what is safe, what to do next")
                        .arg(trouble.happened, trouble.safe, trouble.next)
                        .trimmed());
    m_details = trouble.details + '\n' + m_file;
    turnTo(m_trouble);
}

void ImportDialog::go() {
    if (m_pages->currentWidget() == m_asking) {
        m_passphrase = m_key->text();
        m_wrong->clear();
        return look();
    }
    if (m_pages->currentWidget() != m_content || !m_go->isEnabled())
        return;
    m_desk.transfers.importFrom({m_file, m_passphrase, m_name->text().trimmed()});
    accept();
}

} // namespace entracte::desktop
