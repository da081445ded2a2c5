#pragma once

// Asks which computer a session shall go on at, and says beforehand what will happen. Of a move
// whose end is not known, it asks what the person knows.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace entracte::desktop {

class MoveDialog : public QDialog {
    Q_OBJECT
public:
    MoveDialog(Desk& desk, const QString& session, QWidget* parent);

private:
    void askWhere(QVBoxLayout* column);
    void askWhatBecame(QVBoxLayout* column);
    void refresh();
    void begin(const QStringList& arguments, const QString& host);

    Desk& m_desk;
    SessionView m_session;
    QComboBox* m_host = nullptr;
    QLabel* m_hint = nullptr;
    QCheckBox* m_keep = nullptr;
    QPushButton* m_go = nullptr;
};

} // namespace entracte::desktop
