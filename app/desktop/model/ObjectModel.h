#pragma once

// A list of the helper's objects of one interface, kept in an order of its own, each with the value
// that its properties make. The three models differ in the value and the order only.

#include "dbus/client/BusTypes.h"

#include <QAbstractListModel>
#include <QHash>
#include <QVariantMap>

#include <algorithm>
#include <vector>

namespace entracte::desktop {

// What every one of the models answers under Qt::UserRole and beyond.
enum Role {
    PathRole = Qt::UserRole + 1,
    SearchRole,  // all words that a search may find
    SessionRole, // the object path of the session that it belongs to
    DayRole,     // QDate, snapshots only
};

// What is told to all models alike.
class ObjectList : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    virtual const char* interfaceName() const = 0;
    virtual void replaceAll(const QList<std::pair<QString, QVariantMap>>& objects) = 0;
    virtual void appeared(const QString& path, const QVariantMap& properties) = 0;
    virtual void changed(const QString& path, const QVariantMap& changed) = 0;
    virtual void vanished(const QString& path) = 0;
};

template <typename View>
class ObjectModel : public ObjectList {
public:
    using ObjectList::ObjectList;

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    const View& at(int row) const { return m_rows[static_cast<std::size_t>(row)].view; }
    const View* find(const QString& path) const {
        const int row = rowOf(path);
        return row < 0 ? nullptr : &at(row);
    }
    int rowOf(const QString& path) const {
        const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                        [&](const Row& row) { return row.path == path; });
        return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
    }

    void replaceAll(const QList<std::pair<QString, QVariantMap>>& objects) override {
        beginResetModel();
        m_rows.clear();
        for (const auto& [path, properties] : objects)
            m_rows.push_back({path, properties, viewOf(path, properties)});
        std::stable_sort(m_rows.begin(), m_rows.end(), [this](const Row& a, const Row& b) {
            return comesBefore(a.view, b.view);
        });
        endResetModel();
    }
    void appeared(const QString& path, const QVariantMap& properties) override {
        if (rowOf(path) >= 0) // told twice, once by the look at everything
            return changed(path, properties);
        Row row{path, properties, viewOf(path, properties)};
        const auto place =
            std::upper_bound(m_rows.begin(), m_rows.end(), row, [this](const Row& a, const Row& b) {
                return comesBefore(a.view, b.view);
            });
        const int at = static_cast<int>(place - m_rows.begin());
        beginInsertRows({}, at, at);
        m_rows.insert(place, std::move(row));
        endInsertRows();
    }
    void changed(const QString& path, const QVariantMap& changed) override {
        const int at = rowOf(path);
        if (at < 0)
            return;
        auto& row = m_rows[static_cast<std::size_t>(at)];
        row.properties.insert(changed);
        row.view = viewOf(path, row.properties);
        emit dataChanged(index(at), index(at));
    }
    void vanished(const QString& path) override {
        const int at = rowOf(path);
        if (at < 0)
            return;
        beginRemoveRows({}, at, at);
        m_rows.erase(m_rows.begin() + at);
        endRemoveRows();
    }

protected:
    virtual View viewOf(const QString& path, const QVariantMap& properties) const = 0;
    virtual bool comesBefore(const View& a, const View& b) const = 0;
    const QString& pathAt(int row) const { return m_rows[static_cast<std::size_t>(row)].path; }

private:
    struct Row {
        QString path;
        QVariantMap properties;
        View view;
    };
    std::vector<Row> m_rows;
};

} // namespace entracte::desktop
