#pragma once

// Which network a session has, as StartSession's `network` takes it: all that the person reaches,
// none, or ports of this computer that are typed. A copy of a session may keep what that one has.

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace entracte::desktop {

class NetworkChoice : public QWidget {
    Q_OBJECT
public:
    explicit NetworkChoice(QWidget* parent);

    QWidget* kinds() const; // for a label's buddy
    // Whether "as it was" is a choice, and then the first one.
    void setCopies(bool copies);
    // "nat", "none", "host-limited:PORT,PORT"; empty: not to be said, the helper's default counts.
    QString network() const;
    bool isUsable() const;

signals:
    void changed();

private:
    void refresh();

    QComboBox* m_kinds;
    QLineEdit* m_ports;
    QLabel* m_hint;
    bool m_copies = false;
};

// Ports as a person types them, with commas or blanks between; empty when one is no port, or none
// is there, or more than the helper takes.
QStringList typedPorts(const QString& text);

} // namespace entracte::desktop
