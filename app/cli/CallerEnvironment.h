#pragma once

// What of the caller's surroundings goes into a session: the display and its cookie, and that part
// of the environment which is about the person (language, theme, input) and not about the caller's
// own session (bus addresses, sockets, terminals), which would lead nowhere inside.

#include "app/cli/Arguments.h"
#include "session/base/Result.h"

#include <QMap>
#include <QString>
#include <QVariantMap>

namespace entracte::cli {

// The variables of `environ` that are passed, and --env's on top. InvalidArgument for a --env
// without "=".
Result<QMap<QString, QString>> passedEnvironment(const char* const* environment,
                                                 const std::vector<std::string>& extra);

// The options screen, width, height, display, xauthority: of what --screen (host when not said) and
// --size say, with DISPLAY and XAUTHORITY (~/.Xauthority when not set).
QVariantMap screenOptions(const Arguments& arguments);

// An absolute path of what the person typed, "." and ".." resolved.
QString absolutePath(const std::string& typed);

} // namespace entracte::cli
