#pragma once

// A session in the list: its program's icon, its name, a mark and a line for its state.

#include "app/desktop/Desk.h"

#include <QStyledItemDelegate>

namespace entracte::desktop {

class SessionDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit SessionDelegate(const Desk& desk, QObject* parent = nullptr)
        : QStyledItemDelegate(parent), m_desk(desk) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const Desk& m_desk;
};

} // namespace entracte::desktop
