#pragma once

// The commands, one function each behind run(). Every one looks what it is about (by name or id),
// calls the helper, waits for the job, and prints what came of it.

#include "app/cli/Arguments.h"

namespace entracte::cli {

// The exit status, everything having been printed. A QCoreApplication exists.
int run(const Arguments& arguments);

} // namespace entracte::cli
