#include "xproxy/replay/ColorFiller.h"

#include <array>
#include <bit>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {
constexpr std::size_t kAtOnce = 4096; // pixels or items: any server takes that much
// As often as a program may free a cell afterwards that it allocated without end.
constexpr std::uint32_t kMostTimes = 1000;
} // namespace

void ColorFiller::takeAll() {
    std::size_t colors = ~std::size_t{0};
    for (std::size_t at = 0; at < m_held.size(); ++at) {
        m_held[at].assign(m_cells.channel(at).size(), true);
        colors = std::min(colors, m_held[at].size());
    }
    std::array<std::uint16_t, 3> planes{};
    for (std::size_t at = 0; at < m_held.size(); ++at)
        planes[at] = static_cast<std::uint16_t>(std::countr_zero(m_held[at].size() / colors));
    const auto count = static_cast<std::uint16_t>(colors);
    // The X.Org server of today damages its memory by AllocColorPlanes in a PseudoColor map.
    if (planes == std::array<std::uint16_t, 3>{})
        c.sendAsProxy(
            c.asProxy(core::kAllocColorCells, 0).u32(raw(m_map.id)).u16(count).u16(0).finish());
    else
        c.sendAsProxy(c.asProxy(core::kAllocColorPlanes, 0)
                          .u32(raw(m_map.id))
                          .u16(count)
                          .u16(planes[0])
                          .u16(planes[1])
                          .u16(planes[2])
                          .finish());
}

void ColorFiller::takeWhatIsFree() {
    std::size_t most = m_cells.channel(0).size();
    for (std::size_t at = 0; at < m_held.size(); ++at) {
        m_held[at].assign(m_cells.channel(at).size(), false);
        most = std::min(most, m_held[at].size());
    }
    const auto take = [this](std::size_t colors) {
        c.askAsProxy(c.asProxy(core::kAllocColorCells, 0)
                         .u32(raw(m_map.id))
                         .u16(static_cast<std::uint16_t>(colors))
                         .u16(0)
                         .finish(),
                     [this, self = shared_from_this()](const MessageView& reply) {
                         using namespace core::AllocColorCellsReply;
                         for (std::size_t i = 0; reply.u8(0) == 1 && i < reply.get(pixels_len); ++i)
                             hold(reply.u32(kFixedSize + 4 * i));
                     });
    };
    for (std::size_t colors = most / 2; colors > 0; colors /= 2)
        take(colors);
    take(1);
}

bool ColorFiller::fill() {
    makeShared();
    bool done = c.barrier().has_value();
    for (const ClientId owner : m_cells.owners())
        done = done && m_exact && givePrivate(owner);
    if (done && m_exact)
        for (const ClientId sharer : m_cells.sharers())
            giveShared(sharer);
    done = done && c.barrier().has_value();
    letGo();
    if (done && !m_exact)
        takeBack();
    return done && c.barrier().has_value() && m_exact;
}

void ColorFiller::storeAs(Client& client) {
    MessageBuilder request = c.as(client, core::kStoreColors).u32(raw(m_map.id));
    std::size_t items = 0;
    const auto flush = [&] {
        if (items > 0)
            c.send(client, request.finish());
        request = c.as(client, core::kStoreColors).u32(raw(m_map.id));
        items = 0;
    };
    const bool isDirect = m_cells.channels() > 1;
    const auto isIts = [&](const ColorCells::Cell& cell) {
        return cell.isPrivate && cell.owner == client.id;
    };
    // The X.Org server wants the cells of the other channels to be private, too.
    std::vector<std::uint32_t> others(m_cells.channels());
    for (std::size_t channel = 0; channel < others.size(); ++channel) {
        const auto& cells = m_cells.channel(channel);
        const auto its = std::ranges::find_if(cells, isIts);
        if (its != cells.end())
            others[channel] = part(channel, static_cast<std::uint32_t>(its - cells.begin()));
    }
    for (std::size_t channel = 0; channel < m_cells.channels(); ++channel) {
        const auto& cells = m_cells.channel(channel);
        std::uint32_t rest = 0;
        for (std::size_t other = 0; other < others.size(); ++other)
            rest |= other == channel ? 0 : others[other];
        for (std::uint32_t at = 0; at < cells.size(); ++at) {
            if (!isIts(cells[at]) || !cells[at].isKnown)
                continue;
            const auto& color = cells[at].color;
            const auto store = [&](const ColorCells::Rgb& rgb, unsigned which) {
                request.u32(part(channel, at) | rest).u16(rgb[0]).u16(rgb[1]).u16(rgb[2]);
                request.u8(static_cast<std::uint8_t>(which)).u8(0);
                if (++items == kAtOnce)
                    flush();
            };
            if (isDirect)
                store(color, 1u << channel);
            else if (!m_cells.layout().isGray)
                store(color, 7);
            else
                for (unsigned one = 0; one < 3; ++one) // each may be another grey
                    store({color[one], color[one], color[one]}, 1u << one);
        }
    }
    flush();
}

