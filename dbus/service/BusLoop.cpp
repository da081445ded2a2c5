#include "dbus/service/BusLoop.h"

#include "session/base/ScopeExit.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>

namespace entracte::service {

namespace {

// Signals are caught by a handler and not blocked: a blocked signal would stay blocked in every
// program that the helper starts.
std::atomic<int> stopFd{-1};
std::atomic<bool> stopAsked{false};
std::atomic<bool> hungUp{false};

void wakeLoop() {
    const int kept = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(stopFd, &one, sizeof one);
    errno = kept;
}

void onStopSignal(int) {
    stopAsked = true;
    wakeLoop();
}

void onHangUpSignal(int) {
    hungUp = true;
    wakeLoop();
}

} // namespace

Result<std::unique_ptr<BusLoop>> BusLoop::open(BusKind kind) {
    try {
        auto connection = kind == BusKind::System ? sdbus::createSystemBusConnection()
                                                  : sdbus::createSessionBusConnection();
        UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!wake)
            return fail(Error::fromErrno("The helper could not make an event descriptor"));
        return std::unique_ptr<BusLoop>(new BusLoop(std::move(connection), std::move(wake)));
    } catch (const sdbus::Error& error) {
        return fail(ErrorCode::System, "The message bus cannot be reached.", error.what(),
                    "Is dbus-daemon running, and DBUS_SYSTEM_BUS_ADDRESS right if it is set?");
    }
}

BusLoop::BusLoop(std::unique_ptr<sdbus::IConnection> connection, UniqueFd wake)
    : m_connection(std::move(connection)), m_raw(compat::rawBus(*m_connection)),
      m_wake(std::move(wake)) {
    stopAsked = false;
    stopFd = m_wake.get();
    struct sigaction action {};
    action.sa_handler = onStopSignal;
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
}

BusLoop::~BusLoop() {
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (m_hangUp)
        signal(SIGHUP, SIG_DFL);
    stopFd = -1;
}

Status BusLoop::claimName(const std::string& name) {
    try {
        m_connection->requestName(compat::ServiceName(name));
        return {};
    } catch (const sdbus::Error& error) {
        return fail(ErrorCode::NotAuthorized,
                    "The bus does not give the name " + name + " to the helper.", error.what(),
                    "Is another entracted running, or the bus policy not installed?");
    }
}

void BusLoop::post(std::function<void()> task) {
    const std::lock_guard lock(m_mutex);
    m_posted.push_back(std::move(task));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(m_wake.get(), &one, sizeof one);
}

void BusLoop::after(std::chrono::milliseconds delay, std::function<void()> task) {
    m_timers.emplace(Clock::now() + delay, std::move(task));
}

void BusLoop::stop() {
    m_stopped = true;
    onStopSignal(0);
}

void BusLoop::onHangUp(std::function<void()> task) {
    m_hangUp = std::move(task);
    hungUp = false;
    struct sigaction action {};
    action.sa_handler = onHangUpSignal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGHUP, &action, nullptr);
}

void BusLoop::runTasks() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto ignored = ::read(m_wake.get(), &count, sizeof count);
    if (hungUp.exchange(false) && m_hangUp)
        m_hangUp();
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_posted);
    }
    for (const auto now = Clock::now(); !m_timers.empty() && m_timers.begin()->first <= now;) {
        tasks.push_back(std::move(m_timers.begin()->second));
        m_timers.erase(m_timers.begin());
    }
    for (const auto& task : tasks)
        task();
}

int BusLoop::pollTimeout(const sdbus::IConnection::PollData& data) const {
    const int forBus = data.getPollTimeout();
    if (m_timers.empty())
        return forBus;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(m_timers.begin()->first - Clock::now())
            .count();
    const int forTimer = static_cast<int>(std::clamp<long>(left, 0, 3'600'000));
    return forBus < 0 ? forTimer : std::min(forBus, forTimer);
}

Status BusLoop::run() {
    while (!m_stopped && !stopAsked) {
        try {
            while (compat::processPending(*m_connection)) {
            }
            runTasks();
            // A task may have made the bus talk: what it queued is looked at before we sleep.
            while (compat::processPending(*m_connection)) {
            }
            if (sd_bus_is_open(m_raw) <= 0)
                return fail(ErrorCode::System, "The message bus went away.");
            if (m_stopped || stopAsked) // a signal whose wake-up runTasks has just consumed
                break;
            const auto data = m_connection->getEventLoopPollData();
            std::array<pollfd, 3> fds{{{data.fd, data.events, 0},
                                       {m_wake.get(), POLLIN, 0},
                                       {compat::secondFd(data), POLLIN, 0}}};
            if (poll(fds.data(), fds.size(), pollTimeout(data)) < 0 && errno != EINTR)
                return fail(Error::fromErrno("The helper could not wait for the message bus"));
        } catch (const sdbus::Error& error) {
            if (sd_bus_is_open(m_raw) <= 0)
                return fail(ErrorCode::System, "The message bus went away.", error.what());
            spdlog::warn("bus: {}", error.what());
        }
    }
    return {};
}

} // namespace entracte::service
