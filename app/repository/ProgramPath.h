#pragma once

// Where in the person's PATH a program is.

#include <string>

namespace entracte::repository {

// Empty when it is nowhere. Folders that are not absolute are not looked at.
std::string programPath(const std::string& name);

} // namespace entracte::repository
