#include "session/sound/Loudspeaker.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace entracte::sound {
namespace {

using namespace std::chrono_literals;

// As sound.pa has it.
constexpr pa_sample_spec kSamples{PA_SAMPLE_S16LE, 48'000, 2};
constexpr std::size_t kFrame = 4; // bytes
constexpr std::size_t kBytesOfMs = 48 * kFrame;
// What is heard lags behind what is seen by this at most: the rest is left out.
constexpr std::size_t kMostWaiting = 150 * kBytesOfMs;
constexpr auto kStep = 20ms;             // while something plays, and is heard
constexpr auto kStepUnheard = 200ms;     // while nobody takes it
constexpr std::size_t kOneRead = 65'536; // bytes: a pipe's usual size, 340 ms
constexpr auto kSilence = 5s;            // until the person's server is let go
constexpr auto kLookAgain = 3s;

// libpulse would make folders in /tmp where the person has none.
bool hasRuntimeFolder() {
    const char* const folder = std::getenv("XDG_RUNTIME_DIR");
    struct stat status {};
    return folder && ::stat(folder, &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == ::getuid();
}

} // namespace

Loudspeaker::Loudspeaker(LoudspeakerOptions options)
    : m_options(std::move(options)), m_loop(pa_mainloop_new()) {
    m_waiting.reserve(kMostWaiting + kOneRead);
    if (m_loop)
        m_api = pa_mainloop_get_api(m_loop.get());
}

Loudspeaker::~Loudspeaker() {
    disconnect();
}

Status Loudspeaker::run(int end) {
    if (!m_loop)
        return fail(ErrorCode::System, "The sound of the session cannot be waited for.");
    const auto ended = [](pa_mainloop_api*, pa_io_event*, int, pa_io_event_flags_t, void* self) {
        static_cast<Loudspeaker*>(self)->m_ends = true;
    };
    m_api->io_new(m_api, end, PA_IO_EVENT_INPUT, ended, this);
    if (m_options.helper) // nothing is ever written there: it only hangs up
        m_api->io_new(m_api, m_options.helper.get(), PA_IO_EVENT_INPUT, ended, this);
    waitForSound();
    while (!m_ends) {
        if (pa_mainloop_iterate(m_loop.get(), 1, nullptr) < 0)
            return fail(ErrorCode::System, "The sound of the session can no longer be waited for.");
        if (m_lost)
            disconnect();
    }
    return {};
}

void Loudspeaker::waitForSound() {
    const auto there = [](pa_mainloop_api* api, pa_io_event* event, int, pa_io_event_flags_t,
                          void* data) {
        auto* const self = static_cast<Loudspeaker*>(data);
        api->io_enable(event, PA_IO_EVENT_NULL);
        self->m_heard = Clock::now();
        self->tick();
    };
    if (m_sound)
        m_api->io_enable(m_sound, PA_IO_EVENT_INPUT);
    else
        m_sound = m_api->io_new(m_api, m_options.fifo.get(), PA_IO_EVENT_INPUT, there, this);
}

void Loudspeaker::tickAgain(std::chrono::milliseconds after) {
    timeval at{};
    pa_timeval_add(pa_gettimeofday(&at),
                   static_cast<pa_usec_t>(std::chrono::microseconds(after).count()));
    if (m_timer)
        return m_api->time_restart(m_timer, &at);
    m_timer = m_api->time_new(
        m_api, &at,
        [](pa_mainloop_api*, pa_time_event*, const timeval*, void* self) {
            static_cast<Loudspeaker*>(self)->tick();
        },
        this);
}

void Loudspeaker::tick() {
    const auto now = Clock::now();
    if (readSome())
        m_heard = now;
    if (now - m_heard > kSilence) {
        disconnect();
        return waitForSound();
    }
    if (!m_context && now >= m_nextLook)
        connect();
    play();
    tickAgain(isPlaying() ? kStep : kStepUnheard);
}

// Once: a session that writes without end is read as fast as this ticks, and no faster.
bool Loudspeaker::readSome() {
    std::array<char, kOneRead> bytes;
    const ssize_t got = ::read(m_options.fifo.get(), bytes.data(), bytes.size());
    if (got <= 0)
        return false;
    m_waiting.append(bytes.data(), static_cast<std::size_t>(got));
    if (m_waiting.size() > kMostWaiting)
        m_waiting.erase(0, (m_waiting.size() - kMostWaiting + kFrame - 1) / kFrame * kFrame);
    return true;
}

bool Loudspeaker::isPlaying() const {
    return m_stream && pa_stream_get_state(m_stream) == PA_STREAM_READY;
}

void Loudspeaker::play() {
    if (!isPlaying())
        return;
    const std::size_t room = pa_stream_writable_size(m_stream);
    if (room == static_cast<std::size_t>(-1)) {
        m_lost = true;
        return;
    }
    const std::size_t now = std::min(room, m_waiting.size()) / kFrame * kFrame;
    if (now == 0)
        return;
    if (pa_stream_write(m_stream, m_waiting.data(), now, nullptr, 0, PA_SEEK_RELATIVE) != 0)
        m_lost = true;
    m_waiting.erase(0, now);
}

void Loudspeaker::connect() {
    m_nextLook = Clock::now() + kLookAgain;
    if (!hasRuntimeFolder())
        return;
    m_context = pa_context_new(m_api, "Entracte");
    if (!m_context)
        return;
    pa_context_set_state_callback(
        m_context,
        [](pa_context* context, void* data) {
            auto* const self = static_cast<Loudspeaker*>(data);
            const auto state = pa_context_get_state(context);
            if (state == PA_CONTEXT_READY)
                self->makeStream();
            else if (!PA_CONTEXT_IS_GOOD(state))
                self->m_lost = true;
        },
        this);
    // A person without a sound server is not given one.
    if (pa_context_connect(m_context, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0)
        m_lost = true;
}

void Loudspeaker::makeStream() {
    pa_proplist* const about = pa_proplist_new();
    pa_proplist_sets(about, PA_PROP_MEDIA_ICON_NAME, "entracte");
    m_stream = pa_stream_new_with_proplist(m_context, m_options.session.c_str(), &kSamples, nullptr,
                                           about);
    pa_proplist_free(about);
    if (!m_stream) {
        m_lost = true;
        return;
    }
    pa_stream_set_state_callback(
        m_stream,
        [](pa_stream* stream, void* self) {
            if (!PA_STREAM_IS_GOOD(pa_stream_get_state(stream)))
                static_cast<Loudspeaker*>(self)->m_lost = true;
        },
        this);
    constexpr auto kAsUsual = static_cast<std::uint32_t>(-1);
    pa_buffer_attr buffer{};
    buffer.maxlength = kMostWaiting;
    buffer.tlength = 100 * kBytesOfMs;
    buffer.prebuf = 50 * kBytesOfMs;
    buffer.minreq = kAsUsual;
    buffer.fragsize = kAsUsual;
    if (pa_stream_connect_playback(m_stream, nullptr, &buffer, PA_STREAM_ADJUST_LATENCY, nullptr,
                                   nullptr) < 0)
        m_lost = true;
}

void Loudspeaker::disconnect() {
    if (m_lost)
        spdlog::debug("no sound server of the person's: {}",
                      m_context ? pa_strerror(pa_context_errno(m_context)) : "");
    if (m_stream) {
        pa_stream_set_state_callback(m_stream, nullptr, nullptr);
        pa_stream_disconnect(m_stream);
        pa_stream_unref(m_stream);
    }
    if (m_context) {
        pa_context_set_state_callback(m_context, nullptr, nullptr);
        pa_context_disconnect(m_context);
        pa_context_unref(m_context);
    }
    m_stream = nullptr;
    m_context = nullptr;
    m_lost = false;
    m_waiting.clear();
}

} // namespace entracte::sound
