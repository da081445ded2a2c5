#pragma once

// The proxy's end of a shm channel (ControlProtocol.h, BecomeShmChannel): asks the helper outside
// for descriptors of System V segments, one after the other.

#include "xproxy/proxy/Core.h"

#include <deque>

namespace entracte::xproxy {

class SegmentChannel final : public SegmentSource, public Pollable {
public:
    explicit SegmentChannel(EventLoop& loop) : m_loop(loop) {}
    ~SegmentChannel();

    void open(UniqueFd channel);
    // Programs that wait are held until there is another channel, or told no.
    void close();

    bool request(std::int32_t shmid, Done done) override;
    UniqueFd requestNow(std::int32_t shmid, Clock::time_point deadline) override;

private:
    void ready(std::uint32_t epollEvents) override;
    void receive();

    EventLoop& m_loop;
    UniqueFd m_channel;
    std::deque<Done> m_waiting;
};

} // namespace entracte::xproxy
