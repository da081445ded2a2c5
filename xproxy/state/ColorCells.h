#pragma once

// The cells of a colormap from which programs allocate (X protocol, section 9 "Colormap"): those of
// PseudoColor and GrayScale visuals, and of DirectColor ones, where red, green and blue have cells
// of their own. Pixels of all other visuals are computed, and nothing is kept of them.
//
// Written from what the server granted. A replay makes each cell again by the same pixel, for the
// same program.

#include "xproxy/state/Ids.h"

#include <array>
#include <map>
#include <span>
#include <vector>

namespace entracte::xproxy {

class ColorCells {
public:
    // What a visual says of its pixels. One channel, whose mask is that of all cells, or three.
    struct Layout {
        std::vector<std::uint32_t> masks;
        std::uint8_t bitsPerRgb = 0;
        bool isGray = false; // the server stores the brightness of what it is told
        std::size_t cells(std::size_t channel) const;
        unsigned shift(std::size_t channel) const;
    };
    // Layout of one whose pixels are indices; of a DirectColor one.
    static Layout indexed(std::uint32_t entries, std::uint8_t bitsPerRgb, bool isGray);
    static Layout direct(std::uint32_t red, std::uint32_t green, std::uint32_t blue,
                         std::uint8_t bitsPerRgb);

    using Rgb = std::array<std::uint16_t, 3>;
    struct Cell {
        // Read-only, how often for whom; of nobody's programs: the server's own.
        std::map<ClientId, std::uint32_t> sharedBy;
        bool isPrivate = false; // one program may store into it
        ClientId owner = kNobody;
        bool isKnown = false;     // something was stored
        std::uint32_t stores = 0; // how often
        Rgb color{};              // of a DirectColor cell, its channel's number only
        bool isFree() const { return !isPrivate && sharedBy.empty(); }
    };

    explicit ColorCells(Layout layout);

    const Layout& layout() const { return m_layout; }
    std::size_t channels() const { return m_layout.masks.size(); }
    // Nobody ever had one: room is made for them when somebody has.
    bool isUntouched() const { return m_channels.front().empty(); }
    std::size_t bytes() const;
    // Empty while it is untouched.
    const std::vector<Cell>& channel(std::size_t channel) const { return m_channels[channel]; }
    std::size_t indexIn(std::size_t channel, std::uint32_t pixel) const {
        return (pixel & m_layout.masks[channel]) >> m_layout.shift(channel);
    }

    // AllocColor, AllocNamedColor.
    void share(ClientId client, std::uint32_t pixel, const Rgb& color);
    // AllocColorCells, AllocColorPlanes: each pixel with each set of bits of the masks.
    void own(ClientId client, std::span<const std::uint32_t> pixels, std::uint32_t masks);
    void ownAll(ClientId client);
    // FreeColors.
    void free(ClientId client, std::span<const std::uint32_t> pixels, std::uint32_t planes);
    // StoreColors: bits of `which` are red, green, blue. Only private cells take it.
    void store(std::uint32_t pixel, const Rgb& color, std::uint8_t which);
    // How often something was stored there: an answer that comes late tells by it whether it still
    // holds. Of all channels.
    std::uint32_t stores(std::uint32_t pixel) const;
    void clientGone(ClientId client);
    // What CopyColormapAndFree makes: the program's cells, which are free here afterwards.
    ColorCells takeOf(ClientId client);

    // Programs with private cells, or with any.
    std::vector<ClientId> owners() const;
    std::vector<ClientId> sharers() const;

private:
    void touch();
    template <typename Do>
    void eachCell(std::span<const std::uint32_t> pixels, std::uint32_t planes, Do act);

    Layout m_layout;
    std::vector<std::vector<Cell>> m_channels;
};

} // namespace entracte::xproxy
