#pragma once

// Deleting that can be taken back: what is to be deleted is hidden at once, and deleted when its
// time is up, unless the person thinks better of it. Until then nothing has been asked of the
// helper, so that whatever happens to this program, nothing is lost.

#include <QList>
#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>

namespace entracte::desktop {

class Deletions : public QObject {
    Q_OBJECT
public:
    static constexpr int kUndoMs = 10'000;

    struct Item {
        QString path;
        QString name;
        bool isSession = false;
    };

    explicit Deletions(int undoMs = kUndoMs, QObject* parent = nullptr);

    void add(const Item& item);
    // Takes back all that still waits.
    void undo();
    // The person has seen enough: what waits is deleted now.
    void deleteNow();
    // The helper refused: it is there still.
    void refused(const QString& path);

    bool isHidden(const QString& path) const;
    const QList<Item>& waiting() const { return m_waiting; }
    int millisecondsLeft() const { return m_timer.remainingTime(); }

signals:
    void changed();
    // Now it is really to be deleted.
    void due(const entracte::desktop::Deletions::Item& item);

private:
    QList<Item> m_waiting;
    QSet<QString> m_asked; // hidden until the helper says that they are gone
    QTimer m_timer;
};

} // namespace entracte::desktop
