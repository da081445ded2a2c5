#pragma once

// One file out of a running session, or into it, as the person: with no rights but theirs, and with
// every path and link looked up beneath the session's root, as a program in it would. Nothing of a
// session can lead further, nor make anybody wait: what is no regular file is not opened.

#include "session/base/Result.h"

#include <sys/types.h>

#include <string>

namespace entracte::copy {

// What the file at `path` (absolute, in the session) holds, into `out`. InvalidArgument for what is
// no regular file, NotFound, NotAuthorized.
Status copyOut(int root, const std::string& path, int out);

// What `in` gives until its end becomes the file at `path`, whole or not at all; one that is there
// is replaced. In a folder of that name, `name` is the file. `mode`: its permissions.
Status copyIn(int root, const std::string& path, const std::string& name, mode_t mode, int in);

} // namespace entracte::copy
