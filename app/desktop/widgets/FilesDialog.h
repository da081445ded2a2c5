#pragma once

// Asks which documents count: those in shared folders that were changed outside since a snapshot
// was taken, before the session comes back from it. Nothing has been touched yet.

#include "app/desktop/Desk.h"

#include <QDialog>

namespace entracte::desktop {

class FilesDialog : public QDialog {
    Q_OBJECT
public:
    FilesDialog(Desk& desk, const Return& what, const EntracteChangedFiles& files, QWidget* parent);
};

} // namespace entracte::desktop
