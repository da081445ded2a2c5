#pragma once

// An X server for the property "what is replayed is what was recorded": it takes requests from
// several connections, keeps a record of its own of them, and answers what a replay asks. It runs
// in a thread, and judges nothing: the record is what both sides must agree about.

#include "xproxy/proxy/SocketStream.h"
#include "xproxy/state/Recorder.h"

#include <thread>

namespace entracte::fuzz {

class ModelServer {
public:
    // `original`: names of atoms are looked up in it, so that both worlds number them alike.
    explicit ModelServer(const xproxy::Record& original);
    ~ModelServer();

    // Our end of a new connection. 0: the proxy's own.
    UniqueFd connect(xproxy::ClientId client, xproxy::XidRange range);
    void start();
    // No more is sent: everything is in the record after this.
    void finish();

    xproxy::Record record;
    xproxy::ExtensionTable extensions;

private:
    struct Line {
        xproxy::ClientId client;
        std::unique_ptr<xproxy::SocketStream> stream;
        std::uint16_t sequence = 0;
    };
    void run();
    bool serve(Line& line);
    void handle(Line& line, const xproxy::MessageView& view);

    const xproxy::Record& m_original;
    xproxy::Recorder m_recorder{record};
    std::vector<Line> m_lines;
    UniqueFd m_end; // closed: finish
    UniqueFd m_endSeen;
    std::thread m_thread;
};

} // namespace entracte::fuzz
