#pragma once

// Above the timeline: which session it is, how it is, what cannot be saved in it, and what can be
// done with it.

#include "app/desktop/widgets/Pieces.h"
#include "app/desktop/widgets/SessionActions.h"

namespace entracte::desktop {

class SessionHeader : public QWidget {
    Q_OBJECT
public:
    SessionHeader(Desk& desk, SessionActions& actions, QWidget* parent);
    void show(const QString& session);

private:
    void refresh();
    void refreshButtons();
    void askPreflight();
    void showFindings(const EntracteFindings& findings);

    Desk& m_desk;
    SessionActions& m_actions;
    QString m_session;
    QString m_examined; // session and state that the badge is about
    QLabel* m_icon;
    ElidedLabel* m_name;
    QLabel* m_mark;
    ElidedLabel* m_line;
    QPushButton* m_save;
    QPushButton* m_suspend;
    QPushButton* m_resume;
    QPushButton* m_attach;
    QToolButton* m_badge;
    QString m_badgeDetails;
};

} // namespace entracte::desktop
