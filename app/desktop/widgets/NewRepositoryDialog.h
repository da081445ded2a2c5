#pragma once

// Gives a repository a name, and makes it where there is none in that place: a folder, or what
// rclone or ssh reaches. The command line does it, as the person (app/desktop/model/Errands.h).

#include "app/desktop/Desk.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace entracte::desktop {

class PassphraseFields;

class NewRepositoryDialog : public QDialog {
    Q_OBJECT
public:
    NewRepositoryDialog(Desk& desk, QWidget* parent);

signals:
    void made(const QString& name, const QString& passphrase);

private:
    void chooseFolder();
    void refresh();
    void make();
    void told(const Errands::Answer& answer);

    Desk& m_desk;
    QLineEdit* m_name;
    QLineEdit* m_place;
    PassphraseFields* m_passphrase;
    QLabel* m_trouble;
    QPushButton* m_make = nullptr;
    bool m_making = false;
};

} // namespace entracte::desktop
