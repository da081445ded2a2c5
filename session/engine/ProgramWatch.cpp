#include "session/engine/ProgramWatch.h"

#include <sys/socket.h>

namespace entracte {

namespace {
using namespace std::chrono_literals;
constexpr auto kPace = 20ms;    // between two answers
constexpr auto kEmptyPace = 1s; // after an answer that came too early and told nothing
constexpr auto kMinWait = 5s;   // of an honest answer that tells nothing
constexpr int kMaxPastRounds = 1000;
constexpr auto kPastLimit = 500ms;
} // namespace

Status ProgramWatch::start(pid_t init, bool skipPast) {
    stop();
    ENTRACTE_ASSIGN(client, InitClient::connect(init));
    m_client.emplace(std::move(client));
    m_stopping = false;
    m_settled = !skipPast;
    m_thread = std::thread([this] { run(); });
    // Usually at once, and nobody waits longer for a PID 1 that gives no answer.
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, kPastLimit, [this] { return m_settled; });
    return {};
}

void ProgramWatch::skipPast() {
    m_serial = 0;
    for (int round = 0; round < kMaxPastRounds; ++round) {
        const auto past = m_client->events(m_serial);
        if (!past || past->exits.empty() || past->exits.back().serial <= m_serial)
            break;
        for (const ProgramExit& exit : past->exits)
            m_observer(exit, true);
        m_serial = past->exits.back().serial;
    }
    const std::lock_guard lock(m_mutex);
    m_settled = true;
    m_changed.notify_all();
}

void ProgramWatch::stop() {
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    ::shutdown(m_client->socket(), SHUT_RDWR); // whoever reads it wakes up
    m_thread.join();
    m_client.reset();
}

void ProgramWatch::run() {
    if (!m_settled)
        skipPast();
    for (;;) {
        const auto asked = std::chrono::steady_clock::now();
        const auto events = m_client->waitEvents(m_serial);
        if (!events)
            return; // stopped, or the session ended, which its pidfd tells
        bool told = false;
        for (const ProgramExit& exit : events->exits) {
            if (exit.serial <= m_serial)
                continue;
            m_serial = exit.serial;
            m_observer(exit, false);
            told = true;
        }
        const bool tooEarly = !told && std::chrono::steady_clock::now() - asked < kMinWait;
        if (!pause(tooEarly ? std::chrono::milliseconds(kEmptyPace) : kPace))
            return;
    }
}

bool ProgramWatch::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(m_mutex);
    return !m_changed.wait_for(lock, time, [this] { return m_stopping; });
}

} // namespace entracte