void ColorFiller::lookAtOthers() {
    m_free = m_held;
    std::size_t most = 0;
    for (const auto& held : m_held)
        most = std::max(most, held.size());
    for (std::uint32_t from = 0; from < most; from += kAtOnce) {
        auto request = c.asProxy(core::kQueryColors).u32(raw(m_map.id));
        for (std::uint32_t at = from; at < std::min(most, from + kAtOnce); ++at) {
            std::uint32_t pixel = 0;
            for (std::size_t channel = 0; channel < m_held.size(); ++channel)
                pixel |= part(channel, at % static_cast<std::uint32_t>(m_held[channel].size()));
            request.u32(pixel);
        }
        c.askAsProxy(request.finish(), [this, self = shared_from_this()](const MessageView& reply) {
            using namespace core::QueryColorsReply;
            for (std::size_t i = 0; reply.u8(0) == 1 && i < reply.get(colors_len); ++i)
                m_colors.push_back({reply.u16(kFixedSize + 8 * i),
                                    reply.u16(kFixedSize + 8 * i + 2),
                                    reply.u16(kFixedSize + 8 * i + 4)});
        });
    }
}

void ColorFiller::keepOthersOf(const ColorFiller& servers) {
    m_kept = m_held;
    auto request = c.asProxy(core::kStoreColors).u32(raw(m_map.id));
    const bool isDirect = m_cells.channels() > 1;
    for (std::size_t channel = 0; channel < m_held.size(); ++channel) {
        const auto& cells = m_cells.channel(channel);
        for (std::uint32_t at = 0; at < cells.size(); ++at) {
            m_kept[channel][at] =
                cells[at].isFree() && !servers.m_free[channel][at] && at < servers.m_colors.size();
            if (!m_kept[channel][at])
                continue;
            const auto& color = servers.m_colors[at];
            std::uint32_t pixel = part(channel, at);
            for (std::size_t other = 0; other < m_held.size(); ++other)
                if (other != channel) // all are held: any does
                    pixel |= part(other, at % static_cast<std::uint32_t>(m_held[other].size()));
            request.u32(pixel).u16(color[0]).u16(color[1]).u16(color[2]);
            request.u8(static_cast<std::uint8_t>(isDirect ? 1u << channel : 7u)).u8(0);
        }
    }
    if (request.size() > core::StoreColors::kFixedSize)
        c.sendAsProxy(request.finish());
}

void ColorFiller::hold(std::uint32_t pixel) {
    for (std::size_t at = 0; at < m_held.size(); ++at)
        if (const auto cell = m_cells.indexIn(at, pixel); cell < m_held[at].size())
            m_held[at][cell] = true;
}

std::vector<std::uint32_t> ColorFiller::pixelsOf(const Lists& lists, const Indices& pad) const {
    std::size_t count = 0;
    for (const auto& list : lists)
        count = std::max(count, list.size());
    std::vector<std::uint32_t> pixels(count);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t channel = 0; channel < lists.size(); ++channel) {
            const auto& list = lists[channel];
            const std::uint32_t other =
                !pad.empty() ? pad[channel] : (list.empty() ? 0 : list.back());
            pixels[i] |= part(channel, i < list.size() ? list[i] : other);
        }
    return pixels;
}

ColorCells::Rgb ColorFiller::colorOf(std::uint32_t pixel) const {
    if (m_cells.channels() == 1)
        return m_cells.channel(0)[m_cells.indexIn(0, pixel)].color;
    ColorCells::Rgb color{};
    for (std::size_t channel = 0; channel < color.size(); ++channel)
        color[channel] = m_cells.channel(channel)[m_cells.indexIn(channel, pixel)].color[channel];
    return color;
}

Bytes ColorFiller::freeing(MessageBuilder request, std::span<const std::uint32_t> pixels) const {
    request.u32(raw(m_map.id)).u32(0);
    for (const std::uint32_t pixel : pixels)
        request.u32(pixel);
    return request.finish();
}

void ColorFiller::freeOurs(std::span<const std::uint32_t> pixels) {
    for (; !pixels.empty(); pixels = pixels.subspan(std::min(kAtOnce, pixels.size())))
        c.askAsProxy(
            freeing(c.asProxy(core::kFreeColors), pixels.first(std::min(kAtOnce, pixels.size()))));
}

void ColorFiller::freeAs(Client& client, std::span<const std::uint32_t> pixels) {
    if (!pixels.empty())
        c.ask(client, freeing(c.as(client, core::kFreeColors), pixels), {}, true);
}

