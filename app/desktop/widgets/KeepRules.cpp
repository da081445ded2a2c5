#include "app/desktop/widgets/KeepRules.h"

#include "app/desktop/widgets/Pieces.h"

#include <QCheckBox>
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
        else if (name == "bytes")
            keep.bytes = word.section('=', 1).toULongLong();
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
    if (bytes > 0)
        words.append(QStringLiteral("bytes=%1").arg(bytes));
    if (!other.isEmpty())
        words.append(other);
    return words.join(' ');
}

QString Keep::sentence() const {
    if (all())
        return KeepRules::tr("All snapshots are kept.");
    int most = 0;
    for (const auto& [name, member] : kRules)
        most += this->*member;
    const auto room = bytes > 0 ? sizeText(bytes) : QString();
    if (most == 0)
        return KeepRules::tr("As many snapshots are kept as %1 hold, and the pinned ones.")
            .arg(room);
    return room.isEmpty()
               ? KeepRules::tr("At most %n snapshot(s) are kept, and the pinned ones.", nullptr,
                               most)
               : KeepRules::tr("At most %n snapshot(s) are kept, in at most %1, and the pinned "
                               "ones.",
                               nullptr, most)
                     .arg(room);
}

KeepRules::KeepRules(Desk& desk, const QString& rules, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_given(Keep::ofText(rules)),
      m_tidies(new QCheckBox(tr("&Delete older snapshots by these rules"), this)),
      m_numbers(new QWidget(this)), m_words(faintLabel({}, this, 0.95)),
      m_kept(new QListWidget(this)) {
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    column->addWidget(m_tidies);
    auto* const form = new QFormLayout(m_numbers);
    form->setContentsMargins(22, 0, 0, 0);
    auto given = m_given;
    m_tidies->setChecked(!given.all());
    if (given.all())
        given = Keep::ofText(kSensible);
    const std::pair<int Keep::*, QString> names[] = {{&Keep::last, tr("The ne&west:")},
                                                     {&Keep::hourly, tr("One an &hour:")},
                                                     {&Keep::daily, tr("One a da&y:")},
                                                     {&Keep::weekly, tr("One a wee&k:")},
                                                     {&Keep::monthly, tr("One a &month:")}};
    for (const auto& [member, name] : names) {
        auto* const count = new QSpinBox(m_numbers);
        count->setRange(0, 100'000); // as many as the helper takes
        count->setValue(given.*member);
        form->addRow(name, count);
        m_counts.append({member, count});
        connect(count, &QSpinBox::valueChanged, this, &KeepRules::refresh);
    }
    column->addWidget(m_numbers);
    column->addWidget(m_words);
    m_kept->setAccessibleName(tr("Snapshots that are kept, and those that go"));
    m_kept->setMaximumHeight(130);
    m_kept->setUniformItemSizes(true);
    m_kept->setSelectionMode(QAbstractItemView::NoSelection);
    m_kept->hide();
    column->addWidget(m_kept);
    column->addWidget(faintLabel(tr("Pinned snapshots are always kept."), this, 0.95));
    connect(m_tidies, &QCheckBox::toggled, this, &KeepRules::refresh);
    refresh();
}

Keep KeepRules::keep() const {
    Keep keep;
    if (!m_tidies->isChecked())
        return keep;
    keep.bytes = m_given.bytes;
    keep.other = m_given.other;
    for (const auto& [member, count] : m_counts)
        keep.*member = count->value();
    return keep;
}

void KeepRules::tryOn(const QString& session) {
    m_session = session;
    refresh();
}

void KeepRules::refresh() {
    m_numbers->setEnabled(m_tidies->isChecked());
    const auto rules = keep();
    m_words->setText(rules.sentence());
    ask(rules);
    emit changed();
}

// What the rules would do now is the helper's to say: it is who applies them.
void KeepRules::ask(const Keep& rules) {
    const auto asked = ++m_asked;
    if (rules.all() || m_session.isEmpty())
        return showPreview({}, 0);
    m_desk.actions.previewRetention(m_session, rules.text(), this,
                                    [this, asked](const QStringList& removed, quint64 freed) {
                                        if (asked == m_asked)
                                            showPreview(removed, freed);
                                    });
}

void KeepRules::showPreview(const QStringList& removed, quint64 freed) {
    m_kept->clear();
    const auto& snapshots = m_desk.catalog.snapshots;
    for (const auto& one : m_session.isEmpty()
                               ? QList<SnapshotView>()
                               : snapshots.newest(snapshots.rowCount(), m_session)) {
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
    if (m_kept->count() > 0 && m_tidies->isChecked())
        m_words->setText(removed.isEmpty()
                             ? tr("Now all %n snapshot(s) would be kept.", nullptr, m_kept->count())
                             : tr("Now %n snapshot(s) would be deleted, which frees %1.", nullptr,
                                  static_cast<int>(removed.size()))
                                   .arg(sizeText(freed)));
    emit previewed();
}

} // namespace entracte::desktop
