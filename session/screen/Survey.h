#pragma once

// Looks at a session's windows from outside: their titles, classes and places, and one small
// picture of them all. Nothing of other programs is told or shown: where another's window covers
// one of ours, the picture is blank.

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace entracte::screen {

struct SurveySpec {
    std::string display;
    std::filesystem::path cookieFile; // may be empty
    // Whose windows: those whose connections this process made (X-Resource, QueryClientIds); 0: all
    // on the display.
    pid_t connector = 0;
};

// Writes what SurveyProtocol.h says to `to`. Takes as long as the X server does: to be called in a
// process of its own, whose environment it changes. False when there was nothing to tell.
bool writeSurvey(const SurveySpec& spec, int to);

} // namespace entracte::screen
