#pragma once

// Sends a snapshot to a repository, and fetches a session from one. What is in a repository is
// asked for, and whatever its names say comes from whoever wrote there.

#include "app/desktop/Desk.h"

#include <QDialog>

class QListWidget;
class QPushButton;

namespace entracte::desktop {

class RepositoryChoice;

class PushDialog : public QDialog {
    Q_OBJECT
public:
    PushDialog(Desk& desk, const QString& snapshot, QWidget* parent);

private:
    void begin(const SnapshotView& snapshot);

    Desk& m_desk;
    RepositoryChoice* m_choice;
};

class PullDialog : public QDialog {
    Q_OBJECT
public:
    PullDialog(Desk& desk, QWidget* parent);

private:
    void look();
    void looked(const Errands::Answer& answer);
    void forget(); // another repository is chosen
    void begin();
    void refresh();

    Desk& m_desk;
    RepositoryChoice* m_choice;
    QListWidget* m_sessions;
    QPushButton* m_look;
    QPushButton* m_go;
    bool m_looking = false;
    int m_asked = 0; // the newest question
};

} // namespace entracte::desktop
