#pragma once

// What went wrong and was not yet put away by the person; the newest last.

#include "app/desktop/model/Wording.h"

#include <QList>
#include <QObject>

namespace entracte::desktop {

class Troubles : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    struct Entry {
        int id = 0;
        Trouble trouble;
    };

    void add(const Trouble& trouble) {
        m_all.append({++m_last, trouble});
        if (m_all.size() > kMost)
            m_all.removeFirst();
        emit changed();
    }
    void dismiss(int id) {
        m_all.removeIf([id](const Entry& entry) { return entry.id == id; });
        emit changed();
    }
    const QList<Entry>& all() const { return m_all; }

signals:
    void changed();

private:
    static constexpr int kMost = 5; // more would hide what they are about
    QList<Entry> m_all;
    int m_last = 0;
};

} // namespace entracte::desktop
