#pragma once

// At the foot of the window: work under way with its phases, what went wrong, and what can still be
// undone. Takes no room when there is nothing to tell.

#include "app/desktop/Desk.h"
#include "app/desktop/widgets/Pieces.h"

#include <QMap>
#include <QProgressBar>
#include <QTimer>

class QVBoxLayout;

namespace entracte::desktop {

class JobRow : public Card {
    Q_OBJECT
public:
    JobRow(Desk& desk, const QString& path, QWidget* parent);
    void show(const JobState& state);

private:
    Desk& m_desk;
    ElidedLabel* m_what;
    ElidedLabel* m_progress;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
};

// What the command line does for the person: without a measure, so the bar only moves.
class ErrandRow : public Card {
    Q_OBJECT
public:
    ErrandRow(Desk& desk, int id, QWidget* parent);
    void show(const Errand& errand);

private:
    ElidedLabel* m_what;
    ElidedLabel* m_progress;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
};

class TroubleCard : public Card {
    Q_OBJECT
public:
    TroubleCard(Desk& desk, const Troubles::Entry& entry, QWidget* parent);

signals:
    void checkAsked();
    void unlockAsked();
};

class UndoBar : public Card {
    Q_OBJECT
public:
    UndoBar(Desk& desk, QWidget* parent);

private:
    void refresh();
    Desk& m_desk;
    ElidedLabel* m_text;
    QLabel* m_files; // of a session: what goes with it
    QProgressBar* m_left;
    QTimer m_tick; // only while something waits
};

class JobsPanel : public QWidget {
    Q_OBJECT
public:
    JobsPanel(Desk& desk, QWidget* parent);

signals:
    void checkAsked();
    void unlockAsked();

private:
    void resizeEvent(QResizeEvent* event) override;
    void refreshJobs();
    void refreshErrands();
    void refreshTroubles();

    Desk& m_desk;
    QVBoxLayout* m_troubles;
    QLabel* m_more;
    QVBoxLayout* m_rows;
    QMap<QString, JobRow*> m_jobs;
    QMap<int, ErrandRow*> m_errands;
    QMap<int, TroubleCard*> m_cards;
};

} // namespace entracte::desktop
