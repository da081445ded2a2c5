#pragma once

// When a session is saved by itself, which of its snapshots are kept, whether it comes back by
// itself; what it may use and what it reaches.

#include "app/desktop/Desk.h"
#include "app/desktop/widgets/PagedDialog.h"

class QCheckBox;
class QComboBox;

namespace entracte::desktop {

class KeepRules;
class LimitsChoice;

class SessionSettingsDialog : public PagedDialog {
    Q_OBJECT
public:
    SessionSettingsDialog(Desk& desk, const QString& session, QWidget* parent);
    void accept() override;

private:
    QWidget* snapshotsPage();
    QWidget* reachPage();

    Desk& m_desk;
    SessionView m_session;
    QComboBox* m_interval;
    QCheckBox* m_comesBack;
    KeepRules* m_rules;
    QCheckBox* m_clipboard = nullptr; // of a session in a window
    LimitsChoice* m_limits = nullptr;
};

} // namespace entracte::desktop
