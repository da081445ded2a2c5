#pragma once

// Whether this desktop shows icons in a tray, told without Qt's tray icons: what Qt finds on the
// bus when the first of them is made it believes for ever, and at a login a panel may start after
// us.

#include <QAbstractNativeEventFilter>
#include <QDBusConnection>
#include <QDBusServiceWatcher>
#include <QObject>

#include <cstdint>

namespace entracte::desktop {

class TrayWatch : public QObject, public QAbstractNativeEventFilter {
    Q_OBJECT
public:
    explicit TrayWatch(QObject* parent = nullptr);
    ~TrayWatch() override;

    // Answers by found() or by notYet(). found() comes whenever there is one later, too, and may
    // come more than once.
    void begin();

    bool nativeEventFilter(const QByteArray& type, void* message, qintptr* result) override;

signals:
    void found();
    void notYet();

private slots:
    void askBus();

private:
    bool isOnDisplay() const;

    QDBusConnection m_bus;
    QDBusServiceWatcher m_names;
    std::uint32_t m_selection = 0; // atoms; where there is an X server
    std::uint32_t m_manager = 0;
};

} // namespace entracte::desktop
