// X-Resource: who a program of the session is, the proxy alone can tell. To the X server all of
// them are connections of the proxy's. What they hold on the server, the server tells where it can.

#include "xproxy/proxy/RequestPath.h"

#include <unistd.h>

#include <algorithm>

namespace entracte::xproxy {

namespace res = wire::res;

namespace {

constexpr std::uint8_t kBadRequest = 1;
constexpr std::uint8_t kBadValue = 2;
constexpr std::uint8_t kBadLength = 16;
constexpr std::size_t kSpecSize = 8; // bytes of a ClientIdSpec
constexpr std::uint32_t kServer = 0; // the resource base of what the X server itself owns

std::uint32_t baseOf(const Client* client) {
    return client->range.base;
}

// Programs in the order of their ranges, as a server lists its clients.
std::vector<const Client*> programsOf(const Core& core) {
    std::vector<const Client*> programs;
    for (const auto& [id, client] : core.clients)
        if (client->phase == Client::Phase::Running && !client->retired)
            programs.push_back(client.get());
    std::ranges::sort(programs, {}, baseOf);
    return programs;
}

// Each client answers each kind of question once, however often it is asked (the X server's
// Xext/xres.c).
class Identities {
public:
    Identities(ByteOrder order) : m_reply(MessageBuilder::reply(order, 0)) {}

    void add(std::uint32_t base, std::int32_t pid, std::uint32_t kinds) {
        using namespace res::ClientIdMask;
        if (isNew(base, kinds & ClientXID))
            m_reply.u32(base).u32(ClientXID).u32(0);
        constexpr std::uint32_t kLength = sizeof pid;
        if (pid > 0 && isNew(base, kinds & LocalClientPID))
            m_reply.u32(base).u32(LocalClientPID).u32(kLength).u32(static_cast<std::uint32_t>(pid));
    }
    Bytes finish() { return m_reply.set(res::QueryClientIdsReply::num_ids, m_count).finishReply(); }

private:
    bool isNew(std::uint32_t base, std::uint32_t kind) {
        if ((kind & ~m_told[base]) == 0)
            return false;
        m_told[base] |= kind;
        ++m_count;
        return true;
    }

    MessageBuilder m_reply;
    std::map<std::uint32_t, std::uint32_t> m_told;
    std::uint32_t m_count = 0;
};

Bytes clientIds(const std::vector<const Client*>& programs, std::uint32_t ridMask,
                const MessageView& view) {
    using namespace res::ClientIdMask;
    Identities identities(view.order());
    std::uint32_t askedOfAll = 0;
    const std::size_t count = view.get(res::QueryClientIds::num_specs);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = res::QueryClientIds::kFixedSize + i * kSpecSize;
        const std::uint32_t asked = view.u32(at);
        const std::uint32_t mask = view.u32(at + 4);
        const std::uint32_t kinds = mask == 0 ? ClientXID | LocalClientPID : mask;
        if (asked <= ridMask) // to a program the proxy is the X server
            identities.add(kServer, ::getpid(), kinds);
        if (asked != 0) {
            const auto found = std::ranges::lower_bound(programs, asked & ~ridMask, {}, baseOf);
            if (found != programs.end() && (*found)->range.contains(asked))
                identities.add((*found)->range.base, (*found)->pid, kinds);
        } else if ((kinds & ~askedOfAll) != 0) {
            askedOfAll |= kinds;
            for (const Client* program : programs)
                identities.add(program->range.base, program->pid, kinds);
        }
    }
    return identities.finish();
}

Bytes clientList(const std::vector<const Client*>& programs, const Core& core, ByteOrder order) {
    MessageBuilder reply = MessageBuilder::reply(order, 0);
    reply.set(res::QueryClientsReply::num_clients, static_cast<std::uint32_t>(programs.size() + 1));
    reply.u32(kServer).u32(core.face->setup.ridMask);
    for (const Client* program : programs)
        reply.u32(program->range.base).u32(program->range.mask);
    return reply.finishReply();
}

// Where the server cannot tell: the record's kinds that have a predefined atom as their name.
Bytes countedResources(const Record& record, ClientId owner, ByteOrder order) {
    const auto owned = [owner](const auto& all) {
        return static_cast<std::uint32_t>(
            std::ranges::count_if(all, [owner](const auto& one) { return one->owner == owner; }));
    };
    const std::pair<std::uint32_t, std::uint32_t> counts[] = {
        {wire::core::Atom::WINDOW, owned(record.all<Window>())},
        {wire::core::Atom::PIXMAP, owned(record.all<Pixmap>())},
        {wire::core::Atom::FONT, owned(record.all<Font>())},
        {wire::core::Atom::CURSOR, owned(record.all<Cursor>())},
        {wire::core::Atom::COLORMAP, owned(record.all<Colormap>())},
    };
    MessageBuilder reply = MessageBuilder::reply(order, 0);
    std::uint32_t types = 0;
    for (const auto& [type, count] : counts)
        if (count > 0) {
            reply.u32(type).u32(count);
            ++types;
        }
    return reply.set(res::QueryClientResourcesReply::num_types, types).finishReply();
}

Bytes pixmapBytes(const Core& core, ClientId owner, ByteOrder order) {
    std::uint64_t bytes = 0;
    for (const auto& pixmap : core.record.all<Pixmap>())
        if (pixmap->owner == owner)
            if (const auto* format = core.face->setup.format(pixmap->depth))
                bytes +=
                    padded(std::size_t{pixmap->width} * format->bitsPerPixel / 8) * pixmap->height;
    return MessageBuilder::reply(order, 0)
        .set(res::QueryClientPixmapBytesReply::bytes, static_cast<std::uint32_t>(bytes))
        .set(res::QueryClientPixmapBytesReply::bytes_overflow,
             static_cast<std::uint32_t>(bytes >> 32))
        .finishReply();
}

std::size_t sizeOf(std::uint8_t opcode, const MessageView& view) {
    switch (opcode) {
    case res::kQueryClients:
        return res::QueryClients::kFixedSize;
    case res::kQueryClientIds:
        return res::QueryClientIds::kFixedSize +
               view.get(res::QueryClientIds::num_specs) * kSpecSize;
    case res::kQueryResourceBytes:
        return res::QueryResourceBytes::kFixedSize +
               view.get(res::QueryResourceBytes::num_specs) * kSpecSize;
    default:
        return res::QueryClientResources::kFixedSize;
    }
}

} // namespace

