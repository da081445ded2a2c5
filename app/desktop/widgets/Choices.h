#pragma once

// What is chosen for a session when it starts and later: how often it is saved by itself, what it
// may use.

#include <QWidget>

class QComboBox;

namespace entracte::desktop {

// The choices of "save by itself": seconds, with `current` among them.
QComboBox* intervalBox(uint current, QWidget* parent);

// Memory (bytes) and processor time (percent of one) at most; 0: no limit.
class LimitsChoice : public QWidget {
    Q_OBJECT
public:
    explicit LimitsChoice(QWidget* parent, quint64 memory = 0, uint cpuPercent = 0);
    quint64 memory() const;
    uint cpuPercent() const;

private:
    QComboBox* m_memory;
    QComboBox* m_cpu;
};

} // namespace entracte::desktop
