#pragma once

// A snapshot in the timeline: a card beside the rail, beneath the name of its day where a day
// begins.

#include "app/desktop/Desk.h"

#include <QStyledItemDelegate>

namespace entracte::desktop {

class TimelineDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit TimelineDelegate(const Desk& desk, QObject* parent = nullptr)
        : QStyledItemDelegate(parent), m_desk(desk) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    static bool beginsDay(const QModelIndex& index);
    const Desk& m_desk;
};

} // namespace entracte::desktop
