// What the application's own style draws.

#include "app/desktop/widgets/Appearance.h"

#include <QApplication>
#include <QCheckBox>
#include <QImage>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

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

// Relative, as WCAG has it.
double luminance(const QColor& colour) {
    const auto linear = [](double part) {
        return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
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

    // What can be pressed or typed into is told from the ground around it (WCAG 1.4.11: 3 to 1).
    void outlinesAreSeenOnDarkGround() {
        QApplication::setLayoutDirection(Qt::LeftToRight);
        Settings settings;
        settings.setColours(Settings::Colours::Dark);
        const Appearance appearance(settings);
        QCheckBox check;
        QLineEdit line;
        QSpinBox number;
        QCheckBox clicked; // has the keyboard, but was not led to by it
        clicked.resize(60, 26);
        clicked.show();
        QVERIFY(QTest::qWaitForWindowActive(&clicked));
        for (int time = 0; time < 2; ++time)
            QTest::mouseClick(&clicked, Qt::LeftButton, {}, {8, 13});
        QVERIFY(clicked.hasFocus() && !clicked.isChecked());
        for (QWidget* const widget :
             std::initializer_list<QWidget*>{&check, &clicked, &line, &number}) {
            widget->resize(60, 26);
            const auto image = widget->grab().toImage();
            const auto ground = luminance(widget->palette().color(QPalette::Window));
            double best = 1;
            for (int x = 0; x < 4; ++x)
                best =
                    std::max(best, (luminance(image.pixelColor(x, 13)) + 0.05) / (ground + 0.05));
            QVERIFY2(
                best >= 3,
                qPrintable(QString("%1: %2").arg(widget->metaObject()->className()).arg(best)));
        }
        settings.setColours(Settings::Colours::AsDesktop);
    }
};

QTEST_MAIN(AppearanceTest)
#include "AppearanceTest.moc"
