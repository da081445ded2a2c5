#pragma once

// What the person has set, in the XDG configuration directory (entracte/desktop.conf), and whether
// the application starts at login (a file in autostart, as the XDG autostart specification has it).

#include <QByteArray>
#include <QObject>
#include <QSettings>

namespace entracte::desktop {

class Settings : public QObject {
    Q_OBJECT
public:
    enum class Colours { AsDesktop, Light, Dark };
    Q_ENUM(Colours)

    // Kinds of notification that can be turned off.
    static constexpr const char* kDone = "done";
    static constexpr const char* kFailed = "failed";
    static constexpr const char* kInterrupted = "interrupted";
    static constexpr const char* kLowSpace = "low-space";

    explicit Settings(QObject* parent = nullptr);

    bool notifies(const QString& kind) const;
    void setNotifies(const QString& kind, bool on);

    Colours colours() const;
    void setColours(Colours colours);

    // Saves every session, whichever window has the keyboard; "" for none. As
    // QKeySequence::toString(PortableText) writes it.
    QString hotkey() const;
    void setHotkey(const QString& keys);
    // Why it does not work, a sentence; "" when it does.
    const QString& hotkeyProblem() const { return m_hotkeyProblem; }
    void setHotkeyProblem(const QString& problem) { m_hotkeyProblem = problem; }

    // What a new session begins with: saved by itself every so many seconds (0: never), and which
    // of its snapshots are kept ("hourly=24 daily=7"; "": all).
    uint newSessionSeconds() const;
    void setNewSessionSeconds(uint seconds);
    QString newSessionKeep() const;
    void setNewSessionKeep(const QString& rules);

    bool startsAtLogin() const;
    // A sentence for the person when it cannot be written.
    QString setStartsAtLogin(bool on);

    // The window closes into the tray; without a tray it always ends.
    bool staysInTray() const;
    void setStaysInTray(bool on);

    QByteArray bytes(const QString& key) const;
    void setBytes(const QString& key, const QByteArray& value);
    bool flag(const QString& key) const;
    void setFlag(const QString& key, bool value);

    static QString autostartFile();

signals:
    void changed();

private:
    QSettings m_file;
    QString m_hotkeyProblem;
};

} // namespace entracte::desktop
