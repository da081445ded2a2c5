#pragma once

// The extensions that programs are offered (all others are hidden from them), and the numbers that
// programs know them by: those of the session's first server, for ever.

#include "xproxy/state/Wire.h"

#include <array>
#include <optional>
#include <string_view>

namespace entracte::xproxy {

enum class Ext : std::uint8_t {
    Core,
    BigRequests,
    XcMisc,
    Render,
    Shm,
    XFixes,
    Shape,
    Sync,
    RandR,
    Xinerama,
    Xkb,
    XInput,
    GenericEvent,
    Damage,
    Composite,
    ScreenSaver,
    XTest,
    Glx,
    DoubleBuffer,
    Res,
    Count
};
inline constexpr std::size_t kExtCount = static_cast<std::size_t>(Ext::Count);

// X-Resource is offered also where the server lacks it. Servers number from 128 on: none has this.
inline constexpr std::uint8_t kResByProxy = 255;

// As QueryExtension spells it; "core" for the core protocol.
std::string_view extensionName(Ext ext);
std::optional<Ext> extensionByName(std::string_view name);

struct ExtensionNumbers {
    std::uint8_t major = 0; // 0: not there
    std::uint8_t firstEvent = 0;
    std::uint8_t firstError = 0;
    bool present() const { return major != 0; }
};

// One world's numbers, and the way back from a number to the extension.
class ExtensionTable {
public:
    void set(Ext ext, ExtensionNumbers numbers);
    const ExtensionNumbers& of(Ext ext) const { return m_numbers[static_cast<std::size_t>(ext)]; }

    // Of a request; Core for 1 to 127; nothing for a number that nobody has.
    std::optional<Ext> byMajor(std::uint8_t major) const {
        if (major < 128)
            return Ext::Core;
        const Ext ext = m_byMajor[major - 128u];
        return ext == Ext::Core ? std::nullopt : std::optional(ext);
    }
    struct Place {
        Ext ext;
        std::uint8_t offset;
    };
    // Of an event without the SendEvent bit, and of an error. Core for the core protocol's.
    std::optional<Place> byEvent(std::uint8_t code) const;
    std::optional<Place> byError(std::uint8_t code) const;

private:
    std::array<ExtensionNumbers, kExtCount> m_numbers{};
    std::array<Ext, 128> m_byMajor{}; // of 128 to 255; Core: nobody
};

// The schema of a request of `ext`, null where there is none.
const wire::MessageSchema* requestSchema(Ext ext, std::uint8_t majorOrMinor);
// XKB's events share one code: the event's own bytes tell which it is.
const wire::MessageSchema* eventSchema(Ext ext, std::uint8_t offset, ByteView event);
const wire::MessageSchema* genericEventSchema(Ext ext, std::uint16_t evtype);
const wire::MessageSchema* errorSchema(Ext ext, std::uint8_t offset);
// How many codes its events and errors take.
std::size_t eventCount(Ext ext);
std::size_t errorCount(Ext ext);

} // namespace entracte::xproxy
