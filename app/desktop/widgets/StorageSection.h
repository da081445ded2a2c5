#pragma once

// A part of the preferences: where snapshots lie, how much room they take, and how much they may.
// They are everybody's, so that changing it takes an administrator's authorisation.

#include "app/desktop/Desk.h"
#include "app/desktop/model/Repairs.h"

#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace entracte::desktop {

class StorageSection : public QWidget {
    Q_OBJECT
public:
    StorageSection(Desk& desk, QWidget* parent);

signals:
    // It may need more room from now on.
    void told();

private:
    void ask();
    void show(const Actions::Storage& storage);
    void refresh();
    void apply();

    Desk& m_desk;
    Repairs m_repairs;
    Actions::Storage m_storage;
    QLabel* m_words;
    QDoubleSpinBox* m_most; // GB
    QDoubleSpinBox* m_keepFree;
    QPushButton* m_apply;
    QPushButton* m_folder;
    QLabel* m_problem;
};

} // namespace entracte::desktop
