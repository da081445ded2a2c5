#pragma once

// The verbs of the design's one recovery path: arriving at a server (the first, or another), being
// still, leaving, and losing it. All block; programs are held meanwhile.

#include "xproxy/proxy/Proxy.h"
#include "xproxy/proxy/Pump.h"
#include "xproxy/proxy/ServerProbe.h"
#include "xproxy/proxy/UtilityPath.h"
#include "xproxy/replay/Audit.h"
#include "xproxy/replay/LateGrabs.h"

namespace entracte::xproxy {

class ServerChange {
public:
    explicit ServerChange(Proxy& proxy);

    // Rebuilds everything on the server behind the channel. On failure the session stays where it
    // was, or waits if it was nowhere.
    Status attach(UniqueFd channel);
    // Still, everything captured. Ends by itself after a minute. The inodes are those of all
    // sockets to the server.
    Result<std::vector<std::uint64_t>> prepare();
    void goOn();
    // At the end of each round of the loop: keeps the captured pixels fresh.
    void keepFresh();
    Status detach();
    // The server went away.
    void lost();

    // Compares the server with the record now, pixels included. Programs are held for so long.
    Status audit();
    // Of the last rebuild, or of audit().
    const AuditReport& lastAudit() const { return m_audit; }

    xcontrol::Failure lastFailure() const { return m_lastFailure; }
    std::uint32_t rebuildMicros() const { return m_rebuildMicros; }

private:
    Status waitForGrab();
    Status quiesce(Clock::time_point deadline);
    bool isSameServer(ServerLink& other);
    void dropConnector();
    void addAll(Pump& pump, UtilityPath& utility);
    Result<std::unique_ptr<ServerLink>> open(UniqueFd channel, ServerKnowledge& knowledge);
    Status moveTo(std::unique_ptr<ServerLink> link, const ServerKnowledge& knowledge);
    Status connectPrograms(ServerLink& link);
    void unwatchServer();
    void takeAudit(Pump& pump, AuditDepth depth);
    void restoreHints();
    std::int64_t clientNow() const;
    void startClock(const ServerKnowledge& server);

    Proxy& m_proxy;
    Core& m_core;
    xcontrol::Failure m_lastFailure = xcontrol::Failure::None;
    std::uint32_t m_rebuildMicros = 0;
    AuditReport m_audit;
    LateGrabs m_lateGrabs;
    std::uint32_t m_lastTime = 1; // programs' time when the last server was left, ms
    // Programs' time at a moment of the arrival at the present or last server.
    std::int64_t m_arrivalTime = 0; // ms, as SERVERTIME
    Clock::time_point m_arrived = Clock::now();
    EventLoop::TimerId m_giveUp = 0;
    EventLoop::TimerId m_captureTimer = 0;
    EventLoop::TimerId m_hintsTimer = 0;
    EventLoop::TimerId m_imagesTimer = 0;
};

xcontrol::Failure failureOf(const Error& error);

} // namespace entracte::xproxy
