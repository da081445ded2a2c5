#include "app/desktop/widgets/NewSessionDialog.h"

#include "app/desktop/model/Words.h"
#include "app/desktop/widgets/Choices.h"
#include "app/desktop/widgets/FolderChoice.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/NetworkChoice.h"
#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {
constexpr int kProgramRow = Qt::UserRole + 1;
constexpr int kMaxNameBytes = 64; // the helper's limit
constexpr int kCommandPage = 1;
constexpr int kTemplatePage = 2;
constexpr int kFrame = 16; // pixels; about what a window manager adds at each side

// What is called as was typed comes first, then what begins so.
class FoundPrograms : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setTyped(const QString& typed) {
        m_typed = typed.trimmed();
        setFilterFixedString(m_typed);
        invalidate();
        sort(0);
    }

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const int one = rank(left.data().toString());
        const int other = rank(right.data().toString());
        return one != other ? one < other : left.row() < right.row();
    }

private:
    int rank(const QString& name) const {
        if (name.compare(m_typed, Qt::CaseInsensitive) == 0)
            return 0;
        return name.startsWith(m_typed, Qt::CaseInsensitive) ? 1 : 2;
    }
    QString m_typed;
};

} // namespace

NewSessionDialog::NewSessionDialog(Desk& desk, QWidget* parent, const QString& inside)
    : QDialog(parent), m_desk(desk), m_inside(!inside.isEmpty()), m_tabs(new QTabWidget(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("New session"));
    m_tabs->addTab(applicationPage(), tr("&Application"));
    m_tabs->addTab(commandPage(), tr("Co&mmand"));
    m_tabs->addTab(templatePage(), tr("Session as a &template"));
    m_tabs->setDocumentMode(true);
    m_tabs->setTabEnabled(kTemplatePage, m_templates->count() > 0);
    auto* const start = m_buttons->addButton(tr("&Start"), QDialogButtonBox::AcceptRole);
    start->setIcon(actionIcon("resume", palette().color(QPalette::HighlightedText)));
    makePrimary(start);
    start->setDefault(true);
    // On a small screen all but this and the buttons scrolls.
    m_scroll = uprightScroll(this);
    auto* const content = new QWidget;
    auto* const column = new QVBoxLayout(content);
    column->setContentsMargins(18, 16, 18, 8);
    column->setSpacing(14);
    auto* const intro =
        faintLabel(tr("A session can be saved as a whole and brought back later. Start "
                      "it with one program; others can join."),
                   this);
    column->addWidget(intro);
    column->addWidget(m_tabs, 1);
    m_options = options();
    column->addWidget(m_options);
    m_note = wrapped(tr("Its programs see all your files. What they save, in Documents, too, stays "
                        "inside the session and goes with it, unless you share the folder under "
                        "“More options”."),
                     this);
    m_scroll->setWidget(content);
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_scroll, 1);
    auto* const foot = new QVBoxLayout; // always in sight
    foot->setSpacing(10);
    foot->addWidget(m_note);
    foot->setContentsMargins(18, 6, 18, 16);
    foot->addWidget(m_buttons);
    outer->addLayout(foot);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_tabs, &QTabWidget::currentChanged, this, &NewSessionDialog::refresh);
    m_tabs->setMinimumHeight(190);
    resize(520, std::min(620, highest()));
    if (m_inside)
        becomeLauncher(inside, *intro);
    refresh();
    m_search->setFocus();
}

void NewSessionDialog::becomeLauncher(const QString& session, QLabel& intro) {
    setWindowTitle(tr("Start a program"));
    intro.setText(tr("It runs in “%1”, and is saved and brought back with it.")
                      .arg(printable(m_desk.actions.nameOf(session))));
    m_tabs->removeTab(kTemplatePage);
    m_options->hide();
    m_note->hide();
    resize(520, std::min(480, highest()));
}

