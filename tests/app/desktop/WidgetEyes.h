#pragma once

// Widgets as a person finds them: by what a screen reader would say, and only while they are shown.

#include <QAbstractButton>
#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QTest>
#include <QWidget>

namespace entracte::desktop::test {

template <typename Widget>
Widget* named(QWidget& window, const QString& name) {
    for (auto* const widget : window.findChildren<Widget*>()) {
        auto* const face = QAccessible::queryAccessibleInterface(widget);
        if (face && face->text(QAccessible::Name).remove('&') == name && widget->isVisible())
            return widget;
    }
    return nullptr;
}

// Qt tells what is chosen as the name of a box.
inline QComboBox* box(QWidget& window, const QString& name) {
    for (auto* const widget : window.findChildren<QComboBox*>())
        if (widget->accessibleName() == name)
            return widget;
    return nullptr;
}

inline bool says(QWidget& window, const QString& words) {
    for (auto* const label : window.findChildren<QLabel*>())
        if (label->isVisible() && label->text().replace(QChar::Nbsp, ' ').contains(words))
            return true;
    return false;
}

inline void click(QAbstractButton* button) {
    QVERIFY(button);
    QTRY_VERIFY(button->isEnabled());
    QTest::mouseClick(button, Qt::LeftButton);
}

} // namespace entracte::desktop::test
