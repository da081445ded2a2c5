#include "xproxy/replay/ServerChange.h"

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/Capture.h"
#include "xproxy/replay/Replay.h"
#include "xproxy/replay/ServerMatch.h"

#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>

namespace entracte::xproxy {

using namespace std::chrono_literals;

namespace {
constexpr auto kConnectLimit = 5s;
constexpr auto kProbeLimit = 5s;
constexpr auto kQuiesceLimit = 10s;
constexpr auto kRebuildLimit = 30s;
constexpr auto kAuditLimit = 5s;
constexpr auto kGrabLimit = 2s;
constexpr auto kStillAtMost = 60s;
constexpr auto kManagerTime = 3s; // a window manager has placed the windows by then
constexpr auto kCaptureEvery = 500ms;
constexpr auto kImagesIdle = 5s;                  // then the memory of large images is given back
constexpr std::size_t kCaptureBudget = 16u << 20; // bytes of pixels at once

std::uint64_t inodeOf(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

// The visuals from whose colormaps programs allocate, and the screens' own such colormaps.
void recordColormaps(Core& core) {
    constexpr std::uint8_t kGrayScale = 1, kPseudoColor = 3, kDirectColor = 5;
    Record& record = core.record;
    for (const auto& screen : core.face->setup.screens) {
        for (const auto& depth : screen.depths)
            for (const auto& visual : depth.visuals)
                if (visual.visualClass == kGrayScale || visual.visualClass == kPseudoColor)
                    record.cellVisuals[visual.id] =
                        ColorCells::indexed(visual.colormapEntries, visual.bitsPerRgb,
                                            visual.visualClass == kGrayScale);
                else if (visual.visualClass == kDirectColor)
                    record.cellVisuals[visual.id] = ColorCells::direct(
                        visual.redMask, visual.greenMask, visual.blueMask, visual.bitsPerRgb);
        const auto layout = record.cellVisuals.find(screen.rootVisual);
        if (layout == record.cellVisuals.end())
            continue;
        const auto colormap = record.create<Colormap>(ClientXid{screen.defaultColormap}, kNobody);
        colormap->visual = screen.rootVisual;
        colormap->window = ClientXid{screen.root};
        colormap->cells.emplace(layout->second);
        colormap->cells->share(kNobody, screen.blackPixel, {0, 0, 0});
        colormap->cells->share(kNobody, screen.whitePixel, {0xffff, 0xffff, 0xffff});
    }
}

// The roots, as the programs know them, are the record's first windows.
void recordRoots(Core& core) {
    for (const auto& screen : core.face->setup.screens) {
        const ClientXid id{screen.root};
        const auto root = core.record.create<Window>(id, kNobody);
        root->width = screen.width;
        root->height = screen.height;
        root->depth = screen.rootDepth;
        root->visual = screen.rootVisual;
        root->mapped = true;
        root->attributes.set(wire::core::CW::Colormap, screen.defaultColormap);
        core.record.roots.push_back(id);
    }
    for (const auto& format : core.face->pictFormats)
        core.record.pictFormats[format.id] = {format.depth};
}

// What it waits for at the old server it will wait for at the new one.
void keepWaiting(Client& client) {
    for (const auto& one : client.upstream->outstanding()) {
        if (!one.blocks)
            continue;
        Outstanding again;
        again.clientSequence = one.clientSequence;
        again.ext = one.ext;
        again.schema = one.schema;
        again.request = one.request;
        again.bigRequest = one.bigRequest;
        again.blocks = true;
        client.unanswered.push_back(std::move(again));
    }
}

// Of a connection that is lost: all that came over it.
void readToTheEnd(Upstream& upstream, UpstreamSink& sink) {
    bool sensible = upstream.stream.open();
    while (sensible) {
        const std::size_t before = upstream.stream.input().size();
        const bool more = upstream.stream.read() && upstream.stream.input().size() > before;
        sensible = upstream.process(sink) && upstream.stream.open() && more;
    }
}

} // namespace

xcontrol::Failure failureOf(const Error& error) {
    switch (error.code()) {
    case ErrorCode::TimedOut:
        return xcontrol::Failure::TimedOut;
    case ErrorCode::ScreenUnavailable:
        return error.hint().empty() ? xcontrol::Failure::ServerLost
                                    : xcontrol::Failure::ServerUnsuitable;
    default:
        return xcontrol::Failure::Internal;
    }
}

ServerChange::ServerChange(Proxy& proxy)
    : m_proxy(proxy), m_core(proxy.core()), m_lateGrabs(m_core, proxy.requests()) {
    m_proxy.serverLost = [this] { lost(); };
}

void ServerChange::addAll(Pump& pump, UtilityPath& utility) {
    pump.add(*m_core.link->utility, utility);
    for (auto& [id, client] : m_core.clients)
        if (client->upstream && client->upstream->stream.open())
            pump.add(*client->upstream, *client->sink, !client->awaits);
}

std::int64_t ServerChange::clientNow() const {
    // Not all that a server says of its time is looked at: what has gone by counts, too.
    constexpr std::int64_t kInaccuracy = 2; // ms
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - m_arrived);
    const std::int64_t reckoned = m_arrivalTime + elapsed.count() + kInaccuracy;
    const std::uint32_t told =
        m_core.link ? m_core.link->translator->time.latestClient() : m_lastTime;
    return corrected(reckoned, told);
}

void ServerChange::startClock(const ServerKnowledge& server) {
    m_arrivalTime = server.face.serverTime + m_core.link->translator->counterTime.ahead();
    m_arrived = server.asked;
}

Status ServerChange::attach(UniqueFd channel) {
    const auto began = Clock::now();
    ServerKnowledge knowledge;
    auto link = open(std::move(channel), knowledge);
    if (!link) {
        m_lastFailure = failureOf(link.error());
        return fail(std::move(link).error());
    }
    if (m_core.link && isSameServer(**link)) {
        // A new way to the server that is there already: nothing is rebuilt.
        dropConnector();
        m_core.link->connector = std::move((*link)->connector);
        m_proxy.resume();
        return {};
    }
    Status done;
    if (!m_core.face) {
        m_core.face = knowledge.face;
        (*link)->translator = makeTranslator(m_core, knowledge, 0);
        recordRoots(m_core);
        recordColormaps(m_core);
        m_core.link = std::move(*link);
        UtilityPath(m_core).watchRoots();
        watchKeyboard(m_core);
        m_core.link->utility->stream.flush();
    } else {
        done = moveTo(std::move(*link), knowledge);
    }
    if (done)
        startClock(knowledge);
    m_rebuildMicros = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count());
    m_lastFailure = done ? xcontrol::Failure::None : failureOf(done.error());
    if (m_core.link) {
        m_proxy.setState(xcontrol::State::Attached);
        m_proxy.watchUtility();
        m_proxy.resume();
    } else {
        m_proxy.setState(xcontrol::State::Waiting);
    }
    return done;
}

