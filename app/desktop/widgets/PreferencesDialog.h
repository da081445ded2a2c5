#pragma once

// What can be set. Everything takes effect at once.

#include "app/desktop/Desk.h"

#include <QDialog>

class QScrollArea;

namespace entracte::desktop {

class PreferencesDialog : public QDialog {
    Q_OBJECT
public:
    PreferencesDialog(Desk& desk, bool hasTray, QWidget* parent);

private:
    void fit();
    void showProfiles();
    QScrollArea* m_scroll;
};

// All shortcuts of a window, as its actions have them.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent);
};

} // namespace entracte::desktop
