#pragma once

// What the helper says is English, since it does not know who reads it. What it finds on a machine
// and in a session's programs (session/doctor, session/criu/Preflight.cpp) is said here in the
// person's language; whatever else it says stays as it is.

#include <QString>

namespace entracte::desktop {

// The sentence, or several after each other, printable.
QString inPersonsWords(const QString& said);

} // namespace entracte::desktop
