#pragma once

// Which snapshots of a session are kept: the rules, to be changed, and what they would do now to
// the snapshots that are there.

#include "app/desktop/Desk.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QListWidget;
class QSpinBox;

namespace entracte::desktop {

// "hourly=24 daily=7 bytes=20000000000": how many of each kind are kept, and how much at most; all
// when it is empty.
struct Keep {
    int last = 0;
    int hourly = 0;
    int daily = 0;
    int weekly = 0;
    int monthly = 0;
    quint64 bytes = 0; // 0: no limit
    QString other;     // words that are kept as they are

    static Keep ofText(const QString& text);
    QString text() const;
    bool all() const { return text().isEmpty(); }
    // What they come to, a sentence.
    QString sentence() const;
};

class KeepRules : public QWidget {
    Q_OBJECT
public:
    KeepRules(Desk& desk, const QString& rules, QWidget* parent);
    Keep keep() const;
    // The session (an object path) whose snapshots show what the rules would do; none at first.
    void tryOn(const QString& session);

signals:
    void changed();
    // What they would do was shown: it may take another height.
    void previewed();

private:
    void refresh();
    void ask(const Keep& rules);
    void showPreview(const QStringList& removed, quint64 freed);

    Desk& m_desk;
    Keep m_given; // also what nothing here changes
    QString m_session;
    QCheckBox* m_tidies;
    QWidget* m_numbers;
    QList<std::pair<int Keep::*, QSpinBox*>> m_counts;
    QLabel* m_words;
    QListWidget* m_kept; // every snapshot; struck out those that would go
    quint64 m_asked = 0; // the newest question about what would go
};

} // namespace entracte::desktop
