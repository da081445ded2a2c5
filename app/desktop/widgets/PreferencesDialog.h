#pragma once

// What can be set. Everything takes effect at once.

#include "app/desktop/Desk.h"
#include "app/desktop/widgets/PagedDialog.h"

class QFormLayout;

namespace entracte::desktop {

class PreferencesDialog : public PagedDialog {
    Q_OBJECT
public:
    PreferencesDialog(Desk& desk, bool hasTray, QWidget* parent);

private:
    QWidget* generalPage(bool hasTray);
    void addHotkey(QFormLayout* form);
    QWidget* newSessionsPage();
    QWidget* storagePage();

    Desk& m_desk;
};

// All shortcuts of a window, as its actions have them.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent);
};

} // namespace entracte::desktop
