#pragma once

// Contents of files by their descriptors, from where these stand.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <string>
#include <sys/stat.h>

namespace entracte {

class PartHash;

// Copies to the end; into `hash` too when there is one.
Status copyContent(int from, int to, PartHash* hash);
bool sameContent(int one, int other);
std::string hashOf(int file); // BLAKE2b; empty when it cannot be read
// A new file of root's alone.
Result<UniqueFd> createIn(int folder, const std::string& name);

} // namespace entracte
