#include "xproxy/state/ColorCells.h"

#include <algorithm>
#include <bit>
#include <set>

namespace entracte::xproxy {

namespace {

constexpr std::size_t kMostCells = 1u << 16; // of a channel: more than any visual has

bool release(ColorCells::Cell& cell, ClientId client) {
    if (cell.isPrivate) {
        if (cell.owner != client)
            return false;
        cell = {};
        return true;
    }
    const auto share = cell.sharedBy.find(client);
    if (share == cell.sharedBy.end())
        return false;
    if (--share->second == 0)
        cell.sharedBy.erase(share);
    return true;
}

} // namespace

std::size_t ColorCells::Layout::cells(std::size_t channel) const {
    return (masks[channel] >> shift(channel)) + std::size_t{1};
}

unsigned ColorCells::Layout::shift(std::size_t channel) const {
    return masks[channel] == 0 ? 0 : static_cast<unsigned>(std::countr_zero(masks[channel]));
}

ColorCells::Layout ColorCells::indexed(std::uint32_t entries, std::uint8_t bitsPerRgb,
                                       bool isGray) {
    return {{std::bit_ceil(std::max(entries, 1u)) - 1}, bitsPerRgb, isGray};
}

ColorCells::Layout ColorCells::direct(std::uint32_t red, std::uint32_t green, std::uint32_t blue,
                                      std::uint8_t bitsPerRgb) {
    return {{red, green, blue}, bitsPerRgb, false};
}

ColorCells::ColorCells(Layout layout)
    : m_layout(std::move(layout)), m_channels(m_layout.masks.size()) {}

void ColorCells::touch() {
    for (std::size_t c = 0; c < channels(); ++c)
        m_channels[c].resize(std::min(m_layout.cells(c), kMostCells));
}

std::size_t ColorCells::bytes() const {
    std::size_t sum = 0;
    for (const auto& cells : m_channels)
        sum += cells.size() * sizeof(Cell);
    return sum;
}

// What is named several times costs no more than once: a program may name millions of pixels.
template <typename Do>
void ColorCells::eachCell(std::span<const std::uint32_t> pixels, std::uint32_t planes, Do act) {
    for (std::size_t c = 0; c < channels(); ++c) {
        auto& cells = m_channels[c];
        const std::uint32_t bits = (planes & m_layout.masks[c]) >> m_layout.shift(c);
        std::map<std::uint32_t, std::uint32_t> bases; // how often each
        for (const std::uint32_t pixel : pixels)
            ++bases[static_cast<std::uint32_t>(indexIn(c, pixel)) & ~bits];
        for (const auto& [base, times] : bases)
            for (std::uint32_t some = bits;; some = (some - 1) & bits) {
                if (const std::size_t at = base | some; at < cells.size())
                    act(cells[at], times);
                if (some == 0)
                    break;
            }
    }
}

void ColorCells::share(ClientId client, std::uint32_t pixel, const Rgb& color) {
    touch();
    for (std::size_t c = 0; c < channels(); ++c) {
        const std::size_t at = indexIn(c, pixel);
        if (at >= m_channels[c].size() || m_channels[c][at].isPrivate)
            continue;
        Cell& cell = m_channels[c][at];
        ++cell.sharedBy[client];
        cell.isKnown = true;
        cell.color = color;
    }
}

void ColorCells::own(ClientId client, std::span<const std::uint32_t> pixels, std::uint32_t masks) {
    touch();
    eachCell(pixels, masks, [client](Cell& cell, std::uint32_t) {
        if (!cell.isFree())
            return;
        cell.isPrivate = true;
        cell.owner = client;
    });
}

void ColorCells::ownAll(ClientId client) {
    touch();
    for (auto& cells : m_channels)
        for (Cell& cell : cells) {
            cell.isPrivate = true;
            cell.owner = client;
        }
}

void ColorCells::free(ClientId client, std::span<const std::uint32_t> pixels,
                      std::uint32_t planes) {
    eachCell(pixels, planes, [client](Cell& cell, std::uint32_t times) {
        while (times-- > 0 && release(cell, client)) {
        }
    });
}

void ColorCells::store(std::uint32_t pixel, const Rgb& given, std::uint8_t which) {
    const bool isDirect = channels() > 1;
    Rgb color = given;
    if (m_layout.isGray) // as the X.Org server reckons it
        color.fill(
            static_cast<std::uint16_t>((30u * given[0] + 59u * given[1] + 11u * given[2]) / 100));
    for (std::size_t c = 0; c < channels(); ++c) {
        const std::size_t at = indexIn(c, pixel);
        if (at >= m_channels[c].size() || !m_channels[c][at].isPrivate)
            continue;
        Cell& cell = m_channels[c][at];
        for (std::size_t part = 0; part < color.size(); ++part) {
            if (!(which & 1u << part) || (isDirect && part != c))
                continue;
            cell.color[part] = color[part];
            cell.isKnown = true;
            ++cell.stores;
        }
    }
}

std::uint32_t ColorCells::stores(std::uint32_t pixel) const {
    std::uint32_t sum = 0;
    for (std::size_t c = 0; c < channels(); ++c)
        if (const std::size_t at = indexIn(c, pixel); at < m_channels[c].size())
            sum += m_channels[c][at].stores;
    return sum;
}

void ColorCells::clientGone(ClientId client) {
    for (auto& cells : m_channels)
        for (Cell& cell : cells) {
            cell.sharedBy.erase(client);
            if (cell.isPrivate && cell.owner == client)
                cell = {};
        }
}

ColorCells ColorCells::takeOf(ClientId client) {
    ColorCells taken(m_layout);
    if (!isUntouched())
        taken.touch();
    for (std::size_t c = 0; c < channels(); ++c)
        for (std::size_t i = 0; i < m_channels[c].size(); ++i) {
            Cell& cell = m_channels[c][i];
            Cell& copy = taken.m_channels[c][i];
            if (cell.isPrivate && cell.owner == client) {
                copy = cell;
                cell = {};
            } else if (const auto share = cell.sharedBy.find(client);
                       share != cell.sharedBy.end()) {
                copy = cell;
                copy.sharedBy = {*share};
                cell.sharedBy.erase(share);
            }
        }
    return taken;
}

std::vector<ClientId> ColorCells::owners() const {
    std::set<ClientId> all;
    for (const auto& cells : m_channels)
        for (const Cell& cell : cells)
            if (cell.isPrivate)
                all.insert(cell.owner);
    return {all.begin(), all.end()};
}

std::vector<ClientId> ColorCells::sharers() const {
    std::set<ClientId> all;
    for (const auto& cells : m_channels)
        for (const Cell& cell : cells)
            for (const auto& [client, times] : cell.sharedBy)
                all.insert(client);
    return {all.begin(), all.end()};
}

} // namespace entracte::xproxy
