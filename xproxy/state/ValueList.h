#pragma once

// A value mask and its values, as CreateWindow, ChangeGC, RENDER's CreatePicture and others carry
// them: 32 bits of meaning for each set bit of the mask, lowest bit first.

#include "xproxy/state/Wire.h"

#include <array>
#include <bit>

namespace entracte::xproxy {

struct ValueList {
    std::uint32_t mask = 0;
    std::array<std::uint32_t, 32> values{};

    static constexpr unsigned bitOf(std::uint32_t flag) {
        return static_cast<unsigned>(std::countr_zero(flag));
    }
    // Reads the values that begin at `offset`. A value is at most 32 bits; those of fewer are
    // padded.
    static ValueList parse(const MessageView& view, std::uint32_t mask, std::size_t offset) {
        ValueList list;
        list.mask = mask;
        for (unsigned bit = 0; bit < 32; ++bit) {
            if (mask & (1u << bit)) {
                list.values[bit] = view.u32(offset);
                offset += 4;
            }
        }
        return list;
    }
    bool has(std::uint32_t flag) const { return (mask & flag) != 0; }
    std::uint32_t at(std::uint32_t flag) const { return values[bitOf(flag)]; }
    void set(std::uint32_t flag, std::uint32_t value) {
        mask |= flag;
        values[bitOf(flag)] = value;
    }
    void unset(std::uint32_t flag) { mask &= ~flag; }
    // Takes over what `changes` has and this does not, or has otherwise; only bits of `which`.
    void merge(const ValueList& changes, std::uint32_t which = ~0u) {
        for (unsigned bit = 0; bit < 32; ++bit)
            if (changes.mask & which & (1u << bit))
                values[bit] = changes.values[bit];
        mask |= changes.mask & which;
    }
    void append(MessageBuilder& builder) const {
        for (unsigned bit = 0; bit < 32; ++bit)
            if (mask & (1u << bit))
                builder.u32(values[bit]);
    }
};

} // namespace entracte::xproxy
