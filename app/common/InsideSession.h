#pragma once

namespace entracte {

// Whether this process is a program of a session (session/init/InitProtocol.h, kContainerPath). The
// helper is outside and cannot be reached from there.
bool insideSession();

} // namespace entracte
