#include "xproxy/state/AtomNames.h"

#include <algorithm>

namespace entracte::xproxy {

void AtomNames::learn(ClientAtom atom, std::string_view name) {
    m_names[raw(atom)] = name;
    m_numbers.try_emplace(std::string(name), raw(atom));
    if (raw(atom) < kFirstFreshAtom)
        m_highest = std::max(m_highest, raw(atom));
}

ClientAtom AtomNames::intern(std::string_view name) {
    if (const auto known = find(name))
        return *known;
    const ClientAtom atom = fresh();
    learn(atom, name);
    return atom;
}

ClientAtom AtomNames::fresh() {
    return ClientAtom{m_nextFresh++};
}

std::optional<ClientAtom> AtomNames::find(std::string_view name) const {
    const auto found = m_numbers.find(std::string(name));
    if (found == m_numbers.end())
        return {};
    return ClientAtom{found->second};
}

std::string_view AtomNames::nameOf(ClientAtom atom) const {
    const auto found = m_names.find(raw(atom));
    return found == m_names.end() ? std::string_view{} : std::string_view(found->second);
}

} // namespace entracte::xproxy
