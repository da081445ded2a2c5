#include "app/desktop/widgets/PreferencesDialog.h"

#include "app/desktop/Hotkey.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/StorageSection.h"
#include "app/desktop/widgets/VaultDialog.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFormLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLineEdit>
#include <QMessageBox>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QStandardPaths>
#include <QTableWidget>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {

constexpr int kTitleBar = 48; // pixels; with what a panel may take

void addClose(QDialog* dialog, QVBoxLayout* column) {
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    column->addWidget(buttons);
}

} // namespace

PreferencesDialog::PreferencesDialog(Desk& desk, bool hasTray, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Preferences"));
    auto& settings = desk.settings;
    // On a small screen all but the button scrolls.
    m_scroll = uprightScroll(this);
    auto* const content = new QWidget;
    auto* const column = new QVBoxLayout(content);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);

    column->addWidget(title(tr("Application"), this, 1.1));
    auto* const login = new QCheckBox(tr("&Start at login"), this);
    login->setChecked(settings.startsAtLogin());
    connect(login, &QCheckBox::toggled, this, [this, &settings, login](bool on) {
        const auto problem = settings.setStartsAtLogin(on);
        if (problem.isEmpty())
            return;
        const QSignalBlocker quiet(login);
        login->setChecked(!on);
        QMessageBox box(QMessageBox::Warning, windowTitle(), problem, QMessageBox::Ok, this);
        tellPlainly(box);
        box.exec();
    });
    column->addWidget(login);
    auto* const tray = new QCheckBox(tr("Stay in the &tray when the window is closed"), this);
    tray->setChecked(settings.staysInTray() && hasTray);
    tray->setEnabled(hasTray);
    if (!hasTray)
        tray->setToolTip(tr("This desktop shows no tray."));
    connect(tray, &QCheckBox::toggled, this, [&settings](bool on) { settings.setStaysInTray(on); });
    column->addWidget(tray);
    auto* const colours = new QComboBox(this);
    colours->addItem(tr("As the desktop"), int(Settings::Colours::AsDesktop));
    colours->addItem(tr("Light"), int(Settings::Colours::Light));
    colours->addItem(tr("Dark"), int(Settings::Colours::Dark));
    colours->setCurrentIndex(colours->findData(int(settings.colours())));
    connect(colours, &QComboBox::currentIndexChanged, this, [&settings, colours] {
        settings.setColours(Settings::Colours(colours->currentData().toInt()));
    });
    auto* const form = new QFormLayout;
    form->addRow(tr("&Colours:"), colours);
    auto* const keys =
        new QKeySequenceEdit(QKeySequence(settings.hotkey(), QKeySequence::PortableText), this);
    keys->setAccessibleName(tr("Keys that save everything"));
    keys->setToolTip(tr("Save every running session, whichever window has the keyboard"));
    keys->setEnabled(Hotkey::isPossible());
    if (auto* const line = keys->findChild<QLineEdit*>()) {
        line->setPlaceholderText(tr("None"));
        line->setAccessibleName(keys->accessibleName());
    }
    auto* const clear = flatButton("close", tr("No keys"), this);
    connect(clear, &QToolButton::clicked, keys, &QKeySequenceEdit::clear);
    auto* const both = new QHBoxLayout;
    both->addWidget(keys, 1);
    both->addWidget(clear);
    auto* const name = new QLabel(tr("Save &everything:"), this);
    name->setBuddy(keys);
    form->addRow(name, both);
    auto* const problem = faintLabel({}, this, 0.95);
    const auto tell = [&settings, problem] {
        problem->setText(Hotkey::isPossible() ? settings.hotkeyProblem()
                                              : tr("This desktop gives no keys to applications "
                                                   "in the background."));
        problem->setVisible(!problem->text().isEmpty());
    };
    tell();
    form->addRow(QString(), problem);
    connect(keys, &QKeySequenceEdit::keySequenceChanged, this,
            [&settings, keys, tell](const QKeySequence& wanted) {
                // One combination, not several after each other.
                const auto first =
                    wanted.isEmpty() ? QKeySequence() : QKeySequence(wanted[0].toCombined());
                if (first != wanted) {
                    keys->setKeySequence(first);
                    return;
                }
                settings.setHotkey(first.toString(QKeySequence::PortableText));
                tell();
            });
    column->addLayout(form);

    column->addSpacing(8);
    column->addWidget(title(tr("Notifications"), this, 1.1));
    const std::pair<const char*, QString> kinds[] = {
        {Settings::kDone, tr("When work is &done")},
        {Settings::kFailed, tr("When something &failed")},
        {Settings::kInterrupted, tr("When a session was &interrupted")},
        {Settings::kLowSpace, tr("When little &room is left")}};
    for (const auto& [kind, text] : kinds) {
        auto* const box = new QCheckBox(text, this);
        box->setChecked(settings.notifies(kind));
        connect(box, &QCheckBox::toggled, this,
                [&settings, kind = QString(kind)](bool on) { settings.setNotifies(kind, on); });
        column->addWidget(box);
    }

    column->addSpacing(8);
    column->addWidget(title(tr("Snapshots"), this, 1.1));
    auto* const storage = new StorageSection(desk, this);
    connect(storage, &StorageSection::told, this, &PreferencesDialog::fit);
    column->addWidget(storage);
    auto* const seal = new QPushButton(actionIcon("lock"), tr("Encr&yption…"), this);
    auto* const profiles = new QPushButton(actionIcon("folder"), tr("Program &profiles"), this);
    profiles->setToolTip(tr("Files that say how a program is started so that it can be saved "
                            "(entracte-profile)"));
    for (auto* const button : {seal, profiles})
        button->setAutoDefault(false);
    connect(seal, &QPushButton::clicked, this,
            [this, &desk] { (new VaultDialog(desk, this))->open(); });
    connect(profiles, &QPushButton::clicked, this, &PreferencesDialog::showProfiles);
    auto* const further = new QHBoxLayout;
    further->addWidget(seal);
    further->addWidget(profiles);
    further->addStretch(1);
    column->addLayout(further);
    column->addStretch(1);
    m_scroll->setWidget(content);
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 12);
    outer->addWidget(m_scroll, 1);
    auto* const foot = new QVBoxLayout;
    foot->setContentsMargins(18, 0, 18, 0);
    addClose(this, foot);
    outer->addLayout(foot);
    m_scroll->setMinimumWidth(std::max(content->minimumSizeHint().width(), 360) +
                              m_scroll->verticalScrollBar()->sizeHint().width());
    resize(470, minimumHeight());
    fit();
}

