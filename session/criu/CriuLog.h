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

struct CriuFailure : Error {
    // NOLINTNEXTLINE(google-explicit-constructor): what is no more than an error is one of these
    CriuFailure(Error error, bool passesByItself = false)
        : Error(std::move(error)), passes(passesByItself) {}

    bool passes; // what stood in the way: the same may succeed in a moment
};

// From the text of a log. Its detail is the decisive line; a log without an error gives a generic
// sentence.
CriuFailure diagnoseLog(CriuVerb verb, std::string_view log);

// From the log file, whose path joins the detail. An unreadable log is not an error of its own.
CriuFailure diagnoseLogFile(CriuVerb verb, const std::filesystem::path& log);

} // namespace entracte
