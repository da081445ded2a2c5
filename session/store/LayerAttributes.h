#pragma once

// Extended attributes of a file, by a directory descriptor and a single name in it; links are not
// followed.

#include "session/base/Result.h"

#include <map>
#include <string>
#include <string_view>

namespace entracte {

// All but trusted.overlay.origin, .uuid and .nlink (docs: Documentation/filesystems/overlayfs.rst):
// these point into the file system of the moment, and with index=on the kernel refuses a layer
// where they do not fit.
Result<std::map<std::string, std::string>> readAttributes(int directory, const std::string& name);

Status writeAttribute(int directory, const std::string& name, const std::string& key,
                      std::string_view value);

} // namespace entracte
