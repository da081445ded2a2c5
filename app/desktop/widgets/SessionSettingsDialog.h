#pragma once

// When a session is saved by itself, which of its snapshots are kept, and whether it comes back by
// itself.

#include "app/desktop/Desk.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QSpinBox;

namespace entracte::desktop {

// "hourly=24 daily=7": how many of each kind are kept; all when it is empty.
struct Keep {
    int last = 0;
    int hourly = 0;
    int daily = 0;
    int weekly = 0;
    int monthly = 0;
    QString other; // words that are kept as they are ("bytes=…")

    static Keep ofText(const QString& text);
    QString text() const;
    bool all() const { return text().isEmpty(); }
};

// The choices of "save by itself": seconds, with `current` among them.
QComboBox* intervalBox(uint current, QWidget* parent);

class SessionSettingsDialog : public QDialog {
    Q_OBJECT
public:
    SessionSettingsDialog(Desk& desk, const QString& session, QWidget* parent);
    void accept() override;

private:
    Keep keep() const;
    void refresh();
    void preview(const Keep& rules);
    void showPreview(const QStringList& removed, quint64 freed);

    Desk& m_desk;
    SessionView m_session;
    QComboBox* m_interval;
    QCheckBox* m_comesBack;
    QCheckBox* m_clipboard = nullptr; // of a session in a window
    QCheckBox* m_tidies;
    QWidget* m_rules;
    QList<std::pair<int Keep::*, QSpinBox*>> m_counts;
    QLabel* m_preview;
    QListWidget* m_kept; // every snapshot; struck out those that would go
    quint64 m_asked = 0; // the newest question about what would go
};

} // namespace entracte::desktop
