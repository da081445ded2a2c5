#include "app/desktop/widgets/StorageSection.h"

#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/StoreFolderDialog.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace entracte::desktop {

namespace {

constexpr double kGigabyte = 1e9;
constexpr double kMost = 1e6; // GB that can be asked for

// To the megabyte, and with no more digits than it takes to say it.
class GigabyteBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override {
        return locale().toString(value, 'f', QLocale::FloatingPointShortest);
    }
};

QDoubleSpinBox* gigabytes(const QString& name, const QString& none, QWidget* parent) {
    auto* const box = new GigabyteBox(parent);
    box->setDecimals(3);
    box->setRange(0, kMost);
    box->setSuffix(StorageSection::tr(" GB"));
    box->setSpecialValueText(none);
    box->setAccessibleName(name);
    box->setMinimumHeight(box->sizeHint().height());
    return box;
}

quint64 bytesOf(const QDoubleSpinBox* box) {
    return static_cast<quint64>(std::llround(box->value() * kGigabyte));
}

// Never as none at all, however small a limit is.
double gigabytesOf(quint64 bytes) {
    return bytes == 0 ? 0 : std::max(static_cast<double>(bytes) / kGigabyte, 0.001);
}

// What the box would show of it.
bool shows(const QDoubleSpinBox* box, quint64 bytes) {
    return std::abs(box->value() - gigabytesOf(bytes)) < 0.00051;
}

} // namespace

StorageSection::StorageSection(Desk& desk, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_words(faintLabel({}, this)),
      m_most(gigabytes(tr("Snapshots may take"), tr("All there is"), this)),
      m_keepFree(gigabytes(tr("They leave free"), tr("Nothing"), this)),
      m_apply(new QPushButton(tr("Change &limits…"), this)),
      m_folder(new QPushButton(tr("Another f&older…"), this)), m_problem(problemLabel(this)) {
    auto* const form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("S&napshots may take:"), m_most);
    form->addRow(tr("They lea&ve free:"), m_keepFree);
    m_apply->setAutoDefault(false);
    m_apply->setToolTip(tr("Snapshots are everybody's here: an administrator is asked"));
    m_folder->setAutoDefault(false);
    m_folder->setToolTip(tr("Move all snapshots, as onto a larger disk"));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_words);
    column->addLayout(form);
    column->addWidget(m_problem);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_apply);
    buttons->addWidget(m_folder);
    buttons->addStretch(1);
    column->addLayout(buttons);
    for (auto* const box : {m_most, m_keepFree})
        connect(box, &QDoubleSpinBox::valueChanged, this, &StorageSection::refresh);
    connect(m_apply, &QPushButton::clicked, this, &StorageSection::apply);
    connect(m_folder, &QPushButton::clicked, this, [this] {
        auto* const dialog = new StoreFolderDialog(m_desk, m_storage, this);
        connect(dialog, &StoreFolderDialog::moved, this, &StorageSection::ask);
        dialog->open();
    });
    // What was changed counts when the helper began anew.
    connect(&desk.link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (reach == HelperLink::Reach::Here)
            ask();
    });
    setEnabled(false);
    m_words->setText(tr("The helper has not told yet how much room there is."));
    if (desk.link.reach() == HelperLink::Reach::Here)
        ask();
}

void StorageSection::ask() {
    m_desk.actions.storage(this, [this](const Actions::Storage& storage) { show(storage); });
}

void StorageSection::show(const Actions::Storage& storage) {
    m_storage = storage;
    m_words->setText(
        tr("They lie in %1 and take %2; %3 are free there.", "a folder, sizes")
            .arg(printable(storage.folder), sizeText(storage.used), sizeText(storage.available)));
    m_most->setValue(gigabytesOf(storage.limit));
    m_keepFree->setValue(gigabytesOf(storage.keepFree));
    setEnabled(true);
    refresh();
    updateGeometry(); // at once, not with the next layout: who is told measures it
    emit told();
}

void StorageSection::refresh() {
    const bool may = Repairs::canAsk("entracte-limits");
    m_folder->setEnabled(Repairs::canAsk("entracte-relocate"));
    for (auto* const box : {m_most, m_keepFree})
        box->setEnabled(may && !m_repairs.isRunning());
    m_apply->setEnabled(may && !m_repairs.isRunning() &&
                        !(shows(m_most, m_storage.limit) && shows(m_keepFree, m_storage.keepFree)));
}

void StorageSection::apply() {
    m_problem->hide();
    m_repairs.setLimits(bytesOf(m_most), bytesOf(m_keepFree), [this](const QString& problem) {
        m_problem->setText(printable(problem));
        m_problem->setVisible(!problem.isEmpty());
        refresh();
        if (problem.isEmpty())
            ask();
    });
    refresh();
}

} // namespace entracte::desktop
