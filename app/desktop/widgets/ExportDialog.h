#pragma once

// Asks where a snapshot is written to, and whether it is sealed with a passphrase. The file holds
// the programs' memory, and so whatever was typed into them.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace entracte::desktop {

class PassphraseFields;

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(Desk& desk, const QString& snapshot, QWidget* parent);

private:
    void browse();
    void refresh();
    void begin();
    // Why it cannot begin yet; a sentence, empty when it can.
    QString obstacle() const;

    Desk& m_desk;
    QString m_session;
    QString m_snapshot;
    QLineEdit* m_file;
    QLabel* m_fileHint;
    QCheckBox* m_seal;
    PassphraseFields* m_passphrase;
    QPushButton* m_go;
};

} // namespace entracte::desktop
