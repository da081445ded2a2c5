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
    // A vault was opened or locked: what is seen is no longer what was.
    void forget();

signals:
    void arrived(const QString& snapshot);
    void forgotten();

private:
    void ask(const QString& snapshot);

    const HelperLink& m_link;
    QCache<QString, Seen> m_known;
    QSet<QString> m_asked;
    int m_age = 0; // answers to questions of an earlier one come too late
};

} // namespace entracte::desktop