// As high as what it holds, where the screen has so much room.
void PreferencesDialog::fit() {
    const auto margins = layout()->contentsMargins();
    auto* const content = m_scroll->widget();
    const int inside = width() - m_scroll->verticalScrollBar()->sizeHint().width();
    const int foot = layout()->itemAt(1)->sizeHint().height() + layout()->spacing();
    const int wanted =
        content->layout()->totalHeightForWidth(inside) + foot + margins.top() + margins.bottom();
    resize(width(), std::min(wanted, screen()->availableGeometry().height() - kTitleBar));
}

// Where one's own lie: whoever has none yet finds an empty folder, and whatever shows folders.
void PreferencesDialog::showProfiles() {
    const auto folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                        "/entracte/profiles";
    if (!QDir().mkpath(folder) || !QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        QMessageBox::information(this, windowTitle(),
                                 tr("Profiles are files in %1.").arg(printable(folder)));
}

ShortcutsDialog::ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Keyboard shortcuts"));
    auto* const table = new QTableWidget(0, 2, this);
    table->setHorizontalHeaderLabels({tr("Keys"), tr("What they do")});
    table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setAccessibleName(windowTitle());
    const auto add = [table](const QString& keys, const QString& text) {
        const int row = table->rowCount();
        table->insertRow(row);
        table->setItem(row, 0, new QTableWidgetItem(keys));
        table->setItem(row, 1, new QTableWidgetItem(text));
    };
    for (const auto* const action : actions)
        if (!action->shortcut().isEmpty())
            add(action->shortcut().toString(QKeySequence::NativeText),
                action->text().remove('&').remove(QStringLiteral("…")));
    add(QKeySequence(Qt::Key_F6).toString(QKeySequence::NativeText),
        tr("Go to the next part of the window"));
    add(QKeySequence(Qt::Key_Up).toString(QKeySequence::NativeText) + " " +
            QKeySequence(Qt::Key_Down).toString(QKeySequence::NativeText),
        tr("Go along the sessions or the timeline"));
    table->resizeColumnToContents(0);
    auto* const column = new QVBoxLayout(this);
    column->addWidget(table);
    addClose(this, column);
    resize(470, 520);
}

} // namespace entracte::desktop
