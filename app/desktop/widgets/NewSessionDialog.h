#pragma once

// Asks what a new session is to hold: an installed application or a command, on which screen, with
// which folders.

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
class QSpinBox;
class QSortFilterProxyModel;
class QTabWidget;
class QToolButton;

namespace entracte::desktop {

class NetworkChoice;

class NewSessionDialog : public QDialog {
    Q_OBJECT
public:
    NewSessionDialog(Desk& desk, QWidget* parent);
    StartRequest request() const;

private:
    QWidget* applicationPage();
    QWidget* commandPage();
    QWidget* templatePage();
    QWidget* limits(QWidget* parent);
    QWidget* options();
    QWidget* folders(QWidget* parent);
    void addFolder();
    void makeRoom();
    void refresh();
    const InstalledProgram* chosenProgram() const;
    QStringList command() const;

    Desk& m_desk;
    QTabWidget* m_tabs;
    QLineEdit* m_search;
    QSortFilterProxyModel* m_found;
    QListView* m_programs;
    QLineEdit* m_command;
    QListWidget* m_templates;
    QComboBox* m_memory;
    QComboBox* m_cpu;
    QLineEdit* m_name;
    QComboBox* m_screen;
    QLabel* m_screenHint;
    QSpinBox* m_width;
    QSpinBox* m_height;
    QWidget* m_size;
    QFormLayout* m_form;
    QToolButton* m_more;
    QCheckBox* m_clipboard;
    NetworkChoice* m_network;
    QListWidget* m_folders;
    QComboBox* m_interval;
    QDialogButtonBox* m_buttons;
};

} // namespace entracte::desktop
