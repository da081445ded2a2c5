#pragma once

// The keys, buttons and touches that a program knows to be down. They are so at the X server that
// told of them; the next one knows nothing of them, and would never tell that they are up again. So
// the program is told of it as that server would have done: no key repeats for ever, no button
// drags on.

#include "xproxy/state/Record.h"

#include <optional>
#include <vector>

namespace entracte::xproxy {

class HeldInput {
public:
    enum class Kind : std::uint8_t { Key, Button, Touch };
    struct Release {
        Kind kind;
        std::uint32_t detail; // keycode, button, number of the touch
        std::uint32_t time;   // ms, the programs'
    };
    // An event on its way to the program, with the numbers of `extensions`. Told: it is a release.
    std::optional<Release> see(const MessageView& event, const ExtensionTable& extensions);
    // Another program was told of a release: the focus has changed meanwhile.
    void releasedElsewhere(const Release& release);
    // What of it is not down in truth is forgotten; a button above 5 is believed.
    void keepDown(ByteView keymap, std::uint16_t buttons);
    // One event for each, the last that went down first; without a sequence number. Nothing is held
    // after it.
    std::vector<Bytes> takeReleases(const Record& record, ClientId client, ByteOrder order,
                                    std::uint32_t now);
    bool empty() const { return m_held.empty(); }

private:
    struct Press {
        Kind kind;
        std::uint8_t code;  // of the event, with the extensions' first: tells the protocols apart
        std::uint16_t type; // of a generic event
        std::uint16_t device;
        std::uint32_t detail;
        std::uint32_t time;
        std::uint8_t release; // code, or for a generic event type, of the release
        ClientXid window;     // None: of no window (raw)
        Bytes event;
    };
    void press(Press one);
    // In the order in which they went down. A person has ten fingers; more is not believed.
    static constexpr std::size_t kMost = 64;
    std::vector<Press> m_held;
};

} // namespace entracte::xproxy
