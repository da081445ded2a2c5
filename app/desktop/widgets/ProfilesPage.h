#pragma once

// The program profiles: which there are, what they do and why; one's own are made, changed and
// deleted here.

#include "app/desktop/model/ProgramProfiles.h"

#include <QWidget>

class QLabel;
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
    void change();
    void remove();
    void undo();
    bool isForGood(const ProgramProfile& profile);
    void tell(const QString& problem);
    void showFolder();
    const ProgramProfile* chosen() const;

    ProgramProfiles m_profiles;
    QListWidget* m_list;
    QLabel* m_words;
    QLabel* m_problem;
    QPushButton* m_add;
    QPushButton* m_change;
    QPushButton* m_remove;
    ProgramProfile m_removed; // the last one that went to the wastebasket
    QString m_trashed;        // where it lies there
    QWidget* m_undoBar;
    QLabel* m_undoWords;
};

} // namespace entracte::desktop
