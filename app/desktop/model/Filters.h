#pragma once

// What of the models is shown: not what is about to be deleted, of snapshots those of one session,
// and with a search only what it finds.

#include "app/desktop/model/Deletions.h"

#include <QSortFilterProxyModel>

namespace entracte::desktop {

class Filter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    Filter(QAbstractItemModel& source, const Deletions& deletions, QObject* parent = nullptr);

    // Words that must all occur; none shows all.
    void setSearch(const QString& words);
    // Only what belongs to this session; all when empty.
    void setSession(const QString& path);
    const QString& session() const { return m_session; }
    bool isSearching() const { return !m_words.isEmpty(); }
    QModelIndex indexOf(const QString& path) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    const Deletions& m_deletions;
    QStringList m_words;
    QString m_session;
};

} // namespace entracte::desktop
