#pragma once

// Shows what is in an exported session before anything is made of it, asks for the passphrase of a
// sealed one, and imports it. The file is a stranger's until the helper has checked all of it.

#include "app/desktop/Desk.h"

#include <QDialog>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace entracte::desktop {

class Preview;

class ImportDialog : public QDialog {
    Q_OBJECT
public:
    ImportDialog(Desk& desk, const QString& file, QWidget* parent);
    // The person chooses a file; empty when none.
    static QString chooseFile(QWidget* parent);

private:
    QWidget* waitingPage();
    QWidget* passphrasePage();
    QWidget* contentPage();
    QWidget* troublePage();
    void look();
    void show(const Result<ExportPreview>& seen);
    void explain(const Error& error);
    void turnTo(QWidget* page);
    void go();

    Desk& m_desk;
    QString m_file;
    bool m_sealed = false;
    QString m_passphrase; // that opened it
    QStackedWidget* m_pages;
    QWidget* m_waiting;
    QWidget* m_asking;
    QWidget* m_content;
    QWidget* m_trouble;
    QLineEdit* m_key = nullptr;
    QLabel* m_wrong = nullptr;
    Preview* m_picture = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_snapshot = nullptr;
    QLabel* m_holds = nullptr;
    QLabel* m_windows = nullptr;
    QLabel* m_size = nullptr;
    QLabel* m_what = nullptr;
    QString m_details; // of the trouble
    QPushButton* m_go;
};

} // namespace entracte::desktop