QWidget* NewSessionDialog::applicationPage() {
    auto* const page = new QWidget;
    m_search = new QLineEdit(page);
    m_search->setPlaceholderText(tr("Search applications"));
    m_search->setAccessibleName(m_search->placeholderText());
    makeSearch(m_search);
    auto* const model = new QStandardItemModel(page);
    const auto& all = m_desk.programs.all();
    for (int i = 0; i < all.size(); ++i) {
        auto* const item = new QStandardItem(iconOf(all[i]), all[i].name);
        item->setToolTip(plainTip(all[i].comment));
        item->setData(i, kProgramRow);
        item->setEditable(false);
        model->appendRow(item);
    }
    auto* const found = new FoundPrograms(page);
    m_found = found;
    m_found->setSourceModel(model);
    m_found->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_programs = new QListView(page);
    m_programs->setModel(m_found);
    m_programs->setIconSize({28, 28});
    m_programs->setSpacing(1);
    m_programs->setUniformItemSizes(true);
    m_programs->setAccessibleName(tr("Applications"));
    m_programs->setCurrentIndex(m_found->index(0, 0));
    connect(m_search, &QLineEdit::textChanged, this, [this, found](const QString& text) {
        found->setTyped(text);
        m_programs->setCurrentIndex(m_found->index(0, 0)); // what fits best
        refresh();
    });
    connect(m_programs->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &NewSessionDialog::refresh);
    connect(m_programs, &QListView::doubleClicked, this, &QDialog::accept);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 10, 0, 0);
    column->addWidget(m_search);
    column->addWidget(m_programs, 1);
    return page;
}

QWidget* NewSessionDialog::commandPage() {
    auto* const page = new QWidget;
    m_command = new QLineEdit(page);
    m_command->setPlaceholderText(tr("For example: xterm -e top"));
    makeClearable(m_command);
    auto* const label = new QLabel(tr("C&ommand:"), page);
    label->setBuddy(m_command);
    m_command->setAccessibleName(tr("Command"));
    connect(m_command, &QLineEdit::textChanged, this, &NewSessionDialog::refresh);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 12, 0, 0);
    column->addWidget(label);
    column->addWidget(m_command);
    column->addWidget(
        faintLabel(tr("A program and its arguments, as in a terminal; words with "
                      "spaces in quotation marks. Left empty, the session begins with "
                      "no program."),
                   page, 0.95));
    column->addStretch(1);
    return page;
}

QWidget* NewSessionDialog::templatePage() {
    auto* const page = new QWidget;
    m_templates = new QListWidget(page);
    m_templates->setIconSize({28, 28});
    m_templates->setAccessibleName(tr("Sessions with snapshots"));
    m_templates->setHorizontalScrollBarPolicy(
        Qt::ScrollBarAlwaysOff); // it is cut, with an ellipsis
    const auto& sessions = m_desk.catalog.sessions;
    for (int row = 0; row < sessions.rowCount(); ++row) {
        const auto& session = sessions.at(row);
        const auto newest = m_desk.catalog.snapshots.newest(1, session.path);
        if (newest.isEmpty() || m_desk.deletions.isHidden(session.path))
            continue;
        auto* const item =
            new QListWidgetItem(programIcon(m_desk.programs, session.command),
                                tr("%1: %2, %3", "a session, a snapshot of it, a time")
                                    .arg(printable(session.name), snapshotTitle(newest.first()),
                                         timeText(newest.first().takenUnixMs)),
                                m_templates);
        item->setData(PathRole, session.path);
    }
    m_templates->setCurrentRow(0);
    connect(m_templates, &QListWidget::currentRowChanged, this, &NewSessionDialog::refresh);
    auto* const column = new QVBoxLayout(page);
    column->setContentsMargins(0, 10, 0, 0);
    column->addWidget(faintLabel(tr("The new session begins as that one was saved, with all of "
                                    "its programs as they were. That one is left alone."),
                                 page, 0.95));
    column->addWidget(m_templates, 1);
    return page;
}

