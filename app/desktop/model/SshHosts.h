#pragma once

// The computers that the person's ssh configuration knows by a name.

#include <QStringList>

namespace entracte::desktop {

// Names of "Host" lines in `file` and what it includes, in their order; patterns are none.
QStringList sshHosts(const QString& file);
QStringList personsSshHosts(); // of ~/.ssh/config

} // namespace entracte::desktop
