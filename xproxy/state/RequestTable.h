#pragma once

// What becomes of each request that a program can make, and how a replay makes it again. Recorder
// dispatches on this table and RequestPath answers only what stands here as answered, so that
// docs/x-coverage.md, which is written from it, says what happens.

#include "xproxy/state/Extensions.h"

#include <span>

namespace entracte::xproxy {

struct RequestContext;

enum class Fate : std::uint8_t {
    Recorded,   // changes the record
    Kept,       // the latest for each setting is kept as it was sent, and sent again
    Granted,    // recorded when the server's reply grants it
    Draws,      // changes pixels, which are captured
    Answered,   // the proxy answers it, where the table's text says so
    Asked,      // an answer, and nothing remembered
    Momentary,  // done when it is done: nothing of it lasts
    ScreenWide, // changes the screen for everybody on it: not taken to another screen
    NotCarried, // lasts on its server, and is not made again
};

struct RequestRule {
    std::uint8_t opcode; // major of the core protocol, else minor
    Fate fate;
    void (*record)(const RequestContext&); // null: nothing to record
    const char* replay;                    // how it is made again, or why it is not
};

// The rule of a request: its own, or Asked for those that have a reply and no rule of their own.
// Null: no such request.
const RequestRule* ruleOf(Ext ext, std::uint8_t opcode);
std::span<const RequestRule> rulesOf(Ext ext);
std::string_view fateName(Fate fate);

} // namespace entracte::xproxy
