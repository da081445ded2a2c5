#pragma once

// The keyboard as programs know it: which key means what, which keys are modifiers, which of them
// are down or locked. The proxy listens to the server for changes, so that at the next server, be
// it after a crash, it can tell programs what is different there, and only that.

#include "xproxy/state/Wire.h"

#include <functional>

namespace entracte::xproxy {

struct Core;

struct KeyboardState { // XKB protocol, 2
    std::uint8_t mods = 0, baseMods = 0, latchedMods = 0, lockedMods = 0;
    std::uint8_t group = 0, lockedGroup = 0;
    std::int16_t baseGroup = 0, latchedGroup = 0;
    std::uint8_t compatState = 0, grabMods = 0, compatGrabMods = 0, lookupMods = 0,
                 compatLookupMods = 0;
    std::uint16_t buttons = 0;
    bool operator==(const KeyboardState&) const = default;
    // As StateNotify names what is different (XKB protocol, 16.4.2).
    std::uint16_t changedSince(const KeyboardState& before) const;
};

inline constexpr std::size_t kKeyboardHeader = 8; // of a reply, with what differs each time

struct Keyboard {
    std::uint8_t minKeycode = 8;
    std::uint8_t maxKeycode = 255;
    // Replies without their header, host byte order.
    Bytes symbols;
    Bytes modifiers;
    Bytes map; // XKB's, in full; empty: there is no XKB
    KeyboardState state;
};

// On the utility connection; `done` is called when the answers are there.
void askKeyboard(Core& core, std::function<void(Keyboard)> done);
// From now on what the server tells of the keyboard is kept in `core`. It has been asked before, or
// is so now.
void watchKeyboard(Core& core);
// An event on the utility connection, in the programs' world.
void hearOfKeyboard(Core& core, const MessageView& event);

} // namespace entracte::xproxy
