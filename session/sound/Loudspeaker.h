#pragma once

// Plays outside what a session plays inside. The session's sound server (session/container/
// SoundFiles.h) writes what its programs play into a FIFO of the session, by its own clock, and
// lets it fall where nobody reads; here it is read, and given to the person's server, PulseAudio or
// what stands in for it. So nothing inside is connected to anything outside, nothing waits for
// anybody, and sound goes one way: what is heard outside, a microphone too, never comes in.
//
// Runs as the person, outside, in one thread, until its helper ends it or ends itself. What it
// reads is a stranger's, and is taken for samples whatever it is. How much it reads in a time is
// bounded, and how far what is heard may lag behind. While nothing plays, it is not connected to
// the person's server; when that is not there, or goes, it looks for it again as long as something
// plays.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <pulse/pulseaudio.h>

#include <chrono>
#include <memory>
#include <string>

namespace entracte::sound {

struct LoudspeakerOptions {
    UniqueFd fifo;   // open for reading and writing: it does not end when nobody inside has it open
    UniqueFd helper; // closed at its other end: the helper is gone
    std::string session; // its name, which the person's mixer shows
};

class Loudspeaker {
public:
    explicit Loudspeaker(LoudspeakerOptions options);
    ~Loudspeaker();

    // Until the helper ends, or `end` becomes readable.
    Status run(int end);

private:
    using Clock = std::chrono::steady_clock;

    struct LoopFreed {
        void operator()(pa_mainloop* loop) const { pa_mainloop_free(loop); }
    };

    // As events of the loop; each may be asked for again and again.
    void waitForSound();
    void tick();
    void tickAgain(std::chrono::milliseconds after);

    // What the FIFO holds by now. False when that was nothing.
    bool readSome();
    void play();
    void connect();
    void makeStream();
    void disconnect();
    bool isPlaying() const;

    LoudspeakerOptions m_options;
    std::unique_ptr<pa_mainloop, LoopFreed> m_loop;
    pa_mainloop_api* m_api = nullptr;
    pa_io_event* m_sound = nullptr; // the FIFO, while nothing plays
    pa_time_event* m_timer = nullptr;
    pa_context* m_context = nullptr;
    pa_stream* m_stream = nullptr;
    std::string m_waiting;        // samples that the person's server has not taken yet
    Clock::time_point m_heard;    // something, for the last time
    Clock::time_point m_nextLook; // for a server
    bool m_lost = false;          // the server: to be let go, but not within its own call
    bool m_ends = false;
};

} // namespace entracte::sound
