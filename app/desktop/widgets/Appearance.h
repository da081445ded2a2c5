#pragma once

// Light and dark. A desktop that brings its own style and colours to Qt keeps them; where there is
// none, ours are used, dark or light as the desktop's settings say (org.freedesktop.appearance of
// the settings portal) or the person chose.

#include "app/desktop/model/Settings.h"

#include <QColor>
#include <QDBusVariant>
#include <QObject>
#include <QPalette>

namespace entracte::desktop {

class Appearance : public QObject {
    Q_OBJECT
public:
    explicit Appearance(const Settings& settings, QObject* parent = nullptr);
    static QPalette palette(bool dark);

private slots:
    void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void askDesktop();
    void apply();

    const Settings& m_settings;
    QPalette m_desktops; // as Qt found it
    bool m_ownStyle;     // the desktop brings none
    bool m_desktopIsDark = false;
};

// Colours that stand for something, for text and marks on the palette's ground.
enum class Tone { Good, Calm, Warning, Bad, Faint };
QColor toneColour(Tone tone, const QPalette& palette);
Tone toneOfState(const QString& sessionState);
// A colour between two; `share` of the second, 0..1.
QColor mixed(const QColor& first, const QColor& second, double share);

} // namespace entracte::desktop
