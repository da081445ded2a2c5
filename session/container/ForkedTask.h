#pragma once

// Opens a descriptor in a child process that may do what the helper's own threads must not: become
// the person, enter a namespace, map a stranger's memory. The child runs one function, hands its
// descriptor back and ends; if it takes too long (a file system that hangs) it is killed.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <cstdint>
#include <functional>
#include <string>

namespace entracte {

struct ForkedResult {
    UniqueFd fd;
    std::uint64_t value = 0;
};

// `task` returns a descriptor, or -1 with errno set. `what` says in words what could not be done;
// the error's detail holds "errno N".
Result<ForkedResult> openInChild(const std::string& what,
                                 const std::function<int(std::uint64_t& value)>& task);

} // namespace entracte
