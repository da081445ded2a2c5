#include "app/desktop/widgets/SessionDelegate.h"

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Painting.h"

#include <QDateTime>
#include <QSet>

namespace entracte::desktop {

namespace {
constexpr int kIcon = 32;
constexpr int kSmallIcon = 16; // of further programs
constexpr int kMostFurther = 3;
constexpr int kMargin = 10;
constexpr int kLines = 3;
} // namespace

QSize SessionDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {160, std::max(kIcon, option.fontMetrics.height() * kLines + 8) + 2 * kMargin};
}

QList<QIcon> SessionDelegate::furtherPrograms(const SessionView& session) const {
    const auto* const newest = m_desk.catalog.snapshots.newestOf(session.path);
    if (!newest || newest->locked)
        return {};
    QSet<const InstalledProgram*> seen{m_desk.programs.ofCommand(session.command)};
    QList<QIcon> icons;
    for (const auto& window : m_desk.pictures.of(newest->path).windows) {
        const auto* const program = m_desk.programs.ofCommand({window.className.toLower()});
        if (!program || seen.contains(program))
            continue;
        seen.insert(program);
        icons.append(iconOf(*program));
        if (icons.size() == kMostFurther)
            break;
    }
    return icons;
}

void SessionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    const auto* const session = m_desk.catalog.sessions.find(index.data(PathRole).toString());
    if (!session)
        return;
    painter->save();
    const auto ground = option.rect.adjusted(6, 2, -6, -2);
    paintGround(*painter, option, ground);

    const auto visual = [&](const QRect& rect) {
        return QStyle::visualRect(option.direction, option.rect, rect);
    };
    const QRect icon(ground.left() + kMargin, ground.center().y() - kIcon / 2 + 1, kIcon, kIcon);
    const bool alive = isAlive(*session);
    painter->setOpacity(alive ? 1 : 0.55);
    programIcon(m_desk.programs, session->command).paint(painter, visual(icon));
    painter->setOpacity(1);

    const int left = icon.right() + 12;
    const int line = option.fontMetrics.height();
    const int top = ground.center().y() - (line * kLines + 8) / 2 + 1;
    const int width = ground.right() - kMargin - left;
    int marks = ground.right() - kMargin; // the signs stand from here to the end of the line
    const auto sign = [&](const QIcon& drawn, int size) {
        marks -= size;
        drawn.paint(painter, visual({marks, top + (line - size) / 2, size, size}));
        marks -= 6;
    };
    if (!blockersText(*session).isEmpty())
        sign(actionIcon("warning", toneColour(Tone::Bad, option.palette)), line);
    if (alive)
        for (const auto& further : furtherPrograms(*session))
            sign(further, kSmallIcon);
    paintLine(*painter, visual({left, top, marks - left, line}), scaled(option.font, 1, true),
              option.palette.color(QPalette::Text), printable(session->name));
    const auto tone = toneColour(toneOfState(session->state), option.palette);
    painter->setPen(Qt::NoPen);
    painter->setBrush(tone);
    const QRect dot(left, top + line + 4 + line / 2 - 4, 8, 8);
    painter->drawEllipse(visual(dot));
    const auto* const job = m_desk.catalog.jobs.runningFor(session->path);
    const auto words =
        job ? phaseText(job->job.phase) + QStringLiteral("…")
            : (session->state == "running"
                   ? sessionFigures(*session)
                   : stateText(*session, m_desk.catalog.snapshots.newestOf(session->path)));
    paintLine(*painter, visual({left + 14, top + line + 4, width - 14, line}),
              scaled(option.font, 0.92), toneColour(Tone::Faint, option.palette), words);
    const auto kept = m_desk.catalog.snapshots.keptOf(session->path);
    paintLine(*painter, visual({left, top + 2 * (line + 4), width, line}),
              scaled(option.font, 0.92), toneColour(Tone::Faint, option.palette),
              keptText(*session, kept.count, kept.bytes, QDateTime::currentMSecsSinceEpoch()));
    painter->restore();
}

} // namespace entracte::desktop
