// What the application's own style draws.

#include "app/desktop/widgets/Appearance.h"

#include <QApplication>
#include <QImage>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

using namespace entracte::desktop;

namespace {

struct Columns {
    int first = -1;
    int last = -1;
};

// Where there is the colour.
Columns columnsOf(const QImage& image, const QColor& colour) {
    Columns found;
    for (int x = 0; x < image.width(); ++x)
        for (int y = 0; y < image.height(); ++y)
            if (image.pixelColor(x, y) == colour) {
                if (found.first < 0)
                    found.first = x;
                found.last = x;
            }
    return found;
}

} // namespace

class AppearanceTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;

private slots:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    }

    void iconsStandBesideTheirWordsFromBothSides() {
        const Settings settings;
        const Appearance appearance(settings);
        QPixmap red(16, 16);
        red.fill(Qt::red);
        QPushButton button(QIcon(red), QString(8, QChar(0x2588)));
        auto palette = button.palette();
        palette.setColor(QPalette::ButtonText, Qt::blue);
        button.setPalette(palette);
        button.setIconSize({16, 16});
        button.resize(500, 40);
        for (const auto direction : {Qt::LeftToRight, Qt::RightToLeft}) {
            QApplication::setLayoutDirection(direction);
            const auto image = button.grab().toImage();
            const auto icon = columnsOf(image, Qt::red);
            const auto words = columnsOf(image, Qt::blue);
            QVERIFY(icon.first >= 0);
            QVERIFY(words.first >= 0);
            const bool mirrored = direction == Qt::RightToLeft;
            const int gap = mirrored ? icon.first - words.last : words.first - icon.last;
            QVERIFY2(gap > 0 && gap < 16, qPrintable(QString::number(gap)));
            const int whole = (mirrored ? words.first + icon.last : icon.first + words.last) / 2;
            QVERIFY2(qAbs(whole - 250) < 16, qPrintable(QString::number(whole)));
        }
    }
};

QTEST_MAIN(AppearanceTest)
#include "AppearanceTest.moc"
