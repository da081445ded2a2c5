#include "app/desktop/widgets/WindowStrip.h"

#include "app/desktop/model/Wording.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/Painting.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>

#include <algorithm>
#include <cmath>

namespace entracte::desktop {

namespace {

constexpr QSize kPicture{96, 60}; // three in the panel as it is wide at first
constexpr int kGap = 8;
constexpr int kMostShown = 64; // windows; a program may make hundreds

QString titleOf(const EntracteWindow& window) {
    const auto title = printable(window.title).trimmed();
    return title.isEmpty() ? printable(window.className) : title;
}

// The part of the screen that the picture shows, as it says itself; empty when it does not.
QRect boundsOf(const QImage& picture) {
    const auto numbers = picture.text("Bounds").split(' ');
    if (numbers.size() != 4)
        return {};
    constexpr int kMost = 32767; // coordinates of X
    const auto number = [&](int at) { return std::clamp(numbers[at].toInt(), 0, kMost); };
    return {number(0), number(1), number(2), number(3)};
}

} // namespace

QList<QRect> placesInPicture(const EntracteWindows& windows, const QSize& size,
                             const QRect& given) {
    QRect bounds = given;
    const auto seen = [](const EntracteWindow& window) {
        constexpr int kMost = 32767; // coordinates of X
        // What lies left of or above the screen is not in the picture.
        return QRect(
                   QPoint(std::clamp(window.x, -kMost, kMost), std::clamp(window.y, -kMost, kMost)),
                   QSize(static_cast<int>(std::min(window.width, 65535U)),
                         static_cast<int>(std::min(window.height, 65535U))))
            .intersected(QRect(0, 0, kMost, kMost));
    };
    if (given.isEmpty())
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

WindowButton::WindowButton(QWidget* parent) : QAbstractButton(parent) {
    setCheckable(true);
    setAttribute(Qt::WA_Hover);
}

void WindowButton::showWindow(const QString& title, const QPixmap& picture) {
    m_title = title;
    m_picture = picture;
    m_isRest = false;
    setCheckable(true);
    setAccessibleName(title);
    const auto line = QFontMetrics(scaled(font(), 0.9)).horizontalAdvance(title);
    setToolTip(line > kPicture.width() ? plainTip(title) : QString());
    update();
}

void WindowButton::showRest(int more) {
    m_isRest = true;
    m_more = more;
    setCheckable(false);
    m_title = more > 0 ? tr("More windows") : tr("Fewer");
    setAccessibleName(more > 0 ? tr("Show %n more window(s)", nullptr, more)
                               : tr("Show fewer windows"));
    setToolTip(accessibleName());
    update();
}

QSize WindowButton::sizeHint() const {
    return {kPicture.width(), kPicture.height() + 4 + fontMetrics().height()};
}

void WindowButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const QRect frame(QPoint(), kPicture);
    paintFrame(painter, frame);
    paintLine(painter, {0, kPicture.height() + 4, kPicture.width(), fontMetrics().height()},
              scaled(font(), 0.9),
              m_isRest ? toneColour(Tone::Faint, palette()) : palette().color(QPalette::WindowText),
              m_title);
}

void WindowButton::paintFrame(QPainter& painter, const QRect& frame) const {
    QPainterPath path;
    path.addRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 5, 5);
    painter.fillPath(path, palette().color(QPalette::AlternateBase));
    if (m_isRest) {
        painter.setFont(scaled(font(), 1.2, true));
        painter.setPen(toneColour(Tone::Faint, palette()));
        painter.drawText(frame, Qt::AlignCenter,
                         m_more > 0 ? tr("+%1", "more windows").arg(m_more) : QStringLiteral("−"));
    } else if (!m_picture.isNull()) {
        QRectF inner(QPointF(), QSizeF(m_picture.size()).scaled(frame.size(), Qt::KeepAspectRatio));
        inner.moveCenter(QRectF(frame).center());
        painter.setClipPath(path);
        painter.drawPixmap(inner, m_picture, QRectF(m_picture.rect()));
        painter.setClipping(false);
    } else {
        paintWindows(painter, frame, 1, palette());
    }
    const auto accent = palette().color(QPalette::Highlight);
    const auto edge = mixed(palette().color(QPalette::Mid), palette().color(QPalette::Window), 0.3);
    const bool marked = isChecked() || hasFocus();
    painter.setPen(QPen(marked         ? accent
                        : underMouse() ? mixed(edge, accent, 0.6)
                                       : edge,
                        marked ? 2 : 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

WindowStrip::WindowStrip(QWidget* parent) : QWidget(parent), m_rest(new WindowButton(this)) {
    auto policy = QSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    m_rest->showRest(0);
    connect(m_rest, &QAbstractButton::clicked, this, [this] {
        m_all = !m_all;
        place();
        updateGeometry();
    });
}

void WindowStrip::show(const Pictures::Seen& seen, bool cut) {
    setVisible(!seen.windows.isEmpty());
    // Told again with every change of the snapshot: whoever looks at one of them goes on.
    if (seen.windows == m_seen.windows && seen.png == m_seen.png)
        return;
    m_seen = seen;
    m_all = false;
    const auto windows = seen.windows.mid(0, kMostShown);
    QImage whole;
    QList<QRect> places;
    if (whole.loadFromData(seen.png, "PNG") && whole.width() <= 960 && whole.height() <= 600) {
        const auto bounds = boundsOf(whole);
        if (!bounds.isEmpty() || cut)
            places = placesInPicture(windows, whole.size(), bounds);
    }
    qDeleteAll(m_buttons);
    m_buttons.clear();
    QStringList titles;
    for (qsizetype at = 0; at < windows.size(); ++at) {
        auto* const button = new WindowButton(this);
        const auto place = places.value(at);
        button->showWindow(titleOf(windows[at]),
                           place.isEmpty() ? QPixmap() : QPixmap::fromImage(whole.copy(place)));
        connect(button, &WindowButton::touched, this,
                [this, button](bool over) { tell(over ? button : nullptr); });
        connect(button, &QAbstractButton::toggled, this, [this, button](bool on) {
            for (auto* const other : m_buttons)
                if (on && other != button)
                    other->setChecked(false);
            tell(nullptr);
        });
        m_buttons.append(button);
        titles.append(button->caption());
    }
    setAccessibleName(tr("Windows: %1").arg(titles.join(", ")));
    place();
    updateGeometry();
    tell(nullptr);
}

// The one under the mouse, or else the one that was pressed.
void WindowStrip::tell(const WindowButton* over) {
    const auto* shown = over;
    for (const auto* const button : m_buttons)
        if (!shown && button->isChecked())
            shown = button;
    if (shown)
        emit looked(shown->caption(), shown->picture());
    else
        emit looked({}, {});
}

QSize WindowStrip::sizeHint() const {
    return {kPicture.width() * 2 + kGap, m_rest->sizeHint().height()};
}

QSize WindowStrip::minimumSizeHint() const {
    return m_rest->sizeHint();
}

int WindowStrip::columns(int width) const {
    return std::max(1, (width + kGap) / (kPicture.width() + kGap));
}

int WindowStrip::heightForWidth(int width) const {
    const int fit = columns(width);
    const auto count = static_cast<int>(m_buttons.size());
    const int cells = count > fit ? count + 1 : count; // with the one that takes them away
    const int rows = m_all ? (cells + fit - 1) / fit : 1;
    return rows * (m_rest->sizeHint().height() + kGap) - kGap;
}

void WindowStrip::place() {
    const int fit = columns(width());
    const auto count = static_cast<int>(m_buttons.size());
    const bool tooMany = count > fit;
    const int shown = !tooMany || m_all ? count : fit - 1;
    const auto size = m_rest->sizeHint();
    const auto cell = [&](int at) {
        return QStyle::visualRect(
            layoutDirection(), rect(),
            QRect(QPoint((at % fit) * (size.width() + kGap), (at / fit) * (size.height() + kGap)),
                  size));
    };
    QWidget* before = nullptr;
    for (int at = 0; at < count; ++at) {
        m_buttons[at]->setGeometry(cell(at));
        m_buttons[at]->setVisible(at < shown);
        if (before)
            setTabOrder(before, m_buttons[at]);
        before = m_buttons[at];
    }
    m_rest->setVisible(tooMany);
    m_rest->setGeometry(cell(shown));
    m_rest->showRest(m_all ? 0 : count - shown);
    if (before)
        setTabOrder(before, m_rest);
}

void WindowStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LayoutDirectionChange || event->type() == QEvent::FontChange)
        place();
    QWidget::changeEvent(event);
}

} // namespace entracte::desktop
