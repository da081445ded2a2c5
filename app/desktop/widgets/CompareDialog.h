#pragma once

// Two snapshots of a session beside each other, and what lies between them in words.

#include "app/desktop/Desk.h"

#include <QDialog>

class QComboBox;
class QLabel;

namespace entracte::desktop {

class Preview;

class CompareDialog : public QDialog {
    Q_OBJECT
public:
    // Begins with `snapshot` and the one before it.
    CompareDialog(Desk& desk, const QString& snapshot, QWidget* parent);

private:
    struct Side {
        QComboBox* choice = nullptr;
        Preview* picture = nullptr;
        QLabel* figures = nullptr;
        QString path() const;
    };
    Side side(const QString& name);
    void refresh();
    const SnapshotView* showSide(const Side& side);

    Desk& m_desk;
    Side m_one;
    Side m_other;
    QLabel* m_heading;
    QLabel* m_lines;
};

} // namespace entracte::desktop
