#pragma once

// The system calls that a session is not offered, because CRIU could not save what they make or
// because they would build another container in the container. Inherited by everything in the
// session. They answer what an older kernel would, so that programs take their other road.

#include "session/base/Result.h"

#include <linux/filter.h>

#include <vector>

namespace entracte {

// The program for prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER): made before the fork, because making
// it allocates memory.
Result<std::vector<sock_filter>> sessionFilter();

} // namespace entracte
