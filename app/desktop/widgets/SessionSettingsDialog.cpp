#include "app/desktop/widgets/SessionSettingsDialog.h"

#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QListWidget>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace entracte::desktop {

namespace {

constexpr std::array<std::pair<const char*, int Keep::*>, 5> kRules{{{"last", &Keep::last},
                                                                     {"hourly", &Keep::hourly},
                                                                     {"daily", &Keep::daily},
                                                                     {"weekly", &Keep::weekly},
                                                                     {"monthly", &Keep::monthly}}};
// What is offered to somebody who turns the rules on.
constexpr const char* kSensible = "last=5 hourly=24 daily=7 weekly=4 monthly=6";

} // namespace

Keep Keep::ofText(const QString& text) {
    Keep keep;
    QStringList rest;
    for (const auto& word : text.split(' ', Qt::SkipEmptyParts)) {
        const auto name = word.section('=', 0, 0);
        const auto* const rule = std::find_if(kRules.begin(), kRules.end(),
                                              [&](const auto& one) { return name == one.first; });
        if (rule != kRules.end())
            keep.*(rule->second) = word.section('=', 1).toInt();
        else
            rest.append(word);
    }
    keep.other = rest.join(' ');
    return keep;
}

QString Keep::text() const {
    QStringList words;
    for (const auto& [name, member] : kRules)
        if (this->*member > 0)
            words.append(QStringLiteral("%1=%2").arg(QString(name)).arg(this->*member));
    if (!other.isEmpty())
        words.append(other);
    return words.join(' ');
}

QComboBox* intervalBox(uint current, QWidget* parent) {
    auto* const box = new QComboBox(parent);
    QList<uint> choices{0, 300, 600, 900, 1800, 3600, 4 * 3600, 86'400};
    if (!choices.contains(current))
        choices.append(current);
    std::sort(choices.begin(), choices.end());
    for (const auto seconds : choices)
        box->addItem(intervalText(seconds), seconds);
    box->setCurrentIndex(box->findData(current));
    return box;
}

SessionSettingsDialog::SessionSettingsDialog(Desk& desk, const QString& session, QWidget* parent)
    : QDialog(parent), m_desk(desk) {
    if (const auto* const found = desk.catalog.sessions.find(session))
        m_session = *found;
    setWindowTitle(tr("Settings of “%1”").arg(printable(m_session.name)));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);

    column->addWidget(title(tr("Automatic snapshots"), this, 1.1));
    m_interval = intervalBox(m_session.scheduleSeconds, this);
    auto* const form = new QFormLayout;
    form->addRow(tr("&Save it:"), m_interval);
    column->addLayout(form);
    column->addWidget(
        faintLabel(tr("Only when its programs did something since the last time."), this, 0.95));
    m_comesBack = new QCheckBox(tr("&Resume it by itself when it was interrupted"), this);
    m_comesBack->setChecked(m_session.resumeAutomatically);
    column->addWidget(m_comesBack);

    if (m_session.screen == "window") {
        column->addSpacing(8);
        column->addWidget(title(tr("Its window"), this, 1.1));
        m_clipboard = new QCheckBox(tr("Share the clip&board with my desktop"), this);
        m_clipboard->setChecked(m_session.clipboard);
        column->addWidget(m_clipboard);
    }

    column->addSpacing(8);
    column->addWidget(title(tr("Which snapshots are kept"), this, 1.1));
    m_tidies = new QCheckBox(tr("&Delete older snapshots by these rules"), this);
    column->addWidget(m_tidies);
    m_rules = new QWidget(this);
    auto* const rules = new QFormLayout(m_rules);
    rules->setContentsMargins(22, 0, 0, 0);
    auto given = Keep::ofText(m_session.retention);
    m_tidies->setChecked(!given.all());
    if (given.all())
        given = Keep::ofText(kSensible);
    const std::pair<int Keep::*, QString> names[] = {{&Keep::last, tr("The &newest:")},
                                                     {&Keep::hourly, tr("One an &hour:")},
                                                     {&Keep::daily, tr("One a da&y:")},
                                                     {&Keep::weekly, tr("One a &week:")},
                                                     {&Keep::monthly, tr("One a &month:")}};
    for (const auto& [member, name] : names) {
        auto* const count = new QSpinBox(m_rules);
        count->setRange(0, 1000);
        count->setValue(given.*member);
        rules->addRow(name, count);
        m_counts.append({member, count});
        connect(count, &QSpinBox::valueChanged, this, &SessionSettingsDialog::refresh);
    }
    column->addWidget(m_rules);
    m_preview = faintLabel({}, this, 0.95);
    column->addWidget(m_preview);
    m_kept = new QListWidget(this);
    m_kept->setAccessibleName(tr("Snapshots that are kept, and those that go"));
    m_kept->setMaximumHeight(130);
    m_kept->setUniformItemSizes(true);
    m_kept->setSelectionMode(QAbstractItemView::NoSelection);
    column->addWidget(m_kept);
    column->addWidget(faintLabel(tr("Pinned snapshots are always kept."), this, 0.95));
    connect(m_tidies, &QCheckBox::toggled, this, &SessionSettingsDialog::refresh);

    auto* const buttons =
        new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addStretch(1);
    column->addSpacing(6);
    column->addWidget(buttons);
    setMinimumWidth(400);
    refresh();
}

