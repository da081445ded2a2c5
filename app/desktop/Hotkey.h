#pragma once

// Keys that work whichever window has the keyboard: grabbed at the X server (XGrabKey; on a Wayland
// desktop nobody may). One combination; whatever Lock and Num Lock are.

#include <QAbstractNativeEventFilter>
#include <QKeySequence>
#include <QObject>

#include <cstdint>
#include <vector>

namespace entracte::desktop {

class Hotkey : public QObject, public QAbstractNativeEventFilter {
    Q_OBJECT
public:
    explicit Hotkey(QObject* parent = nullptr);
    ~Hotkey() override;

    // Whether this desktop lets anybody have such keys.
    static bool isPossible();
    // None when empty. A sentence for the person when they cannot be had.
    QString setKeys(const QKeySequence& keys);

    bool nativeEventFilter(const QByteArray& type, void* message, qintptr* result) override;

signals:
    void pressed();

private:
    void release();

    std::vector<std::uint8_t> m_codes; // keycodes that are grabbed
    std::uint16_t m_modifiers = 0;     // of the X protocol
};

} // namespace entracte::desktop