Bytes ColorFiller::allocating(MessageBuilder request, std::uint32_t pixel) const {
    const auto color = colorOf(pixel);
    return request.u32(raw(m_map.id)).u16(color[0]).u16(color[1]).u16(color[2]).pad(2).finish();
}

void ColorFiller::makeShared() {
    const auto isShared = [](const ColorCells::Cell& cell) { return !cell.sharedBy.empty(); };
    Indices any(m_cells.channels(), 0);
    const Lists all = listsOf([&](auto, auto, const auto& cell) { return isShared(cell); });
    for (std::size_t channel = 0; channel < all.size(); ++channel)
        if (!all[channel].empty())
            any[channel] = all[channel].front();
    const Lists ours = listsOf([&](auto channel, auto at, const auto& cell) {
        return isShared(cell) && holds(channel, at);
    });
    for (const std::uint32_t pixel : pixelsOf(ours)) {
        freeOurs(std::array{pixel});
        c.askAsProxy(allocating(c.asProxy(core::kAllocColor), pixel), expecting(pixel));
    }
    // What the server has already, if it is the same.
    const Lists others = listsOf([&](auto channel, auto at, const auto& cell) {
        return isShared(cell) && !holds(channel, at);
    });
    for (const std::uint32_t pixel : pixelsOf(others, any)) {
        c.askAsProxy(allocating(c.asProxy(core::kAllocColor), pixel), expecting(pixel));
        hold(pixel);
    }
}

bool ColorFiller::givePrivate(ClientId owner) {
    Client* client = c.client(owner);
    if (!client)
        return true;
    Lists lists = listsOf([&](auto channel, auto at, const auto& cell) {
        if (!cell.isPrivate || cell.owner != owner)
            return false;
        m_exact = m_exact && holds(channel, at);
        return true;
    });
    if (!m_exact)
        return true;
    // Of DirectColor, as many are allocated of each channel: it lets go of the others again.
    Lists fill(lists.size());
    std::size_t count = 0;
    for (const auto& list : lists)
        count = std::max(count, list.size());
    for (std::size_t channel = 0; channel < lists.size(); ++channel) {
        const auto& cells = m_cells.channel(channel);
        for (std::uint32_t at = 0; at < cells.size() && lists[channel].size() < count; ++at)
            if (cells[at].isFree() && holds(channel, at) && !isKept(channel, at)) {
                fill[channel].push_back(at);
                lists[channel].push_back(at);
            }
    }
    const auto pixels = pixelsOf(lists);
    freeOurs(pixels);
    for (std::size_t channel = 0; channel < lists.size(); ++channel)
        for (const std::uint32_t at : lists[channel])
            m_held[channel][at] = false;
    if (!c.barrier())
        return false;
    c.ask(*client,
          c.as(*client, core::kAllocColorCells)
              .u32(raw(m_map.id))
              .u16(static_cast<std::uint16_t>(pixels.size()))
              .u16(0)
              .finish(),
          [this, self = shared_from_this(), lists](const MessageView& reply) {
              using namespace core::AllocColorCellsReply;
              for (std::size_t i = 0; i < reply.get(pixels_len); ++i)
                  for (std::size_t channel = 0; channel < lists.size(); ++channel)
                      m_exact =
                          m_exact && isIn(lists[channel],
                                          m_cells.indexIn(channel, reply.u32(kFixedSize + 4 * i)));
          });
    storeAs(*client);
    Indices lent(fill.size()); // something of each channel that is not the program's
    for (std::size_t channel = 0; channel < fill.size(); ++channel)
        for (std::uint32_t at = 0; at < m_held[channel].size(); ++at)
            if (holds(channel, at))
                lent[channel] = at;
    freeAs(*client, pixelsOf(fill, lent));
    return c.barrier().has_value();
}

void ColorFiller::giveShared(ClientId sharer) {
    const Lists lists = listsOf([&](auto, auto, const auto& cell) {
        const auto times = cell.sharedBy.find(sharer);
        return times == cell.sharedBy.end() ? 0 : std::min(times->second, kMostTimes);
    });
    if (Client* client = c.client(sharer))
        for (const std::uint32_t pixel : pixelsOf(lists))
            c.ask(*client, allocating(c.as(*client, core::kAllocColor), pixel), expecting(pixel));
}

void ColorFiller::letGo() {
    freeOurs(pixelsOf(listsOf([&](auto channel, auto at, const auto& cell) {
        return holds(channel, at) && (m_isServers || !cell.sharedBy.contains(kNobody)) &&
               !isKept(channel, at);
    })));
}

void ColorFiller::takeBack() {
    const auto all = listsOf([](auto, auto, const auto& cell) { return !cell.isFree(); });
    for (const auto& [id, client] : c.core.clients)
        if (Client* there = c.client(id))
            freeAs(*there, pixelsOf(all));
}
} // namespace entracte::xproxy
