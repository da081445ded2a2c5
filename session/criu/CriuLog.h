#pragma once

// Turns CRIU's log into one sentence: what could not be saved or brought back, why, and what to do.
//
// The log holds names that programs chose. A program may so mislead its owner about the cause, but
// nothing of it is shown unless made printable, nothing is interpreted, and reading is bounded.

#include "session/base/Result.h"

#include <filesystem>
#include <string_view>

namespace entracte {

enum class CriuVerb { Dump, Restore };

// From the text of a log. Its detail is the decisive line; a log without an error gives a generic
// sentence.
Error diagnoseLog(CriuVerb verb, std::string_view log);

// From the log file, whose path joins the detail. An unreadable log is not an error of its own.
Error diagnoseLogFile(CriuVerb verb, const std::filesystem::path& log);

} // namespace entracte
