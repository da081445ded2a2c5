#pragma once

// What programs were told of "the server" by the session's first one, and are told for ever.

#include "xproxy/proxy/SetupInfo.h"
#include "xproxy/state/Extensions.h"

#include <array>
#include <string>
#include <vector>

namespace entracte::xproxy {

// One of RENDER's picture formats (RENDER protocol, section 6).
struct PictFormatInfo {
    std::uint32_t id = 0;
    std::uint8_t type = 0;
    std::uint8_t depth = 0;
    std::array<std::uint16_t, 8> masks{}; // red shift, red mask, green…, blue…, alpha…
    bool looksLike(const PictFormatInfo& other) const {
        return type == other.type && depth == other.depth && masks == other.masks;
    }
};

struct ServerFace {
    SetupInfo setup;
    ExtensionTable extensions;
    std::size_t longestRequest = ~std::size_t{0}; // bytes
    std::vector<PictFormatInfo> pictFormats;
    Bytes pictFormatsReply; // whole, host order
    // GLX's frame buffer configurations, in the order that the server lists them.
    struct FbConfig {
        std::uint32_t id = 0;
        std::uint32_t visual = 0;
        std::vector<std::uint32_t> properties; // all the others
    };
    std::vector<FbConfig> fbConfigs;
    Bytes fbConfigsReply;     // whole, host order; empty: no GLX
    Bytes visualConfigsReply; // the same
    // RANDR's numbers, in the order that the server lists them.
    std::vector<std::uint32_t> crtcs;
    std::vector<std::uint32_t> outputs;
    std::vector<std::uint32_t> modes;
    // XI2 devices: id and use, in the order that the server lists them.
    struct Device {
        std::uint16_t id = 0;
        std::uint16_t use = 0;
    };
    std::vector<Device> devices;
    // SYNC's system counters (SERVERTIME, IDLETIME, …): name and the server's number.
    struct SystemCounter {
        std::string name;
        std::uint32_t id = 0;
        std::int64_t resolution = 0;
    };
    std::vector<SystemCounter> systemCounters;
    std::uint32_t time = 0;      // ms, when asked
    std::int64_t serverTime = 0; // the same with the bits that SERVERTIME has besides
};

} // namespace entracte::xproxy
