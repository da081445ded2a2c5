#pragma once

// The way from a fresh child in new namespaces to entracte-session: runs in the child alone, as
// root of its user namespace until it becomes the person for good. A single thread without the
// helper's locks, so that it may allocate memory.

#include "session/base/Result.h"
#include "session/container/Container.h"

#include <linux/filter.h>

#include <string>
#include <vector>

namespace entracte {

// All that the child needs, made before the fork.
struct LaunchPlan {
    Person person;
    std::string mountPoint;
    std::vector<ExternalMount> binds; // in the order of mounting
    std::vector<sock_filter> filter;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    int report = -1; // a socket that the program inherits under kReportFd
};

// What entracte-session finds its end of the report socket under: it writes kReady when it listens,
// and closes it.
inline constexpr int kReportFd = 3;
inline constexpr char kReady = 'R';

// Does not return but with an error, which is for the report socket.
Error becomeSession(const LaunchPlan& plan);

} // namespace entracte
