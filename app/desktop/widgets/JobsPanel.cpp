#include "app/desktop/widgets/JobsPanel.h"

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

namespace {

QProgressBar* thinBar(QWidget* parent) {
    auto* const bar = new QProgressBar(parent);
    bar->setTextVisible(false);
    bar->setFixedHeight(6);
    bar->setRange(0, 1000);
    return bar;
}

} // namespace

// --- work under way

JobRow::JobRow(Desk& desk, const QString& path, QWidget* parent)
    : Card(parent->palette().color(QPalette::Highlight), parent), m_desk(desk),
      m_what(new ElidedLabel(this)), m_progress(new ElidedLabel(this)), m_bar(thinBar(this)),
      m_cancel(flatButton("close", tr("Cancel"), this)) {
    m_what->setFont(title({}, this, 1)->font());
    m_progress->setForegroundRole(QPalette::PlaceholderText);
    m_progress->setAlignment(Qt::AlignTrailing | Qt::AlignVCenter);
    auto* const words = new QHBoxLayout;
    words->addWidget(m_what, 1);
    words->addWidget(m_progress, 1);
    auto* const column = new QVBoxLayout;
    column->setSpacing(6);
    column->addLayout(words);
    column->addWidget(m_bar);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(14, 9, 8, 9);
    row->setSpacing(10);
    row->addLayout(column, 1);
    row->addWidget(m_cancel);
    connect(m_cancel, &QToolButton::clicked, this, [this, path] { m_desk.actions.cancel(path); });
}

void JobRow::show(const JobState& state) {
    const auto of =
        m_desk.transfers.sessionOf(state.path); // an export keeps no session from others
    const auto what =
        jobSentence(state.job.kind, m_desk.actions.nameOf(of.isEmpty() ? state.job.session : of));
    m_what->setWholeText(what);
    m_progress->setWholeText(progressText(state));
    m_bar->setValue(qRound(state.job.fraction * 1000));
    m_bar->setAccessibleName(what);
    m_cancel->setEnabled(!state.cancelling);
    m_cancel->setAccessibleName(tr("Cancel: %1").arg(what));
}

ErrandRow::ErrandRow(Desk& desk, int id, QWidget* parent)
    : Card(parent->palette().color(QPalette::Highlight), parent), m_what(new ElidedLabel(this)),
      m_progress(new ElidedLabel(this)), m_bar(thinBar(this)),
      m_cancel(flatButton("close", tr("Cancel"), this)) {
    m_what->setFont(title({}, this, 1)->font());
    m_progress->setForegroundRole(QPalette::PlaceholderText);
    m_bar->setRange(0, 0);
    auto* const column = new QVBoxLayout;
    column->setSpacing(6);
    column->addWidget(m_what);
    column->addWidget(m_progress);
    column->addWidget(m_bar);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(14, 9, 8, 9);
    row->setSpacing(10);
    row->addLayout(column, 1);
    row->addWidget(m_cancel);
    connect(m_cancel, &QToolButton::clicked, this, [&desk, id] { desk.errands.cancel(id); });
}

void ErrandRow::show(const Errand& errand) {
    const auto what = errandTitle(errand);
    m_what->setWholeText(what);
    m_progress->setWholeText(errandText(errand));
    m_progress->setVisible(!errandText(errand).isEmpty());
    m_bar->setAccessibleName(what);
    m_cancel->setEnabled(!errand.cancelling);
    m_cancel->setAccessibleName(tr("Cancel: %1").arg(what));
}

// --- what went wrong

