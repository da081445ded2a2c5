#include "app/desktop/widgets/SessionHeader.h"

#include "app/desktop/model/HelperWords.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QMenu>
#include <QMessageBox>
#include <QVBoxLayout>

namespace entracte::desktop {

namespace {
constexpr int kIcon = 48;
}

SessionHeader::SessionHeader(Desk& desk, SessionActions& actions, QWidget* parent)
    : QWidget(parent), m_desk(desk), m_actions(actions), m_icon(new QLabel(this)),
      m_name(new ElidedLabel(this)), m_mark(new QLabel(this)), m_line(new ElidedLabel(this)),
      m_save(buttonFor(actions.save, this, true)), m_suspend(buttonFor(actions.suspend, this)),
      m_resume(buttonFor(actions.resume, this, true)),
      m_attach(buttonFor(actions.attach, this, true)), m_badge(new QToolButton(this)) {
    m_icon->setFixedSize(kIcon, kIcon);
    m_name->setFont(title({}, this, 1.5)->font());
    m_line->setForegroundRole(QPalette::PlaceholderText);
    m_badge->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_badge->setAutoRaise(true);
    m_badge->setFocusPolicy(Qt::StrongFocus);
    m_badge->hide();
    connect(m_badge, &QToolButton::clicked, this, [this] {
        QMessageBox box(QMessageBox::NoIcon, tr("What cannot be saved"), m_badge->text(),
                        QMessageBox::Close, this);
        tellPlainly(box, m_badgeDetails);
        box.exec();
    });

    auto* const menu = new QMenu(this);
    menu->addAction(actions.launch);
    menu->addSeparator();
    menu->addActions({actions.attach, actions.detach});
    menu->addSeparator();
    menu->addActions({actions.move});
    menu->addSeparator();
    menu->addActions({actions.rename, actions.settings});
    menu->addSeparator();
    menu->addActions({actions.end, actions.remove});
    auto* const more = menuButton("more", tr("More"), menu, this);

    auto* const top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(m_name, 1);
    auto* const words = new QVBoxLayout;
    words->setSpacing(3);
    words->addStretch(1);
    words->addLayout(top);
    auto* const second = new QHBoxLayout;
    second->setSpacing(8);
    second->addWidget(m_mark);
    second->addWidget(m_line, 1);
    words->addLayout(second);
    words->addWidget(m_badge, 0, Qt::AlignLeading);
    words->addStretch(1);

    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(18, 14, 14, 12);
    row->setSpacing(14);
    row->addWidget(m_icon, 0, Qt::AlignVCenter);
    row->addLayout(words, 1);
    auto* const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    for (auto* const button : {m_attach, m_resume, m_save, m_suspend})
        buttons->addWidget(button);
    buttons->addWidget(more);
    row->addLayout(buttons);

    connect(&actions, &SessionActions::updated, this, &SessionHeader::refresh);
}

void SessionHeader::show(const QString& session) {
    m_session = session;
    m_badge->hide();
    m_examined.clear();
    refresh();
}

void SessionHeader::refresh() {
    refreshButtons();
    const auto* const session = m_desk.catalog.sessions.find(m_session);
    if (!session)
        return;
    m_icon->setPixmap(programIcon(m_desk.programs, session->command)
                          .pixmap(QSize(kIcon, kIcon), devicePixelRatioF()));
    m_name->setWholeText(printable(session->name));
    QPalette tone;
    tone.setColor(QPalette::WindowText, toneColour(toneOfState(session->state), palette()));
    m_mark->setPalette(tone);
    m_mark->setText(QStringLiteral("●"));
    const auto* const newest = m_desk.catalog.snapshots.newestOf(m_session);
    const auto* const job = m_desk.catalog.jobs.runningFor(m_session);
    QStringList parts{stateText(*session, newest)};
    if (isAlive(*session)) {
        if (session->programs + session->windows > 0)
            parts.append(sessionFigures(*session));
        // The place is short, and what comes last may be cut.
        const auto schedule = scheduleText(*session, QDateTime::currentMSecsSinceEpoch());
        if (!schedule.isEmpty())
            parts.append(schedule);
        if (session->screen != "host" && session->state != "detached")
            parts.append(screenText(*session));
    } else if (job) { // what it is just now is not what is asked of the person
        parts = QStringList{jobSentence(job->job.kind, session->name)};
    } else {
        parts = QStringList{stateExplained(*session, newest)};
    }
    m_line->setWholeText(parts.join(QStringLiteral(" · ")));
    askPreflight();
}

void SessionHeader::refreshButtons() {
    const auto* const session = m_desk.catalog.sessions.find(m_session);
    const bool alive = session && isAlive(*session);
    const bool detached = session && session->state == "detached";
    m_save->setVisible(alive);
    m_suspend->setVisible(alive);
    m_attach->setVisible(detached && session->screen != "headless");
    m_resume->setVisible(session && !alive && session->state != "ended");
}

// Once for each state of a session, and again when programs came or went: nothing is polled.
void SessionHeader::askPreflight() {
    const auto* const session = m_desk.catalog.sessions.find(m_session);
    if (!session)
        return;
    const auto about = session->path + session->state + QString::number(session->programs);
    if (about == m_examined)
        return;
    m_examined = about;
    if (!canSnapshot(*session) || m_desk.link.reach() != HelperLink::Reach::Here) {
        m_badge->hide();
        return;
    }
    m_desk.actions.preflight(m_session, this, [this, about](const EntracteFindings& findings) {
        if (about == m_examined)
            showFindings(findings);
    });
}

void SessionHeader::showFindings(const EntracteFindings& findings) {
    m_badge->setVisible(!findings.isEmpty());
    if (findings.isEmpty())
        return;
    int blocking = 0;
    QStringList details;
    for (const auto& finding : findings) {
        blocking += finding.blocks ? 1 : 0;
        details.append(tr("%1: %2 %3", "a program, a reason, a remedy")
                           .arg(printable(finding.program), inPersonsWords(finding.reason),
                                inPersonsWords(finding.remedy)));
    }
    m_badgeDetails = details.join("\n\n");
    const auto text = blocking > 0 ? tr("%n program(s) cannot be saved", nullptr, blocking)
                                   : tr("%n program(s) may lose something", nullptr,
                                        static_cast<int>(findings.size()));
    m_badge->setText(text);
    m_badge->setAccessibleName(text);
    m_badge->setToolTip(plainTip(m_badgeDetails));
    m_badge->setIcon(
        actionIcon("warning", toneColour(blocking > 0 ? Tone::Bad : Tone::Warning, palette())));
}

} // namespace entracte::desktop