Result<std::unique_ptr<ServerLink>> ServerChange::open(UniqueFd channel,
                                                       ServerKnowledge& knowledge) {
    auto link = std::make_unique<ServerLink>();
    link->connector = std::make_unique<DisplayConnector>(m_core.loop, std::move(channel));
    ENTRACTE_ASSIGN(connection, link->connector->connectNow(wire::kHostOrder, kConnectLimit));
    link->utility = std::make_unique<Upstream>(std::move(connection.socket), wire::kHostOrder,
                                               connection.setup.range(), 0);
    link->own = connection.own;
    link->window = link->freshUtilityId();
    ENTRACTE_ASSIGN(known, probeServer(*link->utility, connection.setup, link->window,
                                       Clock::now() + kProbeLimit));
    link->token = known.token;
    knowledge = std::move(known);
    link->face = knowledge.face;
    return link;
}

// The proxy's window on the server of the moment bears a token; another connection to the same
// server can read it.
bool ServerChange::isSameServer(ServerLink& other) {
    const auto theirs = readToken(*other.utility, m_core.link->window, Clock::now() + kProbeLimit);
    return theirs && !theirs->empty() && *theirs == m_core.link->token;
}

void ServerChange::dropConnector() {
    if (m_core.link)
        m_core.link->connector.reset();
    for (auto& [id, client] : m_core.clients)
        client->asked = false;
}

