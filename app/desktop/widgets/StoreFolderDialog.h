#pragma once

// Moves everybody's sessions and snapshots into another folder, as on a larger disk. An
// administrator's authorisation is asked for, and no session may run meanwhile
// (resources/setup/relocate.sh). It goes on when the dialog is closed.

#include "app/desktop/Desk.h"
#include "app/desktop/model/Repairs.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace entracte::desktop {

class StoreFolderDialog : public QDialog {
    Q_OBJECT
public:
    StoreFolderDialog(Desk& desk, const Actions::Storage& storage, QWidget* parent);

signals:
    // The helper answers from the new folder.
    void moved();

private:
    void choose();
    void refresh();
    void move();
    // How many of the sessions that are seen here run; others' are seen by the helper alone.
    int running() const;

    Desk& m_desk;
    const QString m_from;
    QLineEdit* m_folder;
    QLabel* m_hint;
    QLabel* m_problem;
    QProgressBar* m_busy;
    QPushButton* m_move = nullptr;
    bool m_moving = false;
};

} // namespace entracte::desktop
