#pragma once

// A session in the list: its name, a mark and a line for its state, what is kept of it and when it
// is saved next; the icons of its programs, and a sign where one of them cannot be saved.

#include "app/desktop/Desk.h"

#include <QIcon>
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
    // Of its programs but the one that it began with, as its newest snapshot's windows tell.
    QList<QIcon> furtherPrograms(const SessionView& session) const;

    const Desk& m_desk;
};

} // namespace entracte::desktop
