#pragma once

// Our own icons. Those of actions are drawn in the colour of the text around them, in light and
// dark, at any scale; the tray's tells what is going on.

#include "app/desktop/model/InstalledPrograms.h"

#include <QColor>
#include <QIcon>
#include <QPixmap>

namespace entracte::desktop {

// resources/icons/actions/NAME.svg in the palette's colour; in `colour` when one is given.
QIcon actionIcon(const QString& name, const QColor& colour = {});
// As the theme has it, which takes a while to look for.
QIcon applicationIcon();
// Our own, drawn when it is needed.
QIcon emblem();

enum class Activity { Idle, Working, Attention };
// `fraction`: of the work, 0..1.
QIcon trayIcon(Activity activity, double fraction = 0);

// The installed application's that the command is; a plain one otherwise.
QIcon programIcon(const InstalledPrograms& programs, const QStringList& command);
QIcon iconOf(const InstalledProgram& program);

} // namespace entracte::desktop
