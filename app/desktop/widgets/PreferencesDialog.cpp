#include "app/desktop/widgets/PreferencesDialog.h"

#include "app/desktop/Hotkey.h"
#include "app/desktop/widgets/Choices.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/KeepRules.h"
#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/ProfilesPage.h"
#include "app/desktop/widgets/StorageSection.h"
#include "app/desktop/widgets/VaultDialog.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLineEdit>
#include <QMessageBox>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {

constexpr int kWidth = 430; // pixels

void addClose(QDialog* dialog, QVBoxLayout* column) {
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    column->addWidget(buttons);
}

} // namespace

PreferencesDialog::PreferencesDialog(Desk& desk, bool hasTray, QWidget* parent)
    : PagedDialog(new QDialogButtonBox(QDialogButtonBox::Close), kWidth, parent), m_desk(desk) {
    setWindowTitle(tr("Preferences"));
    addPage(generalPage(hasTray), tr("&General"));
    addPage(newSessionsPage(), tr("New &sessions"));
    addPage(storagePage(), tr("Stor&age"));
    auto* const profiles = new ProfilesPage(this);
    connect(profiles, &ProfilesPage::told, this, &PreferencesDialog::fit);
    addPage(profiles, tr("&Programs"));
    fit();
}

QWidget* PreferencesDialog::generalPage(bool hasTray) {
    auto& settings = m_desk.settings;
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addWidget(title(tr("Application"), this, 1.1));
    auto* const login = new QCheckBox(tr("Start at &login"), this);
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
    form->addRow(tr("Col&ours:"), colours);
    addHotkey(form);
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
    column->addStretch(1);
    return page;
}

// The keys that save everything, whichever window has the keyboard.
void PreferencesDialog::addHotkey(QFormLayout* form) {
    auto& settings = m_desk.settings;
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
    auto* const name = new QLabel(tr("K&eys to save all:"), this);
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
}

QWidget* PreferencesDialog::newSessionsPage() {
    auto& settings = m_desk.settings;
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addWidget(faintLabel(tr("What a new session begins with. Each one's own settings are "
                                    "in its menu, and stay as they are."),
                                 this));
    auto* const interval = intervalBox(settings.newSessionSeconds(), this);
    connect(interval, &QComboBox::currentIndexChanged, this, [&settings, interval] {
        settings.setNewSessionSeconds(interval->currentData().toUInt());
    });
    auto* const form = new QFormLayout;
    form->addRow(tr("Save it by &itself:"), interval);
    column->addLayout(form);
    column->addSpacing(8);
    column->addWidget(title(tr("Which snapshots are kept"), this, 1.1));
    auto* const rules = new KeepRules(m_desk, settings.newSessionKeep(), this);
    connect(rules, &KeepRules::changed, this,
            [&settings, rules] { settings.setNewSessionKeep(rules->keep().text()); });
    connect(rules, &KeepRules::previewed, this, &PreferencesDialog::fit);
    // What rules mean is seen on snapshots that there are.
    auto* const tried = new QComboBox(this);
    const auto& sessions = m_desk.catalog.sessions;
    for (int row = 0; row < sessions.rowCount(); ++row)
        if (m_desk.catalog.snapshots.keptOf(sessions.at(row).path).count > 0 &&
            !m_desk.deletions.isHidden(sessions.at(row).path))
            tried->addItem(printable(sessions.at(row).name), sessions.at(row).path);
    column->addWidget(rules);
    if (tried->count() > 0) {
        auto* const example = new QFormLayout;
        example->addRow(tr("Se&en on the snapshots of:"), tried);
        column->addLayout(example);
        connect(tried, &QComboBox::currentIndexChanged, rules,
                [rules, tried] { rules->tryOn(tried->currentData().toString()); });
        rules->tryOn(tried->currentData().toString());
    }
    tried->setVisible(tried->count() > 0);
    column->addStretch(1);
    return page;
}

QWidget* PreferencesDialog::storagePage() {
    auto* const page = new QWidget;
    auto* const column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addWidget(title(tr("Snapshots"), this, 1.1));
    auto* const storage = new StorageSection(m_desk, this);
    connect(storage, &StorageSection::told, this, &PreferencesDialog::fit);
    column->addWidget(storage);
    column->addSpacing(8);
    column->addWidget(title(tr("Encryption"), this, 1.1));
    const auto words = [this] {
        switch (m_desk.vault.state()) {
        case Vault::State::Locked:
            return tr("Your snapshots are encrypted, and locked just now.");
        case Vault::State::Open:
            return tr("Your snapshots are encrypted.");
        default:
            return tr("Your snapshots are not encrypted: whoever has this computer's disk can "
                      "read them.");
        }
    };
    auto* const sealed = faintLabel(words(), this);
    connect(&m_desk.vault, &Vault::changed, sealed, [sealed, words] { sealed->setText(words()); });
    column->addWidget(sealed);
    auto* const seal = new QPushButton(actionIcon("lock"), tr("Encr&yption…"), this);
    seal->setAutoDefault(false);
    connect(seal, &QPushButton::clicked, this, [this] { (new VaultDialog(m_desk, this))->open(); });
    auto* const row = new QHBoxLayout;
    row->addWidget(seal);
    row->addStretch(1);
    column->addLayout(row);
    column->addStretch(1);
    return page;
}

ShortcutsDialog::ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Keyboard shortcuts"));
    auto* const table = new QTableWidget(0, 2, this);
    table->setHorizontalHeaderLabels({tr("Keys"), tr("What they do")});
    table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
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
    table->setColumnWidth(0, table->columnWidth(0) + 16);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setFrameShape(QFrame::NoFrame);
    table->setFocusPolicy(Qt::StrongFocus);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(10);
    column->addWidget(table);
    addClose(this, column);
    resize(470, 520);
}

} // namespace entracte::desktop
