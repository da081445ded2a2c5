#pragma once

// What the delegates have in common.

#include <QFont>
#include <QPainter>
#include <QStyleOptionViewItem>

namespace entracte::desktop {

// The round ground of a chosen or touched item, and the ring of the one that has the keyboard.
void paintGround(QPainter& painter, const QStyleOptionViewItem& option, const QRectF& rect);
QFont scaled(const QFont& font, double factor, bool bold = false);
// One line, cut at its end with an ellipsis.
void paintLine(QPainter& painter, const QRect& rect, const QFont& font, const QColor& colour,
               const QString& text, Qt::Alignment alignment = Qt::AlignLeading);
// A picture of windows for a snapshot that has none: `count` of them, as outlines.
// The picture of a snapshot, whole, on a ground; false when it is none. `key`: what it is kept
// under.
bool paintPicture(QPainter& painter, const QRectF& rect, const QString& key, const QByteArray& png,
                  const QPalette& palette);
void paintWindows(QPainter& painter, const QRectF& rect, uint count, const QPalette& palette);

} // namespace entracte::desktop
