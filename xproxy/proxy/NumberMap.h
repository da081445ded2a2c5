#pragma once

// Numbers that a server gives to things of its own kind (visuals, PictFormats, RANDR outputs…),
// matched with what the session's first server called the like. What has no like keeps its number.

#include <cstdint>
#include <unordered_map>

namespace entracte::xproxy {

class NumberMap {
public:
    void match(std::uint32_t client, std::uint32_t server) {
        m_toServer.try_emplace(client, server);
        m_toClient.try_emplace(server, client);
    }
    std::uint32_t toServer(std::uint32_t client) const { return look(m_toServer, client); }
    std::uint32_t toClient(std::uint32_t server) const { return look(m_toClient, server); }
    bool hasClient(std::uint32_t client) const { return m_toServer.contains(client); }
    void clear() {
        m_toServer.clear();
        m_toClient.clear();
    }

private:
    using Map = std::unordered_map<std::uint32_t, std::uint32_t>;
    static std::uint32_t look(const Map& map, std::uint32_t number) {
        const auto found = map.find(number);
        return found == map.end() ? number : found->second;
    }
    Map m_toServer;
    Map m_toClient;
};

} // namespace entracte::xproxy
