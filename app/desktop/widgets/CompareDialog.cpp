#include "app/desktop/widgets/CompareDialog.h"

#include "app/desktop/model/Differences.h"
#include "app/desktop/widgets/SnapshotPanel.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace entracte::desktop {

QString CompareDialog::Side::path() const {
    return choice->currentData().toString();
}

CompareDialog::CompareDialog(Desk& desk, const QString& snapshot, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_one(side(tr("The first snapshot"))),
      m_other(side(tr("The second snapshot"))), m_heading(title({}, this, 1.1)),
      m_lines(wrapped({}, this)) {
    setWindowTitle(tr("Compare snapshots"));
    setAttribute(Qt::WA_DeleteOnClose);
    if (const auto* const chosen = desk.catalog.snapshots.find(snapshot)) {
        const auto count = desk.catalog.snapshots.rowCount();
        for (const auto& one : desk.catalog.snapshots.newest(count, chosen->session)) {
            const auto text = tr("%1, %2").arg(timeText(one.takenUnixMs), snapshotTitle(one));
            for (const auto& side : {m_one, m_other})
                side.choice->addItem(text, one.path);
        }
        const auto* const before = desk.catalog.snapshots.before(snapshot);
        const auto choose = [](const Side& side, const QString& path) {
            side.choice->setCurrentIndex(side.choice->findData(path));
        };
        choose(m_other, snapshot);
        choose(m_one, before ? before->path : snapshot);
    }
    auto* const sides = new QHBoxLayout;
    sides->setSpacing(18);
    for (const auto& side : {m_one, m_other}) {
        auto* const column = new QVBoxLayout;
        column->setSpacing(8);
        column->addWidget(side.choice);
        column->addWidget(side.picture);
        column->addWidget(side.figures);
        sides->addLayout(column, 1);
        connect(side.choice, &QComboBox::currentIndexChanged, this, &CompareDialog::refresh);
    }
    m_lines->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_lines->setAccessibleName(tr("Differences"));
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(12);
    column->addLayout(sides);
    column->addWidget(m_heading);
    column->addWidget(m_lines);
    column->addStretch(1);
    column->addWidget(buttons);
    connect(&desk.pictures, &Pictures::arrived, this, &CompareDialog::refresh);
    connect(&desk.catalog.snapshots, &QAbstractItemModel::rowsRemoved, this,
            &CompareDialog::refresh);
    resize(720, 450);
    refresh();
}

CompareDialog::Side CompareDialog::side(const QString& name) {
    auto* const choice = new QComboBox(this);
    choice->setAccessibleName(name);
    choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* const picture = new Preview(this);
    picture->setMinimumHeight(180);
    return {choice, picture, faintLabel({}, this)};
}

const SnapshotView* CompareDialog::showSide(const Side& side) {
    const auto* const snapshot = m_desk.catalog.snapshots.find(side.path());
    if (!snapshot)
        return nullptr;
    side.picture->show(*snapshot, m_desk.pictures.of(snapshot->path).png);
    side.figures->setText(snapshotFigures(*snapshot));
    return snapshot;
}

void CompareDialog::refresh() {
    const auto* one = showSide(m_one);
    const auto* other = showSide(m_other);
    if (!one || !other)
        return;
    if (one->takenUnixMs > other->takenUnixMs)
        std::swap(one, other);
    const auto differences = differencesBetween(*one, m_desk.pictures.of(one->path), *other,
                                                m_desk.pictures.of(other->path));
    m_heading->setText(one == other
                           ? tr("These are the same snapshot")
                           : tr("From %1 to %2", "two times")
                                 .arg(timeText(one->takenUnixMs), timeText(other->takenUnixMs)));
    m_lines->setText(one == other ? QString() : differenceLines(differences).join('\n'));
}

} // namespace entracte::desktop
