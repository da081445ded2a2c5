#pragma once

// Everything that can be done with the chosen session and snapshot, as QActions that know when they
// can be: shared by the window, its menus and the page of shortcuts.

#include "app/desktop/Desk.h"

#include <QAction>
#include <QObject>
#include <QPointer>

namespace entracte::desktop {

class SessionActions : public QObject {
    Q_OBJECT
public:
    SessionActions(Desk& desk, QWidget* window);

    void choose(const QString& session, const QString& snapshot);
    const QString& session() const { return m_session; }
    const QString& snapshot() const { return m_snapshot; }

    QAction* save;
    QAction* suspend;
    QAction* resume;         // the newest
    QAction* resumeSnapshot; // the chosen one; of a session that runs: go back to it
    QAction* beside;         // a copy from the chosen one
    QAction* pin;            // checkable
    QAction* compare;        // the chosen one with another
    QAction* verify;         // the chosen one: reads it back
    QAction* exportIt;       // the chosen one, into a file
    QAction* push;           // the chosen one, to a repository
    QAction* move;           // the session, to another computer
    QAction* comment;        // emits commentAsked
    QAction* rename;
    QAction* settings;
    QAction* launch; // a program in it
    QAction* attach;
    QAction* detach;
    QAction* end;
    QAction* remove; // the session
    QAction* removeSnapshot;

    QList<QAction*> all() const;
    void update();

signals:
    void updated();
    void commentAsked();

private:
    QAction* make(const QString& icon, const QString& text, const QString& tip,
                  const QKeySequence& keys, void (SessionActions::*run)());
    void runSave() { m_desk.actions.snapshot(m_session); }
    void runSuspend() { m_desk.actions.suspend(m_session); }
    void runResume() { m_desk.actions.resume(m_session); }
    void runResumeSnapshot();
    void runBeside();
    void runPin() { m_desk.actions.setPinned(m_snapshot, pin->isChecked()); }
    void runCompare();
    void runVerify();
    void runExport();
    void runPush();
    void runMove();
    void runComment() { emit commentAsked(); }
    void runRename();
    void runSettings();
    void runLaunch();
    void runAttach() { m_desk.actions.attach(m_session); }
    void runDetach() { m_desk.actions.detach(m_session); }
    void runEnd();
    void runRemove();
    void runRemoveSnapshot();
    void tellVerified(const JobState& job);

    Desk& m_desk;
    QWidget* m_window;
    QString m_session;
    QString m_snapshot;
    bool m_verifying = false;
};

} // namespace entracte::desktop
