#include "xproxy/proxy/Proxy.h"

#include "xproxy/proxy/Listener.h"
#include "xproxy/proxy/Log.h"
#include "xproxy/proxy/ReplyPath.h"
#include "xproxy/proxy/UtilityPath.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

namespace entracte::xproxy {

namespace {
constexpr std::size_t kMaxClients = 1000;
constexpr std::size_t kMuch = 8u << 10;    // bytes of requests at once: no question and answer
constexpr std::size_t kGreetingFixed = 12; // bytes of a setup request before its names
} // namespace

Proxy::Proxy() : m_requests(m_core) {
    m_core.lastWords.hasEnded = [this](ClientId id) {
        const Client* const client = m_core.client(id);
        return client && client->upstream && client->upstream->stream.hasHungUp();
    };
}

Status Proxy::listen(int number) {
    ENTRACTE_TRY(m_core.loop.open());
    ENTRACTE_ASSIGN(listeners, listenAsDisplay(number));
    for (auto& socket : listeners) {
        const int fd = socket.get();
        auto& watch = m_listenerWatches.emplace_back();
        watch.act = [this, fd](std::uint32_t) { accept(fd); };
        m_core.loop.watch(fd, EPOLLIN, watch);
        m_listeners.push_back(std::move(socket));
    }
    return {};
}

void Proxy::run() {
    while (m_running) {
        m_core.loop.turn();
        tidy();
    }
}

void Proxy::setState(xcontrol::State state) {
    if (m_state == state)
        return;
    m_state = state;
    ++m_stateSerial;
    if (stateChanged)
        stateChanged();
}

void Proxy::accept(int listener) {
    UniqueFd socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket || m_core.clients.size() >= kMaxClients)
        return;
    const ClientId id = m_nextClient++;
    auto made = std::make_unique<Client>(id, std::move(socket));
    Client& client = *made;
    client.pid = peerOf(client.stream.fd());
    client.sink = std::make_unique<ReplyPath>(m_core, client);
    client.fromProgram.act = [this, &client](std::uint32_t events) { fromProgram(client, events); };
    client.fromServer.act = [this, &client](std::uint32_t) { fromServer(client); };
    m_core.clients.emplace(id, std::move(made));
    updateInterest(client);
}

void Proxy::fromProgram(Client& client, std::uint32_t events) {
    if (client.phase == Client::Phase::Gone)
        return;
    if ((events & EPOLLOUT) && !client.stream.flush()) {
        remove(client);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        if (!client.stream.read())
            client.closed = true;
        if (client.phase == Client::Phase::Greeting)
            readGreeting(client);
    }
    serve(client);
    // Whoever streams fills the socket while the server works: looking for it takes the processor
    // from one of them. A large image is looked for: its sender waits for each piece to be taken.
    if (client.stream.lastRead() >= kMuch && !client.arriving)
        m_core.loop.sleepAtOnce();
}

void Proxy::serve(Client& client) {
    if (client.phase == Client::Phase::Gone || client.retired)
        return;
    if (client.phase == Client::Phase::Running && client.upstream && !isStill()) {
        if (!m_requests.process(client)) {
            logLine("client {} breaks the protocol", client.id);
            remove(client);
            return;
        }
        client.stream.releaseInput();
        if (!client.stream.flush()) // of what was answered here
            client.closed = true;
        if (!client.upstream->stream.flush())
            upstreamBroke(client);
        // Whatever it still sent has been handled, or never will be.
        else if (client.closed && client.upstream->stream.queued() == 0 &&
                 !client.isOwedTooMuch() && (!client.held || client.awaits)) {
            remove(client);
            return;
        }
    } else if (client.closed && m_state != xcontrol::State::Prepared) {
        remove(client);
        return;
    }
    updateInterest(client);
}

void Proxy::readGreeting(Client& client) {
    const auto input = client.stream.input();
    if (input.size() < kGreetingFixed)
        return;
    const auto first = static_cast<char>(input[0]);
    if (first != 'l' && first != 'B') {
        remove(client);
        return;
    }
    client.order = first == 'l' ? ByteOrder::Little : ByteOrder::Big;
    const MessageView view(input, client.order);
    const std::size_t size =
        kGreetingFixed + padded(view.u16(6)) + padded(view.u16(8)); // authorisation name and data
    if (input.size() < size)
        return;
    client.stream.consume(size);
    client.phase = Client::Phase::Connecting;
    if (m_state == xcontrol::State::Attached)
        connect(client);
}

void Proxy::connect(Client& client) {
    if (client.asked || !m_core.link || !m_core.link->connector)
        return; // resume() comes back to it
    client.asked = true;
    const ClientId id = client.id;
    m_core.link->connector->connect(client.order, [this, id](Result<ServerConnection> connection) {
        connected(id, std::move(connection));
    });
}

