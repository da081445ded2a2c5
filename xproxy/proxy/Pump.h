#pragma once

// Waits for the server and for nothing else, while programs are held: during a probe, a capture, a
// rebuild.

#include "session/base/Result.h"
#include "xproxy/proxy/EventLoop.h"
#include "xproxy/proxy/Upstream.h"

#include <functional>
#include <vector>

namespace entracte::xproxy {

class Pump {
public:
    // One that does not answer is only listened to.
    void add(Upstream& upstream, UpstreamSink& sink, bool answers = true) {
        m_lines.push_back({&upstream, &sink, answers});
    }

    // Until `done` says so. TimedOut after the deadline; ScreenUnavailable when a connection is
    // lost.
    Status until(const std::function<bool()>& done, Clock::time_point deadline);
    // Until everything that was queued on every connection has been done by the server.
    Status syncAll(Clock::time_point deadline);

private:
    struct Line {
        Upstream* upstream;
        UpstreamSink* sink;
        bool answers;
    };
    std::vector<Line> m_lines;
};

} // namespace entracte::xproxy