QWidget* NewSessionDialog::options() {
    auto* const box = new QWidget(this);
    m_name = new QLineEdit(box);
    m_name->setMaxLength(kMaxNameBytes);
    m_screen = new QComboBox(box);
    m_screen->addItem(actionIcon("screen"), tr("Among my other windows"), "host");
    m_screen->addItem(actionIcon("window"), tr("In a window of its own"), "window");
    m_screen->addItem(actionIcon("screen-off"), tr("Nowhere to be seen"), "headless");
    m_screenHint = faintLabel({}, box, 0.92);
    m_size = new QWidget(box);
    m_width = new QSpinBox(m_size);
    m_height = new QSpinBox(m_size);
    m_width->setAccessibleName(tr("Width in pixels"));
    m_height->setAccessibleName(tr("Height in pixels"));
    for (auto* const side : {m_width, m_height})
        side->setRange(320, 8192);
    m_width->setValue(1280);
    m_height->setValue(800);
    auto* const size = new QHBoxLayout(m_size);
    size->setContentsMargins(0, 0, 0, 0);
    size->addWidget(m_width);
    size->addWidget(new QLabel(QStringLiteral("×"), m_size));
    size->addWidget(m_height);
    m_fullScreen = new QCheckBox(tr("&Full screen"), m_size);
    m_fullScreen->setToolTip(tr("The window takes the whole screen. The key with which your window "
                                "manager ends full screen makes it a window among others."));
    size->addWidget(m_fullScreen);
    size->addStretch(1);

    m_clipboard = new QCheckBox(tr("Share the clip&board with my desktop"), box);
    m_clipboard->setToolTip(tr("Its programs may then read what you have copied outside of it, and "
                               "put something there."));
    m_network = new NetworkChoice(box);
    m_interval = intervalBox(m_desk.settings.newSessionSeconds(), box);
    m_limits = new LimitsChoice(box);

    m_form = new QFormLayout(box);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_form->addRow(tr("&Name:"), m_name);
    m_form->addRow(tr("S&creen:"), m_screen);
    m_form->addRow(QString(), m_screenHint);
    m_form->addRow(tr("Size:"), m_size);
    m_form->addRow(QString(), m_clipboard);
    m_form->addRow(tr("Save it by &itself:"), m_interval);
    m_more = new QToolButton(box);
    m_more->setObjectName("more");
    m_more->setText(tr("More o&ptions"));
    m_more->setAutoRaise(true);
    m_more->setFocusPolicy(Qt::StrongFocus);
    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_more->setCheckable(true);
    m_form->addRow(QString(), m_more);
    const int first = m_form->rowCount(); // of those that show with "more"
    m_form->addRow(tr("Net&work:"), m_network);
    qobject_cast<QLabel*>(m_form->labelForField(m_network))->setBuddy(m_network->kinds());
    m_form->addRow(tr("It may &use:"), m_limits);
    m_folders = new FolderChoice(box);
    m_form->addRow(tr("Shared folders:"), m_folders);
    m_screenHint->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    const auto show = [this, first](bool more) {
        for (int row = first; row < m_form->rowCount(); ++row)
            m_form->setRowVisible(row, more);
        m_more->setArrowType(more              ? Qt::DownArrow
                             : isRightToLeft() ? Qt::LeftArrow
                                               : Qt::RightArrow);
        makeRoom();
    };
    show(false);
    connect(m_more, &QToolButton::toggled, this, show);
    connect(m_screen, &QComboBox::currentIndexChanged, this, &NewSessionDialog::refresh);
    connect(m_fullScreen, &QCheckBox::toggled, this, &NewSessionDialog::refresh);
    connect(m_network, &NetworkChoice::changed, this, &NewSessionDialog::refresh);
    return box;
}

