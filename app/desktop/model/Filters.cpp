#include "app/desktop/model/Filters.h"

#include "app/desktop/model/ObjectModel.h"

#include <algorithm>

namespace entracte::desktop {

Filter::Filter(QAbstractItemModel& source, const Deletions& deletions, QObject* parent)
    : QSortFilterProxyModel(parent), m_deletions(deletions) {
    setSourceModel(&source);
    connect(&deletions, &Deletions::changed, this, [this] { invalidateFilter(); });
}

void Filter::setSearch(const QString& words) {
    m_words = words.simplified().split(' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

void Filter::setSession(const QString& path) {
    if (path == m_session)
        return;
    m_session = path;
    invalidateFilter();
}

QModelIndex Filter::indexOf(const QString& path) const {
    for (int row = 0; row < rowCount(); ++row)
        if (index(row, 0).data(PathRole).toString() == path)
            return index(row, 0);
    return {};
}

bool Filter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const auto index = sourceModel()->index(row, 0, parent);
    if (m_deletions.isHidden(index.data(PathRole).toString()))
        return false;
    if (!m_session.isEmpty() && index.data(SessionRole).toString() != m_session)
        return false;
    if (m_words.isEmpty())
        return true;
    const auto text = index.data(SearchRole).toString();
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
        return text.contains(word, Qt::CaseInsensitive);
    });
}

} // namespace entracte::desktop