void Proxy::connected(ClientId id, Result<ServerConnection> connection) {
    Client* client = m_core.client(id);
    if (!client || client->phase != Client::Phase::Connecting)
        return;
    client->asked = false;
    if (!connection) {
        // No server any more: it waits with the others. A server that refuses one more: it is told.
        if (m_core.link && m_core.link->connector && m_core.link->connector->open())
            remove(*client);
        return;
    }
    const XidRange server = connection->setup.range();
    client->range = chooseRange(server);
    client->upstream =
        std::make_unique<Upstream>(std::move(connection->socket), client->order, server, 0);
    m_core.link->translator->xids.addClient(client->range, server);
    greet(*client);
    watchUpstream(*client);
    serve(*client);
}

XidRange Proxy::chooseRange(XidRange server) const {
    const std::uint32_t mask = m_core.face->setup.ridMask;
    const XidRange strangers = XidMap::strangers(mask);
    const auto isFree = [&](std::uint32_t base) {
        // Programs may still know a window of an earlier screen by an id of such a range.
        const bool isManagers =
            std::ranges::any_of(m_core.record.settingsManagers, [&](const auto& entry) {
                return XidRange{base, mask}.contains(raw(entry.second.window));
            });
        return base != strangers.base && !isManagers &&
               std::ranges::none_of(m_core.clients, [&](const auto& entry) {
                   return entry.second->range.mask != 0 && entry.second->range.base == base;
               });
    };
    if (server.mask == mask && isFree(server.base))
        return server;
    for (std::uint32_t base = mask + 1; base < strangers.base; base += mask + 1)
        if (isFree(base))
            return {base, mask};
    return {};
}

void Proxy::greet(Client& client) {
    SetupInfo setup = m_core.face->setup;
    setup.ridBase = client.range.base;
    setup.ridMask = client.range.mask;
    const SetupInfo& now = m_core.link->face.setup;
    setup.minKeycode = now.minKeycode;
    setup.maxKeycode = now.maxKeycode;
    for (std::size_t i = 0; i < setup.screens.size() && i < now.screens.size(); ++i) {
        setup.screens[i].width = now.screens[i].width;
        setup.screens[i].height = now.screens[i].height;
        setup.screens[i].widthMm = now.screens[i].widthMm;
        setup.screens[i].heightMm = now.screens[i].heightMm;
    }
    auto& record = m_core.record.clients[client.id];
    record.order = client.order;
    record.range = client.range;
    client.stream.queue(serializeSetup(setup, client.order));
    client.phase = Client::Phase::Running;
}

void Proxy::watchUpstream(Client& client) {
    if (client.upstream)
        m_core.loop.watch(client.upstream->stream.fd(), EPOLLIN, client.fromServer);
}

void Proxy::watchUtility() {
    m_core.link->fromServer.act = [this](std::uint32_t) { fromUtility(); };
    m_core.loop.watch(m_core.link->utility->stream.fd(), EPOLLIN, m_core.link->fromServer);
}

void Proxy::fromServer(Client& client) {
    if (!client.upstream || client.phase == Client::Phase::Gone)
        return;
    auto& stream = client.upstream->stream;
    const bool alive = stream.flush() && stream.read();
    client.writesAtOnce = true;
    const bool sensible = client.upstream->process(*client.sink);
    client.writesAtOnce = false;
    if (!client.stream.flush())
        client.closed = true;
    if (!sensible || !alive) {
        upstreamBroke(client);
        return;
    }
    stream.releaseInput();
    serve(client);
}

void Proxy::fromUtility() {
    auto& utility = *m_core.link->utility;
    UtilityPath sink(m_core);
    const bool alive = utility.stream.flush() && utility.stream.read();
    if (!utility.process(sink) || !alive) {
        m_lost = true;
        return;
    }
    utility.stream.releaseInput(); // an image may have made it many megabytes long
    flushUtility();
}

void Proxy::flushUtility() {
    auto& stream = m_core.link->utility->stream;
    if (!stream.flush())
        m_lost = true;
    else
        m_core.loop.watch(stream.fd(), stream.queued() ? EPOLLIN | EPOLLOUT : EPOLLIN,
                          m_core.link->fromServer);
}

void Proxy::upstreamBroke(Client& client) {
    // Either the server went, or somebody killed this one program (KillClient). The utility
    // connection tells: when it still works, the program is closed as it would be without us.
    m_core.loop.forget(client.upstream->stream.fd());
    if (m_state == xcontrol::State::Prepared) {
        m_lost = true;
        return;
    }
    const ClientId id = client.id;
    m_core.link->utility->sync([this, id] {
        if (Client* killed = m_core.client(id)) {
            logLine("the server ended the connection of client {}", id);
            remove(*killed);
        }
    });
    if (!m_core.link->utility->stream.flush())
        m_lost = true;
}

namespace {

// What the server says to a program that has ended.
class NobodyListens final : public UpstreamSink {
public:
    void answer(std::span<std::byte>, Outstanding*, std::uint64_t) override {}
    void event(std::span<std::byte>, std::uint64_t) override {}
};

} // namespace