// For what shows now; the person's own size is only ever exceeded.
void NewSessionDialog::makeRoom() {
    if (!isVisible())
        return;
    auto* const inner = m_scroll->widget()->layout();
    inner->activate();
    const int needed = inner->totalMinimumHeightForWidth(width()) + height() - m_scroll->height();
    if (std::min(needed, highest()) > height())
        resize(width(), std::min(needed, highest()));
}

int NewSessionDialog::highest() const {
    return screen()->availableGeometry().height() - 3 * kFrame;
}

const InstalledProgram* NewSessionDialog::chosenProgram() const {
    const auto index = m_programs->currentIndex();
    return index.isValid() ? &m_desk.programs.all()[index.data(kProgramRow).toInt()] : nullptr;
}

QStringList NewSessionDialog::command() const {
    if (m_tabs->currentIndex() == kTemplatePage)
        return {};
    if (m_tabs->currentIndex() == kCommandPage)
        return typedWords(m_command->text());
    const auto* const program = chosenProgram();
    if (!program)
        return {};
    return program->terminal ? QStringList{"xterm", "-e"} + program->command : program->command;
}

void NewSessionDialog::refresh() {
    const bool typed = m_tabs->currentIndex() == kCommandPage;
    const bool copied = m_tabs->currentIndex() == kTemplatePage;
    const auto words = command();
    const auto kind = m_screen->currentData().toString();
    m_form->setRowVisible(m_size, kind != "host");
    m_fullScreen->setVisible(kind == "window");
    for (auto* const side : {m_width, m_height})
        side->setEnabled(kind == "headless" || !m_fullScreen->isChecked());
    m_form->setRowVisible(m_clipboard, kind == "window" && !copied); // a copy does as that one
    m_network->setCopies(copied);
    m_screenHint->setText(kind == "host" ? tr("Its windows stand among all others on this screen.")
                          : kind == "window"
                              ? tr("A desktop of its own, in one window.")
                              : tr("It runs without any window that could be seen."));
    const auto* const program = chosenProgram();
    const auto* const model =
        copied && m_templates->currentItem()
            ? m_desk.catalog.sessions.find(m_templates->currentItem()->data(PathRole).toString())
            : nullptr;
    m_name->setPlaceholderText(
        model   ? tr("%1, a copy").arg(printable(model->name))
        : typed ? (words.isEmpty() ? tr("Session") : QFileInfo(words.first()).fileName())
                : (program ? program->name : QString()));
    const bool broken =
        typed && words.isEmpty() && (m_inside || !m_command->text().trimmed().isEmpty());
    for (auto* const button : m_buttons->buttons())
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole)
            button->setEnabled(m_network->isUsable() && (copied  ? model != nullptr
                                                         : typed ? !broken
                                                                 : !words.isEmpty()));
    makeRoom();
}

StartRequest NewSessionDialog::request() const {
    StartRequest request;
    request.command = command();
    request.name = m_name->text().trimmed();
    if (request.name.isEmpty())
        request.name = m_name->placeholderText();
    while (request.name.toUtf8().size() > kMaxNameBytes)
        request.name.chop(1);
    if (m_tabs->currentIndex() == kTemplatePage && m_templates->currentItem())
        request.from = m_templates->currentItem()->data(PathRole).toString();
    request.memoryBytes = m_limits->memory();
    request.cpuPercent = m_limits->cpuPercent();
    request.screen = m_screen->currentData().toString();
    request.width = static_cast<ushort>(m_width->value());
    request.height = static_cast<ushort>(m_height->value());
    request.fullScreen = request.screen == "window" && m_fullScreen->isChecked();
    request.clipboard = m_clipboard->isChecked() && !m_clipboard->isHidden();
    request.network = m_network->network();
    request.everySeconds = m_interval->currentData().toUInt();
    request.keep = m_desk.settings.newSessionKeep();
    request.share = m_folders->writable();
    request.shareReadOnly = m_folders->readOnly();
    return request;
}

} // namespace entracte::desktop
