#pragma once

// Folders of the person's that a session shows live. Their paths come from a caller of the bus:
// they are opened as the person, so that nothing is shown that the person could not open, and with
// no symbolic link on the way, so that the folder shown is the one that was named.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/container/Container.h"

#include <string>

namespace entracte {

// Whether such a path may be shared in this session: InvalidArgument says why not.
Status checkSharedPath(const ContainerSpec& spec, const std::string& path);

// The folder as O_PATH, opened with the person's credentials.
Result<UniqueFd> openAsPerson(const Person& person, const std::string& path);

} // namespace entracte
