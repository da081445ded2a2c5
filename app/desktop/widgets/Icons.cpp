#include "app/desktop/widgets/Icons.h"

#include <QApplication>
#include <QCache>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QSvgRenderer>

namespace entracte::desktop {

namespace {

QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Draws when it is asked to, in the colour that is right then: so an icon outlives a change from
// light to dark.
class DrawnIcon : public QIconEngine {
public:
    DrawnIcon(QString name, QColor colour) : m_name(std::move(name)), m_colour(colour) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        auto colour = m_colour;
        if (!colour.isValid() || mode == QIcon::Disabled) {
            const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
            colour = QApplication::palette().color(
                group, mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
        }
        static QHash<QString, QByteArray> sources;
        auto& source = sources[m_name];
        if (source.isEmpty())
            source =
                readAll(m_name.startsWith(':') ? m_name : ":/icons/actions/" + m_name + ".svg");
        QSvgRenderer renderer(QByteArray(source).replace("#000", colour.name().toLatin1()));
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        renderer.render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state,
                         qreal) override { // the size is in device pixels already
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, pixmap.rect(), mode, state);
        return pixmap;
    }
    QIconEngine* clone() const override { return new DrawnIcon(*this); }
    QString key() const override { return "entracte"; }

private:
    QString m_name;
    QColor m_colour;
};

QPixmap trayPixmap(int size, Activity activity, double fraction) {
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    QSvgRenderer renderer(QStringLiteral(":/icons/apps/tray.svg"));
    renderer.render(&painter, QRectF(0, 0, size, size));
    if (activity == Activity::Idle)
        return pixmap;
    // A badge in the lower right corner, cut out of the picture beneath.
    const double side = size * 0.56;
    const QRectF badge(size - side, size - side, side, side);
    painter.setCompositionMode(QPainter::CompositionMode_Clear);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::black);
    const double rim = size / 16.0;
    painter.drawEllipse(badge.adjusted(-rim, -rim, rim, rim));
    painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
    if (activity == Activity::Attention) {
        painter.setBrush(QColor("#f59e0b"));
        painter.drawEllipse(badge);
        painter.setPen(QPen(QColor("#2b1700"), size / 12.0, Qt::SolidLine, Qt::RoundCap));
        const auto middle = badge.center();
        painter.drawLine(QPointF(middle.x(), badge.top() + side * 0.24),
                         QPointF(middle.x(), middle.y() + side * 0.08));
        painter.drawPoint(QPointF(middle.x(), badge.bottom() - side * 0.2));
        return pixmap;
    }
    painter.setBrush(QColor("#173b2c"));
    painter.drawEllipse(badge);
    painter.setBrush(QColor("#34d399"));
    // A pie that fills, and is never empty: work that has just begun is work.
    const int span = static_cast<int>(-360 * 16 * qBound(0.08, fraction, 1.0));
    painter.drawPie(badge.adjusted(rim, rim, -rim, -rim), 90 * 16, span);
    return pixmap;
}

} // namespace

QIcon actionIcon(const QString& name, const QColor& colour) {
    return QIcon(new DrawnIcon(name, colour));
}

QIcon emblem() {
    return QIcon(new DrawnIcon(":/icons/apps/org.entracte.Desktop.svg", {}));
}

QIcon applicationIcon() {
    return QIcon::fromTheme("org.entracte.Desktop", QIcon(":/icons/apps/org.entracte.Desktop.svg"));
}

QIcon trayIcon(Activity activity, double fraction) {
    QIcon icon;
    for (const int size : {16, 22, 24, 32, 48, 64})
        icon.addPixmap(trayPixmap(size, activity, fraction));
    return icon;
}

QIcon iconOf(const InstalledProgram& program) {
    if (program.icon.startsWith('/') && QFile::exists(program.icon))
        return QIcon(program.icon);
    const auto icon = QIcon::fromTheme(program.icon);
    return icon.isNull() ? actionIcon("program") : icon;
}

QIcon programIcon(const InstalledPrograms& programs, const QStringList& command) {
    const auto* const found = programs.ofCommand(command);
    return found ? iconOf(*found) : actionIcon("program");
}

} // namespace entracte::desktop
