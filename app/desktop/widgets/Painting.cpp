#include "app/desktop/widgets/Painting.h"

#include "app/desktop/widgets/Appearance.h"

#include <QImage>
#include <QPainterPath>
#include <QPixmapCache>
#include <QStyle>

#include <algorithm>

namespace entracte::desktop {

void paintGround(QPainter& painter, const QStyleOptionViewItem& option, const QRectF& rect) {
    auto ground = option.palette.color(QPalette::Highlight);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const bool touched = option.state.testFlag(QStyle::State_MouseOver);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    if (chosen || touched) {
        ground.setAlphaF(chosen ? 0.18F : 0.07F);
        painter.setBrush(ground);
        painter.drawRoundedRect(rect, 8, 8);
    }
    if (chosen && option.state.testFlag(QStyle::State_HasFocus)) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(option.palette.color(QPalette::Highlight), 1.5));
        painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), 8, 8);
    }
}

QFont scaled(const QFont& font, double factor, bool bold) {
    QFont made(font);
    if (font.pointSizeF() > 0)
        made.setPointSizeF(font.pointSizeF() * factor);
    else
        made.setPixelSize(qRound(font.pixelSize() * factor));
    if (bold)
        made.setWeight(QFont::DemiBold);
    return made;
}

void paintLine(QPainter& painter, const QRect& rect, const QFont& font, const QColor& colour,
               const QString& text, Qt::Alignment alignment) {
    painter.setFont(font);
    painter.setPen(colour);
    // At the side that the window's direction says; its words in the order of their own language,
    // or "3 windows" would end with its number in a window from right to left.
    const auto side = QStyle::visualAlignment(painter.layoutDirection(), alignment);
    const auto order = text.isRightToLeft() ? Qt::TextForceRightToLeft : Qt::TextForceLeftToRight;
    painter.drawText(rect,
                     int(side | Qt::AlignAbsolute | Qt::AlignVCenter) | Qt::TextSingleLine | order,
                     QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width()));
}

bool paintPicture(QPainter& painter, const QRectF& rect, const QString& key, const QByteArray& png,
                  const QPalette& palette) {
    QPixmap picture;
    if (png.isEmpty())
        return false;
    if (!QPixmapCache::find(key, &picture)) {
        // Of a snapshot, and so a stranger's: nothing but PNG, and of the size that was promised.
        QImage image;
        if (!image.loadFromData(png, "PNG") || image.width() > 960 || image.height() > 600)
            return false;
        picture = QPixmap::fromImage(image);
        QPixmapCache::insert(key, picture);
    }
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const double corner = std::clamp(rect.width() / 16, 3.0, 10.0);
    QPainterPath frame;
    frame.addRoundedRect(rect, corner, corner);
    painter.fillPath(frame,
                     mixed(palette.color(QPalette::Base), palette.color(QPalette::Text), 0.2));
    painter.setClipPath(frame);
    QRectF place(QPointF(), QSizeF(picture.size()).scaled(rect.size(), Qt::KeepAspectRatio));
    place.moveCenter(rect.center());
    painter.drawPixmap(place, picture, QRectF(picture.rect()));
    painter.restore();
    return true;
}

void paintWindows(QPainter& painter, const QRectF& rect, uint count, const QPalette& palette) {
    const auto ground =
        mixed(palette.color(QPalette::Base), palette.color(QPalette::Highlight), 0.14);
    const auto line = mixed(palette.color(QPalette::Base), palette.color(QPalette::Text), 0.42);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    const double corner = std::clamp(rect.width() / 16, 3.0, 10.0);
    painter.drawRoundedRect(rect, corner, corner);
    const auto shown = std::min(count, 4U);
    const QSizeF window(rect.width() * (shown > 1 ? 0.46 : 0.6), rect.height() * 0.48);
    const auto bar = window.height() * 0.2;
    for (uint i = 0; i < shown; ++i) {
        const double along = shown > 1 ? double(i) / (shown - 1) : 0.5;
        const QRectF frame(QPointF(rect.left() + rect.width() * 0.1 +
                                       along * (rect.width() * 0.8 - window.width()),
                                   rect.top() + rect.height() * 0.14 +
                                       along * (rect.height() * 0.72 - window.height())),
                           window);
        const double round = std::max(1.5, window.width() / 22);
        painter.setPen(QPen(line, std::max(1.0, rect.width() / 130)));
        painter.setBrush(palette.color(QPalette::Base));
        painter.drawRoundedRect(frame, round, round);
        painter.drawLine(QPointF(frame.left(), frame.top() + bar),
                         QPointF(frame.right(), frame.top() + bar));
    }
}

} // namespace entracte::desktop