std::optional<RequestPath::Verdict> RequestPath::resources(Client& client, std::uint8_t opcode,
                                                           const MessageView& view) {
    const auto answer = [&](Bytes message) {
        return substitute(client, Ext::Res, nullptr, std::move(message));
    };
    const auto refuse = [&](std::uint8_t error, std::uint32_t value) {
        return answer(makeError(client.order, error, value, view.u8(0), opcode));
    };
    if (!requestSchema(Ext::Res, opcode))
        return refuse(kBadRequest, 0);
    if (opcode == res::kQueryVersion) {
        using namespace res::QueryVersionReply;
        if (view.size() != padded(res::QueryVersion::kFixedSize))
            return refuse(kBadLength, 0);
        return answer(MessageBuilder::reply(client.order, 0)
                          .set(server_major, res::kMajorVersion)
                          .set(server_minor, res::kMinorVersion)
                          .finishReply());
    }
    if (view.size() != sizeOf(opcode, view))
        return refuse(kBadLength, 0);
    const auto programs = programsOf(m_core);
    if (opcode == res::kQueryClients)
        return answer(clientList(programs, m_core, client.order));
    if (opcode == res::kQueryClientIds)
        return answer(clientIds(programs, client.range.mask, view));

    // All three ask about a client by any id of its range; QueryResourceBytes by 0 about all.
    const std::uint32_t asked = view.get(res::QueryClientResources::xid);
    const auto program = std::ranges::find_if(
        programs, [asked](const Client* one) { return one->range.contains(asked); });
    const bool isStrangers = XidMap::strangers(client.range.mask).contains(asked);
    if (program == programs.end() && !isStrangers && asked > client.range.mask)
        return refuse(kBadValue, asked);
    if (m_core.link->translator->server.of(Ext::Res).major != kResByProxy)
        return {};
    const ClientId owner = program == programs.end() ? kNobody : (*program)->id;
    if (opcode == res::kQueryClientResources)
        return answer(countedResources(m_core.record, owner, client.order));
    if (opcode == res::kQueryClientPixmapBytes)
        return answer(pixmapBytes(m_core, owner, client.order));
    return answer(MessageBuilder::reply(client.order, 0).finishReply());
}

} // namespace entracte::xproxy
