#pragma once

// The atoms that programs of the session have seen, with their names: an atom means its name, its
// number is only this session's. Predefined atoms (X protocol, appendix B) need no entry.

#include "xproxy/state/Ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace entracte::xproxy {

inline constexpr std::uint32_t kLastPredefinedAtom = 68;
// Beyond what a server ever counts up to: programs may hold numbers of the first server of which
// nothing was learned. The top three bits are 0, as in every atom.
inline constexpr std::uint32_t kFirstFreshAtom = 0x0100'0000;

class AtomNames {
public:
    // A name becomes known for a number.
    void learn(ClientAtom atom, std::string_view name);
    // The number of a name; given a fresh one when it has none.
    ClientAtom intern(std::string_view name);
    // A number nobody has, for an atom whose name is not known yet.
    ClientAtom fresh();

    std::optional<ClientAtom> find(std::string_view name) const;
    // Empty: not known.
    std::string_view nameOf(ClientAtom atom) const;
    const std::unordered_map<std::uint32_t, std::string>& all() const { return m_names; }
    // Of those that a server gave.
    std::uint32_t highest() const { return m_highest; }

private:
    std::unordered_map<std::uint32_t, std::string> m_names;
    std::unordered_map<std::string, std::uint32_t> m_numbers;
    std::uint32_t m_highest = kLastPredefinedAtom;
    std::uint32_t m_nextFresh = kFirstFreshAtom;
};

} // namespace entracte::xproxy
