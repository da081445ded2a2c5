#include "session/desk/Desk.h"

#include "session/desk/Link.h"
#include "session/desk/Opener.h"
#include "session/desk/Wish.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace entracte::desk {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOpenKey = "entracte-open";
constexpr std::size_t kMaxQuestions = 3;
constexpr std::size_t kMaxAskedLink = 300; // bytes: what a person can read in a notification
constexpr auto kLookAgain = 5s;
constexpr auto kSavingLimit = 10min;          // when no answer came
constexpr std::uint32_t kUndefinedReason = 4; // of NotificationClosed

// The address came from the person's environment; anybody could have made a socket there.
bool isThePersons(sd_bus* bus) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(sd_bus_get_fd(bus), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == ::getuid() || peer.uid == 0);
}

} // namespace

bool Allowance::take(Clock::time_point now) {
    m_left = std::min(m_most, m_left + (now - m_last) / m_interval);
    m_last = now;
    if (m_left < 1)
        return false;
    m_left -= 1;
    return true;
}

Desk::Desk(DeskOptions options)
    : m_options(std::move(options)), m_line(m_options.line.get()),
      m_popups(*this, m_options.session),
      m_notices(20, std::chrono::milliseconds(500), m_options.spent),
      m_links(3, std::chrono::seconds(5), m_options.spent),
      m_saves(1, std::chrono::seconds(15), m_options.spent) {}

Desk::~Desk() {
    m_popups.takeBack();
    m_bus.reset(); // says so to the daemon, and forgets what is on its way
}

Status Desk::run(int end) {
    findBus(); // so that the daemon has said what it reads before anything is shown
    for (;;) {
        while (m_bus) {
            const int more = sd_bus_process(m_bus.get(), nullptr);
            if (more < 0)
                loseBus();
            if (more <= 0)
                break;
        }
        pollfd polled[] = {
            {end, POLLIN, 0},
            {m_options.line.get(), static_cast<short>(m_line.owes() ? POLLIN | POLLOUT : POLLIN),
             0},
            {m_bus ? sd_bus_get_fd(m_bus.get()) : -1,
             static_cast<short>(m_bus ? std::max(0, sd_bus_get_events(m_bus.get())) : 0), 0},
            {m_options.helper.get(), POLLIN, 0}}; // -1 is passed over
        // Answers that never come end with a call's own time limit.
        if (::poll(polled, std::size(polled), m_bus ? 1000 : -1) < 0 && errno != EINTR)
            return fail(Error::fromErrno("The session could not be listened to"));
        if (polled[0].revents != 0 || (polled[3].revents != 0 && !hearHelper()))
            return {};
        if ((polled[1].revents & POLLOUT) != 0 && !m_line.flush())
            return {};
        if ((polled[1].revents & ~POLLOUT) != 0) {
            const bool lives = m_line.read();
            while (const auto frame = m_line.next())
                handle(*frame);
            if (!lives)
                return {};
        }
    }
}

bool Desk::findBus() {
    const auto now = Allowance::Clock::now();
    if (m_bus || now < m_nextLook)
        return m_bus != nullptr;
    m_nextLook = now + kLookAgain;
    sd_bus* bus = nullptr;
    if (const int error = sd_bus_open_user(&bus); error < 0) {
        spdlog::info("there is no desktop to tell: {}", std::strerror(-error));
        return false;
    }
    m_bus.reset(bus);
    if (!isThePersons(bus)) {
        spdlog::warn("the desktop's bus is not the person's: nothing is told to it");
        m_bus.reset();
        return false;
    }
    sd_bus_set_method_call_timeout(bus, kCallLimit);
    if (const auto begun = m_popups.begin(bus); !begun) {
        spdlog::info("{}", begun.error().forLog());
        m_bus.reset();
    }
    return m_bus != nullptr;
}

void Desk::loseBus() {
    m_popups.end();
    m_bus.reset();
}

// Client 0 is ourselves.
void Desk::answer(Kind kind, std::uint32_t client, std::uint32_t token,
                  const std::vector<std::string>& words) {
    if (client == 0)
        return;
    m_line.send({kind, client, token, joined(words)});
    static_cast<void>(m_line.flush());
}

