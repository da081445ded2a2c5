#pragma once

// The windows of a snapshot beside each other, each with its picture, cut out of the session's, and
// its title. One row at first; all of them when there are more and somebody wants to see them.
// The one that the mouse is over or that was pressed is told, to be shown larger.

#include "app/desktop/model/Pictures.h"

#include <QAbstractButton>
#include <QPixmap>
#include <QWidget>

namespace entracte::desktop {

// Where the windows are in their session's picture, its pixels. `bounds`: the part of the screen
// that it shows; when that is not known, what the windows take together. Empty when it is none.
QList<QRect> placesInPicture(const EntracteWindows& windows, const QSize& size,
                             const QRect& bounds = {});

// A window's picture with its title beneath; or, in its place, how many more there are.
class WindowButton : public QAbstractButton {
    Q_OBJECT
public:
    explicit WindowButton(QWidget* parent);
    void showWindow(const QString& title, const QPixmap& picture);
    void showRest(int more); // 0: to take them away again
    const QPixmap& picture() const { return m_picture; }
    const QString& caption() const { return m_title; }
    QSize sizeHint() const override;

signals:
    void touched(bool over);

protected:
    void paintEvent(QPaintEvent*) override;
    void enterEvent(QEnterEvent*) override { emit touched(true); }
    void leaveEvent(QEvent*) override { emit touched(false); }

private:
    void paintFrame(QPainter& painter, const QRect& frame) const;

    QString m_title;
    QPixmap m_picture;
    bool m_isRest = false;
    int m_more = 0;
};

class WindowStrip : public QWidget {
    Q_OBJECT
public:
    explicit WindowStrip(QWidget* parent);
    // `cut`: the picture is that of these windows alone, where it does not say itself what it
    // shows.
    void show(const Pictures::Seen& seen, bool cut);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

signals:
    // To be shown large; "" and none: the whole session again.
    void looked(const QString& title, const QPixmap& picture);

protected:
    void resizeEvent(QResizeEvent*) override { place(); }
    void changeEvent(QEvent* event) override;

private:
    int columns(int width) const;
    void place();
    void tell(const WindowButton* over);

    Pictures::Seen m_seen;
    QList<WindowButton*> m_buttons; // a window each
    WindowButton* m_rest;
    bool m_all = false; // every row is shown
};

} // namespace entracte::desktop
