#include "app/desktop/widgets/WindowStrip.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Painting.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace entracte::desktop {

namespace {

constexpr QSize kCell{96, 60}; // three in the panel as it is wide at first
constexpr int kGap = 8;

QString titleOf(const EntracteWindow& window) {
    const auto title = printable(window.title).trimmed();
    return title.isEmpty() ? printable(window.className) : title;
}

} // namespace

QList<QRect> placesInPicture(const EntracteWindows& windows, const QSize& size) {
    QRect bounds;
    const auto seen = [](const EntracteWindow& window) {
        constexpr int kMost = 32767; // coordinates of X
        // What lies left of or above the screen is not in the picture.
        return QRect(
                   QPoint(std::clamp(window.x, -kMost, kMost), std::clamp(window.y, -kMost, kMost)),
                   QSize(static_cast<int>(std::min(window.width, 65535U)),
                         static_cast<int>(std::min(window.height, 65535U))))
            .intersected(QRect(0, 0, kMost, kMost));
    };
    for (const auto& window : windows)
        bounds |= seen(window);
    if (bounds.isEmpty() || size.isEmpty())
        return {};
    const double scale = double(size.width()) / bounds.width();
    // Menus, or the edge of a screen, would make it another picture.
    if (std::abs(bounds.height() * scale - size.height()) > 2)
        return {};
    QList<QRect> places;
    for (const auto& window : windows) {
        const auto place = seen(window).translated(-bounds.topLeft());
        places.append(QRectF(place.x() * scale, place.y() * scale, place.width() * scale,
                             place.height() * scale)
                          .toAlignedRect()
                          .intersected(QRect(QPoint(), size)));
    }
    return places;
}

WindowStrip::WindowStrip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void WindowStrip::show(const Pictures::Seen& seen, bool cut) {
    m_windows = seen.windows;
    m_pictures.clear();
    QStringList titles;
    for (const auto& window : m_windows)
        titles.append(titleOf(window));
    setAccessibleName(tr("Windows: %1").arg(titles.join(", ")));
    QImage whole;
    if (cut && m_windows.size() > 1 && whole.loadFromData(seen.png, "PNG") &&
        whole.width() <= 960 && whole.height() <= 600)
        for (const auto& place : placesInPicture(m_windows, whole.size()))
            m_pictures.append(place.isEmpty() ? QPixmap() : QPixmap::fromImage(whole.copy(place)));
    setVisible(!m_windows.isEmpty());
    updateGeometry();
    update();
}

QSize WindowStrip::sizeHint() const {
    return {kCell.width() * 2 + kGap, minimumSizeHint().height()};
}

QSize WindowStrip::minimumSizeHint() const {
    return {kCell.width(), kCell.height() + 4 + fontMetrics().height()};
}

int WindowStrip::cells() const {
    return std::max(1, (width() + kGap) / (kCell.width() + kGap));
}

QRect WindowStrip::cell(int index) const {
    return QStyle::visualRect(layoutDirection(), rect(),
                              {index * (kCell.width() + kGap), 0, kCell.width(), height()});
}

void WindowStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const auto faint = toneColour(Tone::Faint, palette());
    const auto count = static_cast<int>(m_windows.size());
    const int fit = cells();
    for (int i = 0; i < std::min(count, fit); ++i) {
        const auto place = cell(i);
        const QRect frame(place.topLeft(), kCell);
        const bool isRest = i == fit - 1 && count > fit;
        painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
        QPainterPath path;
        path.addRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
        painter.fillPath(path, palette().color(QPalette::AlternateBase));
        if (isRest) {
            painter.setFont(scaled(font(), 1.2, true));
            painter.setPen(faint);
            painter.drawText(frame, Qt::AlignCenter,
                             tr("+%1", "more windows").arg(count - fit + 1));
        } else if (i < m_pictures.size() && !m_pictures[i].isNull()) {
            QRectF inner(QPointF(),
                         QSizeF(m_pictures[i].size()).scaled(frame.size(), Qt::KeepAspectRatio));
            inner.moveCenter(QRectF(frame).center());
            painter.setClipPath(path);
            painter.drawPixmap(inner, m_pictures[i], QRectF(m_pictures[i].rect()));
            painter.setClipping(false);
        } else {
            paintWindows(painter, frame, 1, palette());
        }
        painter.setPen(
            mixed(palette().color(QPalette::Mid), palette().color(QPalette::Window), 0.3));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(path);
        if (!isRest)
            paintLine(
                painter, {place.left(), kCell.height() + 4, kCell.width(), fontMetrics().height()},
                scaled(font(), 0.9), palette().color(QPalette::WindowText), titleOf(m_windows[i]));
    }
}

bool WindowStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const auto count = static_cast<int>(m_windows.size());
    const int fit = cells();
    for (int i = 0; i < std::min(count, fit); ++i) {
        if (!cell(i).contains(help->pos()))
            continue;
        QStringList titles;
        for (int at = i; at < (i == fit - 1 ? count : i + 1); ++at)
            titles.append(titleOf(m_windows[at]));
        QToolTip::showText(help->globalPos(), plainTip(titles.join('\n')), this, cell(i));
        return true;
    }
    QToolTip::hideText();
    return true;
}

} // namespace entracte::desktop
