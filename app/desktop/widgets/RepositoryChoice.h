#pragma once

// Which repository, and its passphrase where that is asked for. The command line knows them all
// (`entracte remote add`); it is asked once, when this appears.

#include "app/desktop/Desk.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace entracte::desktop {

class RepositoryChoice : public QWidget {
    Q_OBJECT
public:
    RepositoryChoice(Desk& desk, QWidget* parent);

    QString name() const;
    QString passphrase() const; // empty where the command knows it
    QStringList passphraseArguments() const;
    bool takesOver() const;
    bool isUsable() const;
    void tell(const QString& sentence); // empty: nothing
    // What was given is not taken: the keyboard is where it is given anew.
    void askAnew(const QString& why);

signals:
    void changed();

private:
    // Looks which there are, and chooses the one of that name.
    void list(const QString& chosen = {}, const QString& passphrase = {});
    void listed(const Errands::Answer& answer);
    void refresh();
    bool asks() const;

    Desk& m_desk;
    QString m_chosen; // what is to be chosen when they are listed
    QString m_given;  // its passphrase, which was just given
    QComboBox* m_names;
    QLineEdit* m_passphrase;
    QCheckBox* m_takeOver;
    QLabel* m_hint;
    QFormLayout* m_form;
};

} // namespace entracte::desktop
