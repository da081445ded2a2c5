#pragma once

// What of the caller's surroundings goes into a session: the display and its cookie, and that part
// of the environment which is about the person (language, theme, input) and not about the caller's
// own session (bus addresses, sockets, terminals), which would lead nowhere inside.

#include "session/base/Result.h"

#include <QMap>
#include <QString>
#include <QVariantMap>

#include <string>
#include <vector>

namespace entracte {

// The variables of `environ` that are passed, and `extra` ("NAME=VALUE") on top. InvalidArgument
// for an extra one without "=".
Result<QMap<QString, QString>> passedEnvironment(const char* const* environment,
                                                 const std::vector<std::string>& extra);

// The options screen, display, xauthority, sessionBus, of DISPLAY, XAUTHORITY (~/.Xauthority when
// not set) and DBUS_SESSION_BUS_ADDRESS.
QVariantMap screenOptions(const QString& kind);

// An absolute path of what the person typed, "." and ".." resolved.
QString absolutePath(const std::string& typed);

} // namespace entracte
