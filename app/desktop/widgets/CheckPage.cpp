#include "app/desktop/widgets/CheckPage.h"

#include "app/desktop/model/HelperWords.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "session/doctor/Doctor.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QPointer>
#include <QScrollArea>
#include <QShortcut>
#include <QThreadPool>
#include <QVBoxLayout>

#include <algorithm>

namespace entracte::desktop {

CheckPage::CheckPage(Desk& desk, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_summary(wrapped({}, this)), m_problem(problemLabel(this)),
      m_list(new QVBoxLayout),
      m_again(new QPushButton(actionIcon("refresh"), tr("Check &again"), this)) {
    auto* const heading = title(tr("Check this computer"), this);
    auto* const back = new QPushButton(tr("&Close"), this);
    connect(back, &QPushButton::clicked, this, &CheckPage::closed);
    connect(
        new QShortcut(QKeySequence::Cancel, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
        &QShortcut::activated, this, &CheckPage::closed);
    connect(m_again, &QPushButton::clicked, this, [this] {
        m_desk.link.look();
        check();
    });
    setFocusProxy(back);
    auto* const inner = new QWidget;
    m_list->setContentsMargins(0, 0, 6, 0);
    inner->setLayout(m_list);
    m_list->addStretch(1);
    auto* const scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setAccessibleName(heading->text());
    auto* const buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_again);
    buttons->addWidget(back);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(28, 24, 22, 18);
    column->setSpacing(10);
    column->addWidget(heading);
    column->addWidget(m_summary);
    column->addWidget(m_problem);
    column->addSpacing(4);
    column->addWidget(scroll, 1);
    column->addLayout(buttons);
    connect(&desk.link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (isVisible() && reach != HelperLink::Reach::Looking)
            check();
    });
}

void CheckPage::check() {
    m_summary->setText(tr("Looking…"));
    m_again->setEnabled(false);
    const auto asked = ++m_asked;
    if (m_desk.link.reach() != HelperLink::Reach::Here) {
        lookOurselves({"helper", "missing",
                       m_desk.link.why().isEmpty() ? tr("Entracte's helper does not answer.")
                                                   : m_desk.link.why(),
                       tr("Install Entracte's packages, or start entracted as root.")});
        return;
    }
    m_desk.actions.doctor(this, [this, asked](const std::optional<EntracteDoctorFindings>& told,
                                              const QString& why) {
        if (asked != m_asked)
            return;
        if (told)
            show(EntracteDoctorFindings{{"helper", "ok", tr("The helper answers."), {}}} + *told);
        else
            lookOurselves({"helper", "warning", why, {}});
    });
}

void CheckPage::lookOurselves(const EntracteDoctorFinding& helper) {
    const auto asked = m_asked;
    // It may take a second, and asks nobody: away from the windows' thread.
    QThreadPool::globalInstance()->start([page = QPointer(this), asked, helper] {
        EntracteDoctorFindings findings{helper};
        for (const auto& one : examineMachine({}))
            findings.append({QString::fromStdString(one.check),
                             QString::fromStdString(doctorStateName(one.state)),
                             QString::fromStdString(one.sentence),
                             QString::fromStdString(one.remedy)});
        QMetaObject::invokeMethod(qApp, [page, asked, findings] {
            if (page && asked == page->m_asked)
                page->show(findings);
        });
    });
}

QPushButton* CheckPage::remedyOf(const EntracteDoctorFinding& finding, QWidget* parent) {
    if (finding.state == "ok")
        return nullptr;
    QPushButton* button = nullptr;
    if (finding.check == "disk" && m_desk.link.reach() == HelperLink::Reach::Here) {
        button = new QPushButton(tr("Free what is not needed"), parent);
        button->setToolTip(tr("Parts of deleted snapshots that are still on the disk"));
        connect(button, &QPushButton::clicked, this, [this] { m_desk.actions.collectGarbage(); });
    } else if (Repairs::isPossible(finding.check)) {
        button = new QPushButton(
            finding.check == "helper" ? tr("Start it") : tr("Install what is missing"), parent);
        connect(button, &QPushButton::clicked, this,
                [this, button, check = finding.check] { repair(check, button); });
    }
    if (button)
        button->setAccessibleDescription(inPersonsWords(finding.sentence));
    return button;
}

void CheckPage::repair(const QString& check, QPushButton* button) {
    m_problem->hide();
    button->setText(tr("At work…"));
    button->setEnabled(false);
    m_repairs.run(check, [this](const QString& problem) {
        m_problem->setText(printable(problem));
        m_problem->setVisible(!problem.isEmpty());
        m_desk.link.look();
        this->check();
    });
}

void CheckPage::show(const EntracteDoctorFindings& findings) {
    m_again->setEnabled(true);
    delete m_rows;
    m_rows = new QWidget(this);
    auto* const column = new QVBoxLayout(m_rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto sorted = findings;
    const auto weight = [](const EntracteDoctorFinding& finding) {
        return finding.state == "missing" ? 0 : finding.state == "warning" ? 1 : 2;
    };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
    for (const auto& finding : sorted) {
        const bool well = finding.state == "ok";
        const auto tone = well                         ? Tone::Good
                          : finding.state == "missing" ? Tone::Bad
                                                       : Tone::Warning;
        const auto colour = toneColour(tone, palette());
        auto* const card = new Card(well ? palette().color(QPalette::Mid) : colour, m_rows);
        auto* const words = new QVBoxLayout;
        words->setSpacing(2);
        words->addWidget(wrapped(inPersonsWords(finding.sentence), card));
        if (!well && !finding.remedy.isEmpty()) {
            auto* const remedy = faintLabel(inPersonsWords(finding.remedy), card);
            remedy->setTextInteractionFlags(Qt::TextSelectableByMouse |
                                            Qt::TextSelectableByKeyboard);
            words->addWidget(remedy);
        }
        auto* const row = new QHBoxLayout(card);
        row->setContentsMargins(12, 9, 12, 9);
        row->setSpacing(12);
        row->addWidget(picture(well                         ? "ok"
                               : finding.state == "missing" ? "error"
                                                            : "warning",
                               20, colour, card),
                       0, Qt::AlignTop);
        row->addLayout(words, 1);
        if (auto* const button = remedyOf(finding, card))
            row->addWidget(button, 0, Qt::AlignVCenter);
        card->setAccessibleName(inPersonsWords(finding.sentence));
        column->addWidget(card);
    }
    m_list->insertWidget(0, m_rows);
    const auto count = [&](const QString& state) {
        return static_cast<int>(
            std::count_if(findings.begin(), findings.end(),
                          [&](const auto& finding) { return finding.state == state; }));
    };
    if (count("missing") > 0)
        m_summary->setText(
            tr("%n thing(s) that Entracte needs are missing.", nullptr, count("missing")));
    else if (count("warning") > 0)
        m_summary->setText(
            tr("Entracte works here. %n thing(s) could be better.", nullptr, count("warning")));
    else
        m_summary->setText(tr("Everything that Entracte needs is here."));
    if (count("missing") == 0)
        emit foundWell();
}

} // namespace entracte::desktop