void Desk::handle(const Frame& frame) {
    if (frame.client == 0) // PID 1 numbers its clients from 1 on
        return;
    switch (frame.kind) {
    case Kind::Show:
        return show(frame);
    case Kind::Close:
        return m_popups.close(frame.client, frame.token);
    case Kind::Open:
        return open(frame);
    case Kind::Save:
        return save(frame);
    default:
        break; // nothing for us
    }
}

void Desk::show(const Frame& frame) {
    const auto notice = decodeNotice(frame.payload);
    if (!notice || !m_notices.take(Allowance::Clock::now()))
        return answer(Kind::Closed, frame.client, frame.token, {std::to_string(kUndefinedReason)});
    findBus();
    if (const auto told = m_popups.show(*notice, {frame.client, frame.token, {}}); !told) {
        spdlog::info("{}", told.error().forLog());
        answer(Kind::Unavailable, frame.client, frame.token);
    }
}

void Desk::open(const Frame& frame) {
    const auto words = texts(frame.payload);
    const auto link = words && words->size() == 1 ? safeLink(words->front()) : std::nullopt;
    const auto done = [this, client = frame.client, token = frame.token](bool good) {
        answer(Kind::Opened, client, token, {good ? "1" : "0"});
    };
    if (!link || !m_links.take(Allowance::Clock::now()))
        return done(false);
    const bool hasBus = findBus();
    if (m_options.askLinks || leadsInside(*link))
        return done(askToOpen(*link));
    openLink(hasBus ? m_bus.get() : nullptr, *link, done);
}

// One at a time, and not one after the other: a session could fill the disk with itself.
void Desk::save(const Frame& frame) {
    if (frame.payload == joined({kRestoredWord}))
        return answer(Kind::Saved, frame.client, frame.token,
                      {m_options.restored ? kSavedWord : kNotSavedWord});
    const bool suspend = frame.payload == joined({kSuspendWord});
    if (!suspend && frame.payload != joined({kSnapshotWord}))
        return;
    const auto now = Allowance::Clock::now();
    if ((m_saving && now < m_saving->until) || !m_saves.take(now))
        return answer(Kind::Saved, frame.client, frame.token, {kTooSoonWord});
    const Wish wish = suspend ? Wish::Suspend : Wish::Snapshot;
    if (::send(m_options.helper.get(), &wish, sizeof wish, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
        return answer(Kind::Saved, frame.client, frame.token, {kNotSavedWord});
    m_saving = Saving{frame.client, frame.token, now + kSavingLimit};
}

// False when it is gone.
bool Desk::hearHelper() {
    Outcome outcome{};
    const ssize_t got = ::recv(m_options.helper.get(), &outcome, sizeof outcome, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got != 1)
        return false;
    if (const auto saving = std::exchange(m_saving, std::nullopt))
        answer(Kind::Saved, saving->client, saving->token,
               {outcome == Outcome::Saved ? kSavedWord : kNotSavedWord});
    return true;
}

// The person sees all of what would be opened, or it is not.
bool Desk::askToOpen(const std::string& link) {
    if (link.size() > kMaxAskedLink || m_popups.questions() >= kMaxQuestions)
        return false;
    Notice notice;
    notice.summary = "A program wants to open a link";
    notice.body = link;
    notice.actions = {{kOpenKey, "Open"}};
    const auto told = m_popups.show(notice, {0, 0, link});
    if (!told)
        spdlog::info("{}", told.error().forLog());
    return told.has_value();
}

void Desk::notShown(const Popups::Origin& origin) {
    answer(Kind::Unavailable, origin.client, origin.token);
}

void Desk::closed(const Popups::Origin& origin, std::uint32_t reason) {
    answer(Kind::Closed, origin.client, origin.token, {std::to_string(reason)});
}

void Desk::pressed(const Popups::Origin& origin, const std::string& key) {
    if (origin.client != 0)
        return answer(Kind::Invoked, origin.client, origin.token, {key});
    if (key == kOpenKey)
        openLink(m_bus.get(), origin.link, [](bool) {});
}

} // namespace entracte::desk
