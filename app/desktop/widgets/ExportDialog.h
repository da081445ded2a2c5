#pragma once

// Asks where a snapshot is written to, and whether it is sealed with a passphrase. The file holds
// the programs' memory, and so whatever was typed into them.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace entracte::desktop {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(Desk& desk, const QString& snapshot, QWidget* parent);

private:
    QWidget* passphrasePart();
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
    QWidget* m_sealing; // all about the passphrase
    QLineEdit* m_passphrase;
    QLineEdit* m_again;
    QProgressBar* m_strength;
    QLabel* m_strengthWords;
    QPushButton* m_go;
};

} // namespace entracte::desktop
