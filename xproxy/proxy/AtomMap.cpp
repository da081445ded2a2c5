#include "xproxy/proxy/AtomMap.h"

#include <algorithm>

namespace entracte::xproxy {

namespace {
// Servers number atoms from 1 on, in 29 bits.
constexpr std::uint32_t kFirstNowhere = 0x1ffff000;
constexpr std::size_t kMostNowhere = 0x1000;
} // namespace

void AtomMap::connect(ClientAtom client, ServerAtom server) {
    m_toServer[raw(client)] = raw(server);
    m_toClient[raw(server)] = raw(client);
}

ClientAtom AtomMap::learn(ServerAtom server, std::string_view name) {
    if (raw(server) <= kLastPredefinedAtom)
        return ClientAtom{raw(server)};
    if (m_first) {
        m_names.learn(ClientAtom{raw(server)}, name);
        return ClientAtom{raw(server)};
    }
    // A number may have been given to it before its name was known.
    const auto given = m_toClient.find(raw(server));
    if (given != m_toClient.end()) {
        const ClientAtom client{given->second};
        if (m_names.nameOf(client).empty()) {
            // Programs may know the name by an older number, too: that one serves as well.
            if (const auto older = m_names.find(name))
                m_toServer[raw(*older)] = raw(server);
            m_names.learn(client, name);
        }
        return client;
    }
    const ClientAtom client = m_names.intern(name);
    connect(client, server);
    return client;
}

void AtomMap::name(ServerAtom server, std::string_view name) {
    learn(server, name);
}

ServerAtom AtomMap::toServer(ClientAtom atom) const {
    if (m_first || raw(atom) <= kLastPredefinedAtom)
        return ServerAtom{raw(atom)};
    const auto found = m_toServer.find(raw(atom));
    return found == m_toServer.end() ? ServerAtom::None : ServerAtom{found->second};
}

ServerAtom AtomMap::nowhere(ClientAtom atom) {
    auto at = static_cast<std::size_t>(std::ranges::find(m_nowhere, atom) - m_nowhere.begin());
    if (at == m_nowhere.size() && at < kMostNowhere) {
        m_nowhere.push_back(atom);
    } else if (at == m_nowhere.size()) {
        at = m_nextNowhere++ % kMostNowhere;
        m_nowhere[at] = atom;
    }
    return ServerAtom{kFirstNowhere + static_cast<std::uint32_t>(at)};
}

ClientAtom AtomMap::toClient(ServerAtom atom) {
    if (raw(atom) <= kLastPredefinedAtom)
        return ClientAtom{raw(atom)};
    if (m_first)
        return ClientAtom{raw(atom)};
    if (raw(atom) >= kFirstNowhere && raw(atom) - kFirstNowhere < m_nowhere.size())
        return m_nowhere[raw(atom) - kFirstNowhere];
    const auto found = m_toClient.find(raw(atom));
    if (found != m_toClient.end())
        return ClientAtom{found->second};
    const ClientAtom client = m_names.fresh();
    connect(client, atom);
    m_nameless.push_back(atom);
    return client;
}

} // namespace entracte::xproxy
