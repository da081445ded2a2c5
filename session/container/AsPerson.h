#pragma once

// What the person may do, asked of the kernel as the person: modes alone do not tell (lists of
// access rights, file systems of other computers).

#include "session/base/Result.h"
#include "session/engine/Types.h"

#include <string>
#include <vector>

namespace entracte {

// In a child of the helper (ForkedTask.h), which is the person from here on; it ends where that
// fails.
void becomeInChild(const Person& person);

// Of these folders (absolute) those that the person can enter, in their order.
Result<std::vector<std::string>> foldersWithinReach(const Person& person,
                                                    std::vector<std::string> folders);

} // namespace entracte
