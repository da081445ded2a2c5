#include "xproxy/proxy/XidMap.h"

#include <bit>

namespace entracte::xproxy {

namespace {
constexpr std::uint32_t kHighestXid = 0x1fffffff; // X protocol: the top three bits are zero
} // namespace

XidRange XidMap::strangers(std::uint32_t clientMask) {
    return {kHighestXid & ~clientMask, clientMask};
}

XidMap::XidMap(std::uint32_t clientMask, std::uint32_t serverMask, bool firstServer)
    : m_clientBits(static_cast<unsigned>(std::popcount(clientMask))),
      m_serverBits(static_cast<unsigned>(std::popcount(serverMask))), m_first(firstServer),
      m_identity(firstServer), m_strangers(strangers(clientMask)) {}

// Every id of the program has its own place on the server.
bool XidMap::isPlain(const Slot& slot) {
    return slot.client.mask <= slot.server.mask && slot.toServer.empty() && slot.toClient.empty();
}

void XidMap::addClient(XidRange client, XidRange server) {
    auto slot = std::make_shared<Slot>();
    slot->client = client;
    slot->server = server;
    slot->nextException = server.mask;
    dropFixed(client, server);
    m_byClient[client.base >> m_clientBits] = slot;
    m_byServer[server.base >> m_serverBits] = slot;
    m_lastClient = nullptr;
    if (client.base != server.base || client.mask > server.mask)
        m_identity = false;
}

void XidMap::removeClient(XidRange client) {
    const auto found = m_byClient.find(client.base >> m_clientBits);
    if (found == m_byClient.end())
        return;
    const std::uint32_t serverSlot = found->second->server.base >> m_serverBits;
    const auto server = m_byServer.find(serverSlot);
    if (server != m_byServer.end() && server->second == found->second)
        m_byServer.erase(server);
    m_lastClient = nullptr;
    m_byClient.erase(found);
}

void XidMap::fix(ClientXid client, ServerXid server) {
    m_fixedToServer[raw(client)] = raw(server);
    m_fixedToClient[raw(server)] = raw(client);
    if (raw(client) != raw(server))
        m_identity = false;
}

// What was fixed there is gone: no server, and no record, gives a program what somebody else has.
void XidMap::dropFixed(XidRange client, XidRange server) {
    std::erase_if(m_fixedToServer, [&](const auto& entry) {
        return client.contains(entry.first) || server.contains(entry.second);
    });
    std::erase_if(m_fixedToClient, [&](const auto& entry) {
        return server.contains(entry.first) || client.contains(entry.second);
    });
}

void XidMap::giveWay(ClientXid freed, ClientXid unused) {
    const auto found = m_byClient.find(raw(freed) >> m_clientBits);
    if (found == m_byClient.end() || !found->second->client.contains(raw(unused)))
        return;
    Slot& slot = *found->second;
    const std::uint32_t oldPlace = raw(toServer(freed)) & slot.server.mask;
    const std::uint32_t newPlace = raw(toServer(unused)) & slot.server.mask;
    slot.toServer[raw(freed) & slot.client.mask] = newPlace;
    slot.toClient[newPlace] = raw(freed) & slot.client.mask;
    // Programs never hear of the other id: where the old place is still named, in a property
    // perhaps, they go on seeing the one that they know.
    slot.toServer[raw(unused) & slot.client.mask] = oldPlace;
    slot.toClient[oldPlace] = raw(freed) & slot.client.mask;
    m_identity = false;
}

ServerXid XidMap::toServer(ClientXid id) {
    const std::uint32_t value = raw(id);
    if (m_identity)
        return ServerXid{value};
    // Most ids are of the program that sent the last one.
    if (m_lastClient && value >> m_clientBits == m_lastClientHigh && isPlain(*m_lastClient))
        return ServerXid{m_lastClient->server.base | (value & m_lastClient->client.mask)};
    const auto fixed = m_fixedToServer.find(value);
    if (fixed != m_fixedToServer.end())
        return ServerXid{fixed->second};
    const auto found = m_byClient.find(value >> m_clientBits);
    if (found == m_byClient.end()) {
        if (m_strangers.contains(value)) {
            const auto known = m_strangerToServer.find(value);
            if (known != m_strangerToServer.end())
                return ServerXid{known->second};
        }
        return m_first || isConstant(value, m_clientBits) ? ServerXid{value} : nowhere(value);
    }
    Slot& slot = *found->second;
    m_lastClient = &slot;
    m_lastClientHigh = value >> m_clientBits;
    const std::uint32_t low = value & slot.client.mask;
    const auto exception = slot.toServer.find(low);
    if (exception != slot.toServer.end())
        return ServerXid{slot.server.base | exception->second};
    if (low <= slot.server.mask && !slot.toClient.contains(low)) {
        if (slot.client.mask > slot.server.mask && low > slot.server.mask / 2)
            slot.highFitting.insert(low);
        return ServerXid{slot.server.base | low};
    }
    return giveException(slot, low);
}

// Does not fit, or its place was given away: the next free one from the top.
ServerXid XidMap::giveException(Slot& slot, std::uint32_t low) {
    const auto isFree = [&](std::uint32_t candidate) {
        return !slot.toClient.contains(candidate) && !slot.highFitting.contains(candidate) &&
               !(isUsed && candidate <= slot.client.mask &&
                 isUsed(ClientXid{slot.client.base | candidate}));
    };
    for (int round = 0; round < 2; ++round) {
        for (; slot.nextException > 0; --slot.nextException) {
            if (!isFree(slot.nextException))
                continue;
            const std::uint32_t given = slot.nextException--;
            slot.toServer[low] = given;
            slot.toClient[given] = low;
            return ServerXid{slot.server.base | given};
        }
        dropUnused(slot);
        slot.nextException = slot.server.mask;
    }
    return nowhere(slot.client.base | low);
}

// None, PointerRoot, ParentRelative and the like are small numbers, the same everywhere.
bool XidMap::isConstant(std::uint32_t value, unsigned bits) const {
    return value >> bits == 0 || value > kHighestXid;
}

ServerXid XidMap::nowhere(std::uint32_t client) {
    if (const auto known = m_clientToNowhere.find(client); known != m_clientToNowhere.end())
        return ServerXid{known->second};
    const std::uint32_t server = m_nowhere.base | (m_nextNowhere++ & m_nowhere.mask);
    if (const auto old = m_nowhereToClient.find(server); old != m_nowhereToClient.end())
        m_clientToNowhere.erase(old->second);
    m_nowhereToClient[server] = client;
    m_clientToNowhere[client] = server;
    return ServerXid{server};
}

void XidMap::dropUnused(Slot& slot) {
    std::erase_if(slot.highFitting, [&](std::uint32_t low) {
        return isUsed && !isUsed(ClientXid{slot.client.base | low});
    });
    std::erase_if(slot.toServer, [&](const auto& entry) {
        if (!isUsed || isUsed(ClientXid{slot.client.base | entry.first}))
            return false;
        slot.toClient.erase(entry.second);
        return true;
    });
}

ClientXid XidMap::toClient(ServerXid id) {
    const std::uint32_t value = raw(id);
    if (m_identity)
        return ClientXid{value};
    const auto fixed = m_fixedToClient.find(value);
    if (fixed != m_fixedToClient.end())
        return ClientXid{fixed->second};
    if (m_nowhere.contains(value))
        if (const auto known = m_nowhereToClient.find(value); known != m_nowhereToClient.end())
            return ClientXid{known->second};
    const auto found = m_byServer.find(value >> m_serverBits);
    if (found != m_byServer.end()) {
        const Slot& slot = *found->second;
        const std::uint32_t low = value & slot.server.mask;
        const auto exception = slot.toClient.find(low);
        const std::uint32_t clientLow = exception == slot.toClient.end() ? low : exception->second;
        if (clientLow <= slot.client.mask)
            return ClientXid{slot.client.base | clientLow};
        return stranger(value);
    }
    if (m_first || isConstant(value, m_serverBits))
        return ClientXid{value};
    return stranger(value);
}

std::uint32_t XidMap::nextStranger() {
    const std::uint32_t client = m_strangers.base | m_nextStranger;
    m_nextStranger = m_nextStranger >= m_strangers.mask ? 1 : m_nextStranger + 1;
    return client;
}

// Programs may hold ids of this range since a server before.
bool XidMap::isKnownForAnother(std::uint32_t client) const {
    return m_fixedToServer.contains(client) || (isUsed && isUsed(ClientXid{client}));
}

ClientXid XidMap::stranger(std::uint32_t server) {
    const auto known = m_strangerToClient.find(server);
    if (known != m_strangerToClient.end())
        return ClientXid{known->second};
    // When the range is used up, the oldest are forgotten: programs do not hold them for long.
    std::uint32_t client = nextStranger();
    for (std::uint32_t tries = 1; tries < m_strangers.mask && isKnownForAnother(client); ++tries)
        client = nextStranger();
    const auto old = m_strangerToServer.find(client);
    if (old != m_strangerToServer.end())
        m_strangerToClient.erase(old->second);
    m_strangerToServer[client] = server;
    m_strangerToClient[server] = client;
    return ClientXid{client};
}

} // namespace entracte::xproxy
