#pragma once

// Gives processes whose session (setsid(2)) CRIU could not make again one of their own.
//
// A process gets its session from its parent when it is made. CRIU makes each as a child of the
// parent it has at the dump, so the leader must be among its ancestors; only for children of PID 1
// it makes a leader that ends again. A desktop's session manager is often a subreaper
// (PR_SET_CHILD_SUBREAPER): daemons whose first process has ended become *its* children, and the
// restore would end with "Can't find a session leader". To such a daemon it matters that it is in
// no session of a terminal, not in which: it becomes the leader of a new one, and its descendants
// in the same session follow it.
//
// Pure: bytes in, bytes out. Runs in entracte-criu-inspect (TerminalImages.h says why).

#include "session/base/Result.h"

#include <string>
#include <string_view>

namespace entracte {

// `processes`: pstree.img. Empty when nothing is to be changed; SnapshotDamaged when it is not what
// CRIU writes.
Result<std::string> mendSessions(std::string_view processes);

} // namespace entracte
