#pragma once

// Asks what a new session is to hold: an installed application or a command, on which screen, with
// which folders. Or only for a program to be started in one that runs.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListView;
class QListWidget;
class QScrollArea;
class QSpinBox;
class QSortFilterProxyModel;
class QTabWidget;
class QToolButton;

namespace entracte::desktop {

class FolderChoice;
class LimitsChoice;
class NetworkChoice;

class NewSessionDialog : public QDialog {
    Q_OBJECT
public:
    // `inside`: a session that runs, in which only a program is to be started.
    NewSessionDialog(Desk& desk, QWidget* parent, const QString& inside = {});
    StartRequest request() const;

private:
    QWidget* applicationPage();
    QWidget* commandPage();
    QWidget* templatePage();
    QWidget* options();
    void becomeLauncher(const QString& session, QLabel& intro);
    void makeRoom();
    int highest() const; // pixels; that the screen has room for
    void refresh();
    const InstalledProgram* chosenProgram() const;
    QStringList command() const;

    Desk& m_desk;
    bool m_inside;
    QScrollArea* m_scroll;
    QTabWidget* m_tabs;
    QLineEdit* m_search;
    QSortFilterProxyModel* m_found;
    QListView* m_programs;
    QLineEdit* m_command;
    QListWidget* m_templates;
    QLineEdit* m_name;
    QComboBox* m_screen;
    QLabel* m_screenHint;
    QSpinBox* m_width;
    QSpinBox* m_height;
    QCheckBox* m_fullScreen;
    QWidget* m_size;
    QWidget* m_options;
    QLabel* m_note; // where files stay
    QFormLayout* m_form;
    QToolButton* m_more;
    QCheckBox* m_clipboard;
    NetworkChoice* m_network;
    FolderChoice* m_folders;
    QComboBox* m_interval;
    LimitsChoice* m_limits;
    QDialogButtonBox* m_buttons;
};

} // namespace entracte::desktop