TroubleCard::TroubleCard(Desk& desk, const Troubles::Entry& entry, QWidget* parent)
    : Card(toneColour(Tone::Bad, parent->palette()), parent) {
    const auto& trouble = entry.trouble;
    auto* const words = new QVBoxLayout;
    words->setSpacing(3);
    words->addWidget(title(trouble.title, this, 1));
    words->addWidget(wrapped(trouble.happened, this));
    if (!trouble.happened.contains(trouble.reason))
        words->addWidget(faintLabel(trouble.reason, this));
    words->addWidget(
        wrapped(trouble.next.isEmpty()
                    ? trouble.safe
                    : tr("%1 %2", "what is safe, what to do next").arg(trouble.safe, trouble.next),
                this));
    auto* const buttons = new QHBoxLayout;
    buttons->setContentsMargins(0, 5, 0, 0);
    if (trouble.code == "CriuMissing" || trouble.code == "KernelUnsuitable") {
        auto* const check = new QPushButton(actionIcon("doctor"), tr("Check this computer"), this);
        connect(check, &QPushButton::clicked, this, &TroubleCard::checkAsked);
        buttons->addWidget(check);
    }
    if (trouble.code == "VaultLocked") {
        auto* const unlock = new QPushButton(actionIcon("lock"), tr("Unlock…"), this);
        connect(unlock, &QPushButton::clicked, this, &TroubleCard::unlockAsked);
        buttons->addWidget(unlock);
    }
    auto* const copy = new QPushButton(actionIcon("copy"), tr("Copy details"), this);
    copy->setToolTip(plainTip(trouble.details));
    connect(copy, &QPushButton::clicked, this, [copy, details = trouble.details] {
        QApplication::clipboard()->setText(details);
        copy->setText(tr("Copied"));
        copy->setIcon(actionIcon("check"));
    });
    buttons->addWidget(copy);
    buttons->addStretch(1);
    words->addLayout(buttons);
    auto* const close = flatButton("close", tr("Dismiss: %1").arg(trouble.title), this);
    connect(close, &QToolButton::clicked, this,
            [&desk, id = entry.id] { desk.troubles.dismiss(id); });
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(14, 12, 8, 12);
    row->setSpacing(12);
    row->addWidget(picture("error", 22, toneColour(Tone::Bad, palette()), this), 0, Qt::AlignTop);
    row->addLayout(words, 1);
    row->addWidget(close, 0, Qt::AlignTop);
}

// --- what can still be undone

UndoBar::UndoBar(Desk& desk, QWidget* parent)
    : Card(parent->palette().color(QPalette::Highlight), parent), m_desk(desk),
      m_text(new ElidedLabel(this)), m_files(faintLabel({}, this, 0.95)), m_left(thinBar(this)) {
    auto* const undo = new QPushButton(actionIcon("undo"), tr("Undo"), this);
    undo->setToolTip(tr("Keep it (Ctrl+Z)"));
    connect(undo, &QPushButton::clicked, this, [this] { m_desk.deletions.undo(); });
    auto* const now = flatButton("close", tr("Delete now"), this);
    connect(now, &QToolButton::clicked, this, [this] { m_desk.deletions.deleteNow(); });
    m_left->setFixedWidth(90);
    m_left->setRange(0, Deletions::kUndoMs);
    m_left->setAccessibleName(tr("Time left to undo"));
    m_files->setText(filesInSession(tr("they are deleted with it.")));
    auto* const words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_text);
    words->addWidget(m_files);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 8, 8);
    row->setSpacing(10);
    row->addLayout(words, 1);
    row->addWidget(m_left);
    row->addWidget(undo);
    row->addWidget(now);
    m_tick.setInterval(100);
    connect(&m_tick, &QTimer::timeout, this,
            [this] { m_left->setValue(m_desk.deletions.millisecondsLeft()); });
    connect(&desk.deletions, &Deletions::changed, this, &UndoBar::refresh);
    refresh();
}

void UndoBar::refresh() {
    const auto& waiting = m_desk.deletions.waiting();
    setVisible(!waiting.isEmpty());
    if (waiting.isEmpty())
        return m_tick.stop();
    m_text->setWholeText(
        waiting.size() == 1
            ? tr("Deleted: %1").arg(printable(waiting.first().name))
            : tr("Deleted: %n thing(s)", nullptr, static_cast<int>(waiting.size())));
    m_files->setVisible(std::any_of(waiting.begin(), waiting.end(),
                                    [](const auto& item) { return item.isSession; }));
    m_left->setValue(m_desk.deletions.millisecondsLeft());
    m_tick.start();
}

