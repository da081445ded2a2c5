#include "app/desktop/widgets/TimelineDelegate.h"

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/Painting.h"

#include <QDateTime>

namespace entracte::desktop {

namespace {
constexpr int kRail = 22; // the middle of the rail from the edge
constexpr int kCardLeft = 40;
constexpr int kPadding = 10;
constexpr int kGap = 8;

int dayHeight(const QStyleOptionViewItem& option) {
    return option.fontMetrics.height() + 18;
}
int cardHeight(const QStyleOptionViewItem& option) {
    return option.fontMetrics.height() * 2 + 8 + 2 * kPadding + 4;
}
} // namespace

bool TimelineDelegate::beginsDay(const QModelIndex& index) {
    return index.row() == 0 ||
           index.siblingAtRow(index.row() - 1).data(DayRole) != index.data(DayRole);
}

QSize TimelineDelegate::sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    return {200, cardHeight(option) + kGap + (beginsDay(index) ? dayHeight(option) : 0)};
}

void TimelineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const auto* const snapshot = m_desk.catalog.snapshots.find(index.data(PathRole).toString());
    if (!snapshot)
        return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const auto& palette = option.palette;
    const auto visual = [&](const QRect& rect) {
        return QStyle::visualRect(option.direction, option.rect, rect);
    };
    auto area = option.rect;
    const auto faint = toneColour(Tone::Faint, palette);
    if (beginsDay(index)) {
        const QRect day(area.left() + kCardLeft, area.top(), area.width() - kCardLeft - 8,
                        dayHeight(option));
        paintLine(*painter, visual(day), scaled(option.font, 0.92, true), faint,
                  dayText(snapshot->takenUnixMs, QDateTime::currentMSecsSinceEpoch()));
        area.setTop(day.bottom() + 1);
    }
    const QRect card(area.left() + kCardLeft, area.top(), area.width() - kCardLeft - 10,
                     cardHeight(option));

    // The rail runs from card to card, and ends with the oldest.
    const bool last = index.row() == index.model()->rowCount() - 1;
    const int railX = visual({area.left() + kRail, 0, 1, 1}).left();
    painter->setPen(QPen(palette.color(QPalette::Mid), 2));
    painter->drawLine(railX, index.row() == 0 ? card.center().y() : option.rect.top(), railX,
                      last ? card.center().y() : option.rect.bottom() + 1);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const auto mark = chosen ? palette.color(QPalette::Highlight)
                             : toneColour(snapshot->suspended ? Tone::Calm : Tone::Good, palette);
    painter->setPen(QPen(palette.color(QPalette::Window), 3));
    painter->setBrush(mark);
    painter->drawEllipse(QPointF(railX + 0.5, card.center().y() + 0.5), 7, 7);

    // The card.
    const auto highlight = palette.color(QPalette::Highlight);
    auto ground = palette.color(QPalette::Base);
    if (chosen)
        ground = mixed(ground, highlight, 0.10);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        ground = mixed(ground, highlight, 0.05);
    const auto edge = mixed(palette.color(QPalette::Mid), palette.color(QPalette::Window), 0.35);
    const bool ring = chosen && option.state.testFlag(QStyle::State_HasFocus);
    painter->setPen(QPen(chosen ? highlight : edge, ring ? 2 : 1));
    painter->setBrush(ground);
    const auto frame = visual(card);
    painter->drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 8, 8);

    const int pictureHeight = card.height() - 2 * kPadding;
    const QRect picture(card.left() + kPadding, card.top() + kPadding, pictureHeight * 16 / 10,
                        pictureHeight);
    if (!paintPicture(*painter, visual(picture), snapshot->path,
                      m_desk.pictures.of(snapshot->path).png, palette))
        paintWindows(*painter, visual(picture), snapshot->windows, palette);

    const int left = picture.right() + 12;
    const int line = option.fontMetrics.height();
    const int top = card.center().y() - line - 2;
    const auto clock = clockText(snapshot->takenUnixMs);
    const int clockWidth = option.fontMetrics.horizontalAdvance(clock) + 4;
    const int right = card.right() - kPadding - 2;
    paintLine(*painter, visual({left, top, right - left - clockWidth - 8, line}),
              scaled(option.font, 1, true), palette.color(QPalette::Text),
              snapshotTitle(*snapshot));
    paintLine(*painter, visual({right - clockWidth, top, clockWidth, line}), option.font, faint,
              clock, Qt::AlignTrailing);
    int marks = right; // the signs stand from here to the end of the line
    const auto sign = [&](const QString& icon, const QColor& colour) {
        marks -= line;
        actionIcon(icon, colour).paint(painter, visual({marks, top + line + 4, line, line}));
        marks -= 4;
    };
    if (snapshot->pinned)
        sign("pin", palette.color(QPalette::Highlight));
    if (snapshot->encrypted)
        sign("lock", m_desk.vault.state() == Vault::State::Locked
                         ? toneColour(Tone::Warning, palette)
                         : faint);
    paintLine(*painter, visual({left, top + line + 4, marks - left - 4, line}),
              scaled(option.font, 0.92), faint, snapshotFigures(*snapshot));
    painter->restore();
}

} // namespace entracte::desktop