Status ServerChange::moveTo(std::unique_ptr<ServerLink> link, const ServerKnowledge& knowledge) {
    ENTRACTE_TRY(checkSuitable(m_core, knowledge.face));
    if (m_core.link && m_proxy.state() != xcontrol::State::Prepared) {
        ENTRACTE_TRY(waitForGrab());
        m_proxy.setState(xcontrol::State::Rebuilding);
        ENTRACTE_TRY(quiesce(Clock::now() + kQuiesceLimit));
    }
    m_proxy.setState(xcontrol::State::Rebuilding);
    dropConnector();
    // What the server said of its time it said then: waiting for the programs is no distance.
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - knowledge.asked);
    link->translator = makeTranslator(m_core, knowledge, clientNow() - since.count());
    const XidRange own = link->utility->range; // whose highest ids we never use
    constexpr std::uint32_t kNowhere = 0xfff;
    link->translator->xids.setNowhere({own.base | (own.mask & ~kNowhere), own.mask & kNowhere});
    unwatchServer();

    // The old server's connections are kept until the new one holds everything.
    m_lateGrabs.forget();
    auto oldLink = std::exchange(m_core.link, std::move(link));
    std::map<ClientId, std::unique_ptr<Upstream>> oldUpstreams;
    for (auto& [id, client] : m_core.clients)
        if (client->upstream) {
            client->sequence = client->upstream->sequence.clientSequence();
            if (client->awaits)
                keepWaiting(*client);
            oldUpstreams[id] = std::move(client->upstream);
        }
    Status done = connectPrograms(*m_core.link);
    if (done) {
        UtilityPath utility(m_core);
        Pump pump;
        addAll(pump, utility);
        utility.watchRoots();
        done = replayRecord(m_core, m_proxy.requests(), pump, Clock::now() + kRebuildLimit);
        if (done)
            takeAudit(pump, AuditDepth::State);
    }
    if (done) {
        for (auto& [id, client] : m_core.clients)
            if (client->upstream && !client->unanswered.empty())
                m_proxy.requests().reissue(*client);
        m_core.loop.cancel(m_hintsTimer);
        m_hintsTimer = m_core.loop.after(kManagerTime, [this] { restoreHints(); });
        m_lateGrabs.begin();
        return {};
    }
    logLine("rebuild failed: {}", done.error().forLog());
    for (auto& [id, client] : m_core.clients) {
        const auto old = oldUpstreams.find(id);
        client->upstream = old == oldUpstreams.end() ? nullptr : std::move(old->second);
        if (client->upstream)
            client->unanswered.clear(); // the old server has them still
    }
    m_core.link = std::move(oldLink);
    return done;
}

void ServerChange::takeAudit(Pump& pump, AuditDepth depth) {
    m_audit = auditServer(m_core, m_proxy.requests(), pump, depth, Clock::now() + kAuditLimit);
    logLine("audit: {}", m_audit.summary());
    for (const auto& line : m_audit.differenceLines())
        logLine("audit: differs: {}", line);
    for (const auto& [rule, count] : m_audit.byRule())
        logLine("audit: by rule, {} times: {}", count, rule);
}

Status ServerChange::audit() {
    if (!m_core.link)
        return fail(ErrorCode::ScreenUnavailable, "There is no X server to compare with.");
    if (m_proxy.state() == xcontrol::State::Attached)
        ENTRACTE_TRY(waitForGrab());
    UtilityPath utility(m_core);
    Pump pump;
    addAll(pump, utility);
    ENTRACTE_TRY(pump.syncAll(Clock::now() + kQuiesceLimit));
    takeAudit(pump, AuditDepth::WithPixels);
    m_proxy.resume();
    return m_audit.complete ? Status{}
                            : fail(ErrorCode::TimedOut, "The X server did not answer in time.");
}

Status ServerChange::connectPrograms(ServerLink& link) {
    for (auto& [id, client] : m_core.clients) {
        if (client->phase != Client::Phase::Running)
            continue;
        ENTRACTE_ASSIGN(connection, link.connector->connectNow(client->order, kConnectLimit));
        const XidRange server = connection.setup.range();
        // Until the unanswered requests are asked again, nothing may bear a number after theirs.
        const std::uint64_t sequence = client->unanswered.empty()
                                           ? client->sequence
                                           : client->unanswered.front().clientSequence - 1;
        client->upstream = std::make_unique<Upstream>(std::move(connection.socket), client->order,
                                                      server, sequence);
        link.translator->xids.addClient(client->range, server);
    }
    return {};
}

void ServerChange::unwatchServer() {
    if (m_core.link)
        m_core.loop.forget(m_core.link->utility->stream.fd());
    for (auto& [id, client] : m_core.clients)
        if (client->upstream && client->upstream->stream.open())
            m_core.loop.forget(client->upstream->stream.fd());
}

Status ServerChange::waitForGrab() {
    // Who holds the server by GrabServer must be able to let it go: others would wait for ever.
    const auto grabDeadline = Clock::now() + kGrabLimit;
    while (m_core.record.serverGrabber != kNobody && Clock::now() < grabDeadline) {
        m_core.loop.after(20ms, [] {});
        m_core.loop.turn();
    }
    if (m_core.record.serverGrabber != kNobody)
        return fail(ErrorCode::TimedOut, "A program holds the whole X server for itself.");
    return {};
}

Status ServerChange::quiesce(Clock::time_point deadline) {
    UtilityPath utility(m_core);
    Pump pump;
    addAll(pump, utility);
    ENTRACTE_TRY(pump.syncAll(deadline));
    return captureEverything(m_core, pump, deadline);
}

