#pragma once

// The pictures of snapshots, and the titles of the windows in them: asked for when they are to be
// seen, kept while there is room, never waited for.

#include "app/desktop/model/HelperLink.h"

#include <QByteArray>
#include <QCache>
#include <QObject>
#include <QSet>
#include <QStringList>

namespace entracte::desktop {

class Pictures : public QObject {
    Q_OBJECT
public:
    explicit Pictures(const HelperLink& link, QObject* parent = nullptr);

    struct Seen {
        QByteArray png; // empty: the session had no screen, or the answer is under way
        EntracteWindows windows;
        bool told = false; // false: the answer is under way
    };
    // What is known by now; asks for the rest, once.
    Seen of(const QString& snapshot);

signals:
    void arrived(const QString& snapshot);

private:
    void ask(const QString& snapshot);

    const HelperLink& m_link;
    QCache<QString, Seen> m_known;
    QSet<QString> m_asked;
};

} // namespace entracte::desktop
