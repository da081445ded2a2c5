#pragma once

// One file out of a running session, or into it, by a process of the person's (session/copy), which
// is given the session's root and nothing else. The helper reads none of it.

#include "session/engine/LiveSessions.h"

namespace entracte {

Status copyFromSession(const std::shared_ptr<Session>& session, const std::string& path, int out,
                       JobControl& job);
Status copyIntoSession(const std::shared_ptr<Session>& session, const CopyPlace& place, int in,
                       JobControl& job);

} // namespace entracte
