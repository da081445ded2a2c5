#pragma once

// What this computer lacks for Entracte, and what to do about it: the first thing that is shown
// when something is missing. Asks the helper; where there is none, looks by itself.

#include "app/desktop/Desk.h"
#include "app/desktop/model/Repairs.h"
#include "app/desktop/widgets/Pieces.h"

class QVBoxLayout;

namespace entracte::desktop {

class CheckPage : public QWidget {
    Q_OBJECT
public:
    CheckPage(Desk& desk, QWidget* parent);
    void check();

signals:
    void closed();
    // Nothing that is needed is missing.
    void foundWell();

private:
    void show(const EntracteDoctorFindings& findings);
    // What can be done about it here: a button, or nothing.
    QPushButton* remedyOf(const EntracteDoctorFinding& finding, QWidget* parent);
    void repair(const QString& check, QPushButton* button);
    void lookOurselves(const EntracteDoctorFinding& helper);

    Desk& m_desk;
    Repairs m_repairs;
    QLabel* m_summary;
    QLabel* m_problem; // of the last repair
    QVBoxLayout* m_list;
    QWidget* m_rows = nullptr;
    QPushButton* m_again;
    quint64 m_asked = 0;
};

} // namespace entracte::desktop