// X protocol, section 10 "SetCloseDownMode": what the program made outlives it. Its server
// connection stays in its place, so that a later server gets it all again; whoever kills it there
// ends it.
bool Proxy::retire(Client& client) {
    namespace core = wire::core;
    constexpr std::ptrdiff_t kMaxRetired = 64;
    Record& record = m_core.record;
    const auto known = record.clients.find(client.id);
    const auto retired = std::ranges::count_if(
        m_core.clients, [](const auto& entry) { return entry.second->retired; });
    if (client.retired || known == record.clients.end() || known->second.closeDown == 0 ||
        !record.ownsAnything(client.id) || retired >= kMaxRetired)
        return false;
    if (client.upstream && client.upstream->stream.open()) {
        const auto request = [&](std::uint8_t major) {
            return MessageBuilder::request(client.order, major, 0);
        };
        for (const auto& window : record.all<Window>())
            if (window->eventMasks.contains(client.id))
                m_requests.injectAs(client, request(core::kChangeWindowAttributes)
                                                .u32(raw(window->id))
                                                .u32(core::CW::EventMask)
                                                .u32(0)
                                                .finish());
        for (const auto& [selection, owner] : record.selections)
            if (owner.client == client.id)
                m_requests.injectAs(
                    client,
                    request(core::kSetSelectionOwner).u32(0).u32(raw(selection)).u32(0).finish());
        m_requests.injectAs(client, request(core::kUngrabPointer).u32(0).finish());
        m_requests.injectAs(client, request(core::kUngrabKeyboard).u32(0).finish());
        // Should the server end the connection, everything goes: Destroy.
        m_requests.injectAs(client, request(core::kSetCloseDownMode).finish());
        if (!client.upstream->stream.flush())
            return false; // the server ended it
    }
    record.clientRetired(client.id);
    m_core.loop.forget(client.stream.fd());
    client.stream.close();
    client.sink = std::make_unique<NobodyListens>();
    client.unanswered.clear();
    client.held = client.awaits = false;
    client.retired = client.closed = true;
    return true;
}

void Proxy::remove(Client& client) {
    if (client.phase == Client::Phase::Gone)
        return;
    m_core.lastWords.sayThoseOf(client.id, [this](ClientId to, auto message, auto sequence) {
        if (to == kNobody) {
            m_core.recorder.event(kNobody, MessageView(message, wire::kHostOrder));
        } else if (Client* const listener = m_core.client(to); listener && listener->upstream) {
            ReplyPath(m_core, *listener).tell(message, sequence);
            updateInterest(*listener); // written when the loop comes to it
        }
    });
    const bool ran = client.phase == Client::Phase::Running;
    if (ran && retire(client))
        return;
    client.phase = Client::Phase::Gone;
    m_core.loop.forget(client.stream.fd());
    if (client.upstream)
        m_core.loop.forget(client.upstream->stream.fd());
    if (ran) {
        m_core.record.clientGone(client.id);
        if (m_core.link)
            m_core.link->translator->xids.removeClient(client.range);
    }
    auto node = m_core.clients.extract(client.id);
    m_removed.push_back(std::move(node.mapped()));
}

void Proxy::tidy() {
    for (const ClientId id : std::exchange(m_core.unheld, {}))
        if (Client* client = m_core.client(id))
            serve(*client);
    m_removed.clear();
    if (m_lost) {
        m_lost = false;
        if (serverLost)
            serverLost();
    }
    if (tidied)
        tidied();
}

void Proxy::resume() {
    std::vector<ClientId> ids;
    for (const auto& [id, client] : m_core.clients)
        ids.push_back(id);
    for (const ClientId id : ids) {
        Client* client = m_core.client(id);
        if (!client)
            continue;
        if (client->phase == Client::Phase::Connecting && !client->upstream) {
            if (m_state == xcontrol::State::Attached)
                connect(*client);
            continue;
        }
        watchUpstream(*client);
        if (!client->stream.flush())
            client->closed = true;
        serve(*client);
    }
}

void Proxy::updateInterest(Client& client) {
    if (client.phase == Client::Phase::Gone || !client.stream.open())
        return;
    std::uint32_t events = 0;
    const bool mayRead =
        client.phase == Client::Phase::Greeting ||
        (client.phase == Client::Phase::Running && client.upstream && !isStill() && !client.held &&
         !client.waitsForImage && client.upstream->stream.queued() == 0 && !client.asksTooMuch());
    if (mayRead && !client.closed)
        events |= EPOLLIN;
    if (client.stream.queued())
        events |= EPOLLOUT;
    if (client.closed)
        m_core.loop.forget(client.stream.fd());
    else
        m_core.loop.watch(client.stream.fd(), events, client.fromProgram);
    if (client.upstream && client.upstream->stream.open() && !isStill()) {
        std::uint32_t up = client.stream.queued() < Client::kMostUnread ? EPOLLIN : 0u;
        if (client.upstream->stream.queued())
            up |= EPOLLOUT;
        m_core.loop.watch(client.upstream->stream.fd(), up, client.fromServer);
    }
}

} // namespace entracte::xproxy
