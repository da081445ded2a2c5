#pragma once

// Atoms of the two worlds, for one server. Names connect them; the record holds the names. On the
// session's first server the numbers are the same in both.

#include "xproxy/state/AtomNames.h"

#include <utility>
#include <vector>

namespace entracte::xproxy {

class AtomMap {
public:
    AtomMap(AtomNames& names, bool firstServer) : m_names(names), m_first(firstServer) {}

    // This server's number of a name became known. Returns the programs' number.
    ClientAtom learn(ServerAtom server, std::string_view name);

    // None when this server has no atom of that name (yet).
    ServerAtom toServer(ClientAtom atom) const;
    // A number that no server has given to a name, for one that stands for no name here: so that
    // the server's error about it tells the program what it had said. toClient() knows it.
    ServerAtom nowhere(ClientAtom atom);
    // An atom of which no name is known gets a fresh number; its name has to be asked for.
    ClientAtom toClient(ServerAtom atom);
    bool identity() const { return m_first; }

    // Atoms of this server whose names have to be asked for; empties the list.
    std::vector<ServerAtom> takeNameless() { return std::exchange(m_nameless, {}); }
    // The name of one of those.
    void name(ServerAtom server, std::string_view name);

private:
    void connect(ClientAtom client, ServerAtom server);

    AtomNames& m_names;
    bool m_first;
    std::unordered_map<std::uint32_t, std::uint32_t> m_toServer;
    std::unordered_map<std::uint32_t, std::uint32_t> m_toClient;
    std::vector<ServerAtom> m_nameless;
    std::vector<ClientAtom> m_nowhere; // the newest; the older are forgotten
    std::size_t m_nextNowhere = 0;
};

} // namespace entracte::xproxy