Keep SessionSettingsDialog::keep() const {
    Keep keep;
    keep.other = Keep::ofText(m_session.retention).other;
    if (!m_tidies->isChecked())
        return {};
    for (const auto& [member, count] : m_counts)
        keep.*member = count->value();
    return keep;
}

void SessionSettingsDialog::refresh() {
    m_rules->setEnabled(m_tidies->isChecked());
    const auto rules = keep();
    int most = 0;
    for (const auto& [name, member] : kRules)
        most += rules.*member;
    m_preview->setText(
        rules.all() ? tr("All snapshots are kept.")
                    : tr("At most %n snapshot(s) are kept, and the pinned ones.", nullptr, most));
    preview(rules);
}

// What the rules would do now is the helper's to say: it is who applies them.
void SessionSettingsDialog::preview(const Keep& rules) {
    const auto asked = ++m_asked;
    if (rules.all())
        return showPreview({}, 0);
    m_desk.actions.previewRetention(m_session.path, rules.text(), this,
                                    [this, asked](const QStringList& removed, quint64 freed) {
                                        if (asked == m_asked)
                                            showPreview(removed, freed);
                                    });
}

void SessionSettingsDialog::showPreview(const QStringList& removed, quint64 freed) {
    m_kept->clear();
    const auto& snapshots = m_desk.catalog.snapshots;
    for (const auto& one : snapshots.newest(snapshots.rowCount(), m_session.path)) {
        const bool goes = removed.contains(one.id);
        auto* const item = new QListWidgetItem(
            tr("%1, %2").arg(timeText(one.takenUnixMs), snapshotTitle(one)), m_kept);
        auto font = item->font();
        font.setStrikeOut(goes);
        item->setFont(font);
        if (goes)
            item->setForeground(palette().brush(QPalette::PlaceholderText));
        item->setData(Qt::AccessibleTextRole, goes ? tr("%1, would be deleted").arg(item->text())
                                                   : tr("%1, is kept").arg(item->text()));
    }
    m_kept->setVisible(m_kept->count() > 0);
    if (m_kept->count() == 0 || !m_tidies->isChecked())
        return;
    m_preview->setText(removed.isEmpty()
                           ? tr("Now all %n snapshot(s) would be kept.", nullptr, m_kept->count())
                           : tr("Now %n snapshot(s) would be deleted, which frees %1.", nullptr,
                                static_cast<int>(removed.size()))
                                 .arg(sizeText(freed)));
}

void SessionSettingsDialog::accept() {
    const auto seconds = m_interval->currentData().toUInt();
    if (seconds != m_session.scheduleSeconds)
        m_desk.actions.setSchedule(m_session.path, seconds);
    if (keep().text() != m_session.retention)
        m_desk.actions.setRetention(m_session.path, keep().text());
    if (m_comesBack->isChecked() != m_session.resumeAutomatically)
        m_desk.actions.setResumeAutomatically(m_session.path, m_comesBack->isChecked());
    if (m_clipboard && m_clipboard->isChecked() != m_session.clipboard)
        m_desk.actions.setClipboard(m_session.path, m_clipboard->isChecked());
    QDialog::accept();
}

} // namespace entracte::desktop
