#pragma once

// The program profiles: which there are, what they do and why; one's own are made, changed and
// deleted here.

#include "app/desktop/model/ProgramProfiles.h"

#include <QDialog>
#include <QWidget>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace entracte::desktop {

class ProfilesPage : public QWidget {
    Q_OBJECT
public:
    explicit ProfilesPage(QWidget* parent);

signals:
    // It may take another height.
    void told();

private:
    void read();
    void refresh();
    void edit(const ProgramProfile& profile);
    void remove();
    void showFolder();
    const ProgramProfile* chosen() const;

    ProgramProfiles m_profiles;
    QListWidget* m_list;
    QLabel* m_words;
    QLabel* m_problem;
    QPushButton* m_add;
    QPushButton* m_change;
    QPushButton* m_remove;
};

// One profile of the person's, new or changed.
class ProfileDialog : public QDialog {
    Q_OBJECT
public:
    ProfileDialog(const ProgramProfile& profile, QWidget* parent);
    void accept() override;

signals:
    void written();

private:
    void refresh();
    ProgramProfile typed() const;

    ProgramProfile m_profile;
    QLineEdit* m_programs;
    QLineEdit* m_arguments;
    QLineEdit* m_variables;
    QLineEdit* m_notes;
    QLabel* m_problem;
    QPushButton* m_save;
};

} // namespace entracte::desktop
