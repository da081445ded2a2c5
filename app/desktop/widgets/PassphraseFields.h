#pragma once

// A new passphrase, typed twice, and how hard it is to guess.

#include <QWidget>

class QLabel;
class QLineEdit;
class QProgressBar;

namespace entracte::desktop {

inline constexpr int kBesideNames = 8; // pixels between the names and the fields

class PassphraseFields : public QWidget {
    Q_OBJECT
public:
    explicit PassphraseFields(QWidget* parent);

    QString text() const;
    // Something was typed, twice the same.
    bool isUsable() const;
    void clear();

signals:
    void changed();

private:
    void refresh();

    QLineEdit* m_once;
    QLineEdit* m_again;
    QProgressBar* m_strength;
    QLabel* m_words;
};

} // namespace entracte::desktop
