#pragma once

// XIDs of the two worlds, for one server. A program's ids keep their low bits where the server's
// range is wide enough; a table holds the exceptions. Strangers' resources (windows of other
// programs on the person's display) get ids of a reserved range. On the session's first server
// everything is the same in both worlds.

#include "xproxy/state/Ids.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace entracte::xproxy {

class XidMap {
public:
    // `clientMask`: the session's; `serverMask`: this server's (SetupInfo::ridMask).
    XidMap(std::uint32_t clientMask, std::uint32_t serverMask, bool firstServer);

    // Whatever was fixed in one of the two ranges is no more.
    void addClient(XidRange client, XidRange server);
    void removeClient(XidRange client);
    // Things of the server itself (roots, default colormaps), and strangers' that programs know by
    // an id from before.
    void fix(ClientXid client, ServerXid server);
    // What the server has by the id of something freed is known by an unused id of that program
    // from now on; the freed one is for something new.
    void giveWay(ClientXid freed, ClientXid unused);
    // Whether programs have, or know, something by this id: numbers of the server that ids without
    // room of their own get must not be those of others, and no stranger's id may be one that is
    // another's. Unset: nothing else is used.
    std::function<bool(ClientXid)> isUsed;

    // Ids that are nobody's on this server for sure. An id without counterpart becomes one of them,
    // so that the server's error about it tells the program what it had said.
    void setNowhere(XidRange range) { m_nowhere = range; }

    ServerXid toServer(ClientXid id);
    ClientXid toClient(ServerXid id);
    bool identity() const { return m_identity; }

    // The range that strangers' resources get their ids from; no program may be given it.
    static XidRange strangers(std::uint32_t clientMask);

private:
    struct Slot {
        XidRange client;
        XidRange server;
        std::unordered_map<std::uint32_t, std::uint32_t> toServer; // exceptions
        std::unordered_map<std::uint32_t, std::uint32_t> toClient;
        std::uint32_t nextException = 0; // low bits, downwards
        // Ids that fit and lie where exceptions are taken from.
        std::unordered_set<std::uint32_t> highFitting;
    };
    static bool isPlain(const Slot& slot);
    bool isConstant(std::uint32_t value, unsigned bits) const;
    ServerXid nowhere(std::uint32_t client);
    void dropFixed(XidRange client, XidRange server);
    ClientXid stranger(std::uint32_t server);
    std::uint32_t nextStranger();
    bool isKnownForAnother(std::uint32_t client) const;
    ServerXid giveException(Slot& slot, std::uint32_t low);
    void dropUnused(Slot& slot);

    unsigned m_clientBits;
    unsigned m_serverBits;
    bool m_first;
    bool m_identity;
    XidRange m_nowhere;
    std::uint32_t m_nextNowhere = 0; // the oldest are forgotten
    std::unordered_map<std::uint32_t, std::uint32_t> m_clientToNowhere;
    std::unordered_map<std::uint32_t, std::uint32_t> m_nowhereToClient;
    std::unordered_map<std::uint32_t, std::shared_ptr<Slot>>
        m_byClient; // by the bits above the mask
    std::unordered_map<std::uint32_t, std::shared_ptr<Slot>> m_byServer;
    Slot* m_lastClient = nullptr; // of m_byClient, whose id was translated last
    std::uint32_t m_lastClientHigh = 0;
    std::unordered_map<std::uint32_t, std::uint32_t> m_fixedToServer;
    std::unordered_map<std::uint32_t, std::uint32_t> m_fixedToClient;
    XidRange m_strangers;
    std::unordered_map<std::uint32_t, std::uint32_t> m_strangerToServer;
    std::unordered_map<std::uint32_t, std::uint32_t> m_strangerToClient;
    std::uint32_t m_nextStranger = 1;
};

} // namespace entracte::xproxy