Result<std::vector<std::uint64_t>> ServerChange::prepare() {
    std::vector<std::uint64_t> inodes;
    for (auto& [id, client] : m_core.clients)
        RequestPath::leaveSharedMemory(*client);
    if (!m_core.link)
        return inodes; // waiting for a server: nothing reaches outside
    if (m_proxy.state() == xcontrol::State::Attached)
        ENTRACTE_TRY(waitForGrab());
    m_core.loop.cancel(m_giveUp);
    m_lateGrabs.forget();
    m_proxy.setState(xcontrol::State::Prepared);
    for (auto& [id, client] : m_core.clients)
        RequestPath::leaveSharedMemory(*client);
    if (const auto still = quiesce(Clock::now() + kQuiesceLimit); !still) {
        goOn();
        return fail(still.error());
    }
    // Nothing shared with a server outside is saved.
    for (auto& [id, client] : m_core.clients)
        client->stream.unpin();
    m_core.link->images.close(*m_core.link->utility,
                              m_core.link->translator->server.of(Ext::Shm).major);
    m_core.link->utility->stream.flush();
    // What nobody uses any more would be saved with the rest.
    m_core.link->utility->stream.releaseInput();
    ::malloc_trim(0);
    dropConnector();
    inodes.push_back(inodeOf(m_core.link->utility->stream.fd()));
    for (const auto& [id, client] : m_core.clients)
        if (client->upstream && client->upstream->stream.open())
            inodes.push_back(inodeOf(client->upstream->stream.fd()));
    m_giveUp = m_core.loop.after(kStillAtMost, [this] { goOn(); });
    return inodes;
}

void ServerChange::goOn() {
    m_core.loop.cancel(m_giveUp);
    if (m_proxy.state() != xcontrol::State::Prepared)
        return;
    m_proxy.setState(xcontrol::State::Attached);
    m_lateGrabs.begin();
    m_proxy.resume();
}

void ServerChange::keepFresh() {
    if (m_core.link && m_imagesTimer == 0 && m_core.link->images.anyUsed())
        m_imagesTimer = m_core.loop.after(kImagesIdle, [this] {
            m_imagesTimer = 0;
            if (m_core.link)
                m_core.link->images.tidy();
        });
    if (!m_core.record.capturesDue || m_captureTimer != 0)
        return;
    m_captureTimer = m_core.loop.after(kCaptureEvery, [this] {
        m_captureTimer = 0;
        if (m_proxy.state() != xcontrol::State::Attached)
            return;
        m_core.record.capturesDue = captureIdle(m_core, kCaptureBudget);
        m_proxy.flushUtility();
    });
}

void ServerChange::restoreHints() {
    if (m_proxy.state() != xcontrol::State::Attached)
        return;
    for (Bytes& request : properHints(m_core.record)) {
        const bool isChange = request[0] == std::byte{wire::core::kChangeProperty};
        m_core.link->translator->request(
            requestSchema(Ext::Core,
                          isChange ? wire::core::kChangeProperty : wire::core::kDeleteProperty),
            Ext::Core, request, wire::kHostOrder, false);
        m_core.link->utility->inject(request);
    }
    m_proxy.flushUtility();
}

Status ServerChange::detach() {
    if (!m_core.link)
        return {};
    ENTRACTE_TRY(waitForGrab());
    m_proxy.setState(xcontrol::State::Rebuilding);
    const auto still = quiesce(Clock::now() + kQuiesceLimit);
    if (!still) {
        m_proxy.setState(xcontrol::State::Attached);
        m_proxy.resume();
        return fail(still.error());
    }
    lost();
    return {};
}

void ServerChange::lost() {
    if (!m_core.link)
        return;
    m_lateGrabs.forget();
    m_core.loop.cancel(m_giveUp);
    // What it had said by then is the programs': keys that were typed while all was frozen.
    for (auto& [id, client] : m_core.clients)
        if (client->upstream && client->phase == Client::Phase::Running)
            readToTheEnd(*client->upstream, *client->sink);
    m_core.lastWords.forget();
    m_lastTime = m_core.link->translator->time.latestClient() + 1;
    unwatchServer();
    dropConnector();
    for (auto& [id, client] : m_core.clients) {
        if (!client->upstream)
            continue;
        m_proxy.requests().keepOwed(*client);
        client->upstream.reset();
    }
    const auto interrupted = [](const PixmapRef& pixmap) {
        if (std::exchange(pixmap->capturing, false))
            pixmap->dirty = true;
    };
    std::ranges::for_each(m_core.record.pixelHolders(), interrupted);
    m_core.record.capturesDue = true;
    m_core.link.reset();
    m_lastFailure = xcontrol::Failure::ServerLost;
    m_proxy.setState(xcontrol::State::Waiting);
    m_proxy.resume();
}

} // namespace entracte::xproxy
