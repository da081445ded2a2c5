#pragma once

// The chosen snapshot: what it looks like, what is in it, and what can be done with it.

#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/SessionActions.h"
#include "app/desktop/widgets/WindowStrip.h"

#include <QFormLayout>
#include <QPixmap>
#include <QTimer>

class QLineEdit;

namespace entracte::desktop {

// The picture of a snapshot in the size that there is.
class Preview : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;
    // `caption`: over the picture; none when empty. `window`: only that one of its windows.
    void show(const SnapshotView& snapshot, const QByteArray& png, const QString& caption = {},
              const QPixmap& window = {});
    QSize sizeHint() const override { return {320, 200}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return width * 10 / 16; }

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void paintWindow(QPainter& painter, const QRectF& place) const;

    SnapshotView m_snapshot;
    QByteArray m_png;
    QString m_caption;
    QPixmap m_window;
};

class SnapshotPanel : public QWidget {
    Q_OBJECT
public:
    SnapshotPanel(Desk& desk, SessionActions& actions, QWidget* parent);
    void show(const QString& snapshot);
    // Only to look at, while the mouse is there; the chosen one again when empty.
    void glanceAt(const QString& snapshot);

signals:
    // It was written, or thought better of: the keyboard goes back to the timeline.
    void commentDone();

protected:
    // The timeline's: the mouse has left it.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();
    void refreshPicture();
    QString sinceText(const SnapshotView& snapshot) const;
    void saveComment();

    Desk& m_desk;
    SessionActions& m_actions;
    QString m_snapshot;
    QString m_glance;
    QString m_windowTitle; // of the one that is looked at
    QPixmap m_window;
    Preview* m_preview;
    WindowStrip* m_strip;
    QLineEdit* m_comment; // edited in place
    QLabel* m_taken;
    QLabel* m_windows;
    QLabel* m_since;
    QLabel* m_stored;
    QLabel* m_frozen;
    QLabel* m_frees;
    QTimer m_minute; // "5 minutes ago" grows old; only while it can be seen
};

} // namespace entracte::desktop
