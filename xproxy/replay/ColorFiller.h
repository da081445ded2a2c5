#pragma once

// Gives programs the cells of one colormap by the pixels that they had.
//
// No request asks for a certain pixel. So the proxy first takes every cell that is free; then it
// lets go of those that somebody had, and while they are the only free ones that program allocates
// them. At the end it lets go of the rest.

#include "xproxy/replay/ReplayContext.h"

#include <algorithm>

namespace entracte::xproxy {

// Lives as long as an answer is missing: each question holds it.
class ColorFiller : public std::enable_shared_from_this<ColorFiller> {
public:
    using Indices = std::vector<std::uint32_t>; // of cells of one channel
    using Lists = std::vector<Indices>;         // one for each channel
    ColorFiller(ReplayContext& context, std::shared_ptr<const Colormap> colormap)
        : c(context), m_colormap(std::move(colormap)), m_map(*m_colormap), m_cells(*m_map.cells),
          m_held(m_cells.channels()) {}

    // Of a colormap in which all cells are free.
    void takeAll();
    // Of one in which others may have some. In each request half of what may be left.
    void takeWhatIsFree();

    // False: some cell has not the pixel that it had; nobody has anything then.
    bool fill();
    // What was stored in the program's cells.
    void storeAs(Client& client);
    // It is the server's own: some of its cells are the server's.
    void beScreens() { m_isServers = true; }

    // After takeWhatIsFree(): the colours of what others have.
    void lookAtOthers();
    // What others have in the server's own stays in this one as it is there, where no program has
    // it: RENDER draws with such cells, and windows of others keep their colours.
    void keepOthersOf(const ColorFiller& servers);

private:
    static bool isIn(const Indices& list, std::size_t at) {
        return std::ranges::find(list, at) != list.end();
    }
    bool isKept(std::size_t channel, std::uint32_t at) const {
        return !m_kept.empty() && m_kept[channel][at];
    }
    bool holds(std::size_t channel, std::uint32_t at) const { return m_held[channel][at]; }
    void hold(std::uint32_t pixel);
    std::uint32_t part(std::size_t channel, std::uint32_t at) const {
        return at << m_cells.layout().shift(channel);
    }
    // Each cell as often as `which` says.
    template <typename Which>
    Lists listsOf(Which which) const {
        Lists lists(m_cells.channels());
        for (std::size_t channel = 0; channel < lists.size(); ++channel) {
            const auto& cells = m_cells.channel(channel);
            for (std::uint32_t at = 0; at < cells.size(); ++at)
                lists[channel].insert(lists[channel].end(), which(channel, at, cells[at]), at);
        }
        return lists;
    }
    // Pixels of DirectColor name a cell of each channel: where one list is shorter, `pad` (of each
    // channel) or else its last stands in.
    std::vector<std::uint32_t> pixelsOf(const Lists& lists, const Indices& pad = {}) const;
    ColorCells::Rgb colorOf(std::uint32_t pixel) const;

    Bytes freeing(MessageBuilder request, std::span<const std::uint32_t> pixels) const;
    // What of it is not held is an error for that cell, and the others are let go all the same.
    void freeOurs(std::span<const std::uint32_t> pixels);
    void freeAs(Client& client, std::span<const std::uint32_t> pixels);
    Bytes allocating(MessageBuilder request, std::uint32_t pixel) const;
    std::function<void(const MessageView&)> expecting(std::uint32_t pixel) {
        return [this, self = shared_from_this(), pixel](const MessageView& reply) {
            if (reply.u8(0) != 1 || reply.get(wire::core::AllocColorReply::pixel) != pixel)
                m_exact = false;
        };
    }

    // The proxy has each shared cell once, so that all programs find it.
    void makeShared();

    bool givePrivate(ClientId owner);

    void giveShared(ClientId sharer);

    // All that is still held, but for the colours that every screen has.
    void letGo();
    void takeBack();

    ReplayContext& c;
    const std::shared_ptr<const Colormap> m_colormap;
    const Colormap& m_map;
    const ColorCells& m_cells;
    using Marks = std::vector<std::vector<bool>>; // of each channel's cells
    Marks m_held;                                 // by the proxy
    Marks m_free;
    Marks m_kept;
    std::vector<ColorCells::Rgb> m_colors; // of the server's cells
    bool m_isServers = false;
    bool m_exact = true;
};

} // namespace entracte::xproxy
