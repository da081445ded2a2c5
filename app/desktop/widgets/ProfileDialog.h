#pragma once

// One program profile of the person's, new or changed.

#include "app/desktop/model/ProgramProfiles.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace entracte::desktop {

class ProfileDialog : public QDialog {
    Q_OBJECT
public:
    ProfileDialog(const ProgramProfile& profile, QWidget* parent);
    void accept() override;

signals:
    void written();

private:
    void refresh();
    void tell(const QString& problem);
    QString wrongWords() const;
    ProgramProfile typed() const;

    ProgramProfile m_profile;
    bool m_replaces = false; // the file has changed meanwhile, and the person knows
    QLineEdit* m_programs;
    QLineEdit* m_arguments;
    QLineEdit* m_variables;
    QLineEdit* m_notes;
    QLabel* m_problem;
    QPushButton* m_save;
};

} // namespace entracte::desktop