// --- all of it

namespace {

constexpr int kRoomForACard = 130; // pixels
constexpr int kRoomForTheRest = 310;

// What is still in `rows` has no place among the `kept` ones.
template <typename Row>
void replaceBy(QMap<int, Row*>& rows, const QMap<int, Row*>& kept) {
    for (auto* const row : std::as_const(rows)) {
        row->hide();
        row->deleteLater();
    }
    rows = kept;
}

} // namespace

JobsPanel::JobsPanel(Desk& desk, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_troubles(new QVBoxLayout), m_more(faintLabel({}, this)),
      m_rows(new QVBoxLayout) {
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(14, 0, 14, 12);
    column->setSpacing(8);
    m_troubles->setSpacing(8);
    m_rows->setSpacing(8);
    column->addLayout(m_troubles);
    column->addWidget(m_more);
    column->addLayout(m_rows);
    column->addWidget(new UndoBar(desk, this));
    connect(&desk.catalog.jobs, &JobModel::activityChanged, this, &JobsPanel::refreshJobs);
    connect(&desk.errands, &Errands::changed, this, &JobsPanel::refreshErrands);
    connect(&desk.troubles, &Troubles::changed, this, &JobsPanel::refreshTroubles);
    refreshJobs();
    refreshTroubles();
}

void JobsPanel::refreshJobs() {
    const auto& jobs = m_desk.catalog.jobs;
    for (auto row = m_jobs.begin(); row != m_jobs.end();) {
        if (jobs.find(row.key())) {
            ++row;
            continue;
        }
        row.value()->deleteLater();
        row.value()->hide();
        row = m_jobs.erase(row);
    }
    for (int i = 0; i < jobs.rowCount(); ++i) {
        const auto& state = jobs.at(i);
        auto*& row = m_jobs[state.path];
        if (!row) {
            row = new JobRow(m_desk, state.path, this);
            m_rows->addWidget(row);
        }
        row->show(state);
    }
}

void JobsPanel::refreshErrands() {
    QMap<int, ErrandRow*> kept;
    for (const auto& errand : m_desk.errands.all()) {
        auto* row = m_errands.take(errand.id);
        if (!row) {
            row = new ErrandRow(m_desk, errand.id, this);
            m_rows->insertWidget(0, row); // before the jobs that are parts of it
        }
        row->show(errand);
        kept.insert(errand.id, row);
    }
    replaceBy(m_errands, kept);
}

void JobsPanel::refreshTroubles() {
    QMap<int, TroubleCard*> kept;
    for (const auto& entry : m_desk.troubles.all()) {
        auto* card = m_cards.take(entry.id);
        if (!card) {
            card = new TroubleCard(m_desk, entry, this);
            connect(card, &TroubleCard::checkAsked, this, &JobsPanel::checkAsked);
            connect(card, &TroubleCard::unlockAsked, this, &JobsPanel::unlockAsked);
            m_troubles->addWidget(card);
        }
        kept.insert(entry.id, card);
    }
    replaceBy(m_cards, kept);
    // More than these would lie over each other.
    const auto room = std::clamp((window()->height() - kRoomForTheRest) / kRoomForACard, 1, 3);
    auto folded = std::max<qsizetype>(m_cards.size() - room, 0);
    m_more->setVisible(folded > 0);
    m_more->setText(tr("%n more, to be seen when these are dismissed", "cards of errors",
                       static_cast<int>(folded)));
    for (auto* const card : std::as_const(m_cards)) // the newest last
        card->setVisible(folded-- <= 0);
}

void JobsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    refreshTroubles();
}

} // namespace entracte::desktop
