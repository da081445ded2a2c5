#pragma once

// What went wrong and was not yet put away by the person; the newest last.

#include "app/desktop/model/Wording.h"

#include <QList>
#include <QObject>

#include <functional>

namespace entracte::desktop {

class Troubles : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    struct Entry {
        int id = 0;
        Trouble trouble;
    };

    // What fails again and again is told once.
    void add(const Trouble& trouble) {
        m_all.removeIf([&trouble](const Entry& entry) {
            return entry.trouble.kind == trouble.kind && entry.trouble.title == trouble.title &&
                   entry.trouble.session == trouble.session;
        });
        m_all.append({++m_last, trouble});
        if (m_all.size() > kMost)
            m_all.removeFirst();
        emit changed();
    }
    void dismiss(int id) {
        m_all.removeIf([id](const Entry& entry) { return entry.id == id; });
        emit changed();
    }
    // It is gone, and what went wrong with it is of no use any more.
    void forget(const std::function<bool(const QString&)>& isGone) {
        const auto count = m_all.removeIf([&isGone](const Entry& entry) {
            return !entry.trouble.session.isEmpty() && isGone(entry.trouble.session);
        });
        if (count > 0)
            emit changed();
    }
    const QList<Entry>& all() const { return m_all; }

signals:
    void changed();

private:
    static constexpr int kMost = 20; // the window shows the newest ones
    QList<Entry> m_all;
    int m_last = 0;
};

} // namespace entracte::desktop
