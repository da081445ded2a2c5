#pragma once

// The windows of a snapshot one beside the other, each with its picture (cut out of the session's)
// and its title. More than fit are counted.

#include "app/desktop/model/Pictures.h"

#include <QWidget>

namespace entracte::desktop {

class WindowStrip : public QWidget {
    Q_OBJECT
public:
    explicit WindowStrip(QWidget* parent);
    // `cut`: the picture shows the windows and nothing around them (of a session among other
    // windows), so that it is known which part of it is whose.
    void show(const Pictures::Seen& seen, bool cut);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override;

private:
    QRect cell(int index) const;
    int cells() const; // that fit

    EntracteWindows m_windows;
    QList<QPixmap> m_pictures; // null where there is none
};

// Which part of a picture of `size` each of the windows is, when the picture shows exactly what
// they cover of a screen; empty when it cannot be that.
QList<QRect> placesInPicture(const EntracteWindows& windows, const QSize& size);

} // namespace entracte::desktop
