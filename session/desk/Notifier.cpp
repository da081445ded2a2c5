#include "session/desk/Notifier.h"

#include "session/desk/Connect.h"
#include "session/desk/Notice.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace entracte::desk {
namespace {

constexpr const char* kName = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr std::size_t kMaxLive = 200;
constexpr std::uint32_t kUndefinedReason = 4;

// What a program may write as a file is none outside; only names travel.
std::string iconName(const std::string& icon) {
    return icon.find('/') == std::string::npos ? icon : std::string();
}

struct Hints {
    int urgency = 1;
    std::string entry;
};

int readHints(sd_bus_message* call, Hints& hints) {
    int error = sd_bus_message_enter_container(call, 'a', "{sv}");
    while (error >= 0 && (error = sd_bus_message_enter_container(call, 'e', "sv")) > 0) {
        const char* name = nullptr;
        const char* type = nullptr;
        error = sd_bus_message_read_basic(call, 's', &name);
        if (error >= 0)
            error = sd_bus_message_peek_type(call, nullptr, &type);
        if (error < 0)
            break;
        if (std::strcmp(name, "urgency") == 0 && std::strcmp(type, "y") == 0) {
            std::uint8_t urgency = 1;
            error = sd_bus_message_read(call, "v", "y", &urgency);
            hints.urgency = urgency;
        } else if (std::strcmp(name, "desktop-entry") == 0 && std::strcmp(type, "s") == 0) {
            const char* entry = "";
            error = sd_bus_message_read(call, "v", "s", &entry);
            hints.entry = error < 0 ? "" : entry;
        } else {
            error = sd_bus_message_skip(call, "v");
        }
        if (error >= 0)
            error = sd_bus_message_exit_container(call);
    }
    return error < 0 ? error : sd_bus_message_exit_container(call);
}

int onNotify(sd_bus_message* call, void* self, sd_bus_error* error) {
    const auto number = static_cast<Notifier*>(self)->notify(call);
    if (!number)
        return sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                number.error().sentence().c_str());
    return sd_bus_reply_method_return(call, "u", *number);
}

int onClose(sd_bus_message* call, void* self, sd_bus_error*) {
    std::uint32_t number = 0;
    if (const int error = sd_bus_message_read_basic(call, 'u', &number); error < 0)
        return error;
    static_cast<Notifier*>(self)->close(number);
    return sd_bus_reply_method_return(call, nullptr);
}

int onCapabilities(sd_bus_message* call, void*, sd_bus_error*) {
    return sd_bus_reply_method_return(call, "as", 2, "actions", "body");
}

int onInformation(sd_bus_message* call, void*, sd_bus_error*) {
    return sd_bus_reply_method_return(call, "ssss", "Entracte", "Entracte", "1", "1.2");
}

int onNameLost(sd_bus_message* signal, void* self, sd_bus_error*) {
    const char* name = nullptr;
    if (sd_bus_message_read_basic(signal, 's', &name) >= 0 && std::strcmp(name, kName) == 0)
        static_cast<Notifier*>(self)->giveWay();
    return 0;
}

const sd_bus_vtable kTable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", &onNotify, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("CloseNotification", "u", "", &onClose, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("GetCapabilities", "", "as", &onCapabilities, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("GetServerInformation", "", "ssss", &onInformation, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("NotificationClosed", "uu", 0),
    SD_BUS_SIGNAL("ActionInvoked", "us", 0),
    SD_BUS_VTABLE_END};

} // namespace

Status Notifier::serveBus() {
    sd_bus* bus = nullptr;
    int error = sd_bus_open_user(&bus);
    m_bus.reset(bus);
    if (error >= 0)
        error = sd_bus_add_object_vtable(bus, nullptr, kPath, kName, kTable, this);
    if (error >= 0)
        error = sd_bus_match_signal(bus, nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "NameLost", &onNameLost, this);
    // A desktop's own daemon that starts later may take its place.
    if (error >= 0)
        error = sd_bus_request_name(bus, kName, SD_BUS_NAME_ALLOW_REPLACEMENT);
    if (error < 0)
        return fail(Error::fromErrno("The session's bus takes no notification daemon", -error));
    return {};
}

Status Notifier::run() {
    m_socket = connectToInit();
    if (!m_socket)
        return fail(Error::fromErrno("The way out of the session is closed"));
    m_line = std::make_unique<Line>(m_socket.get());
    ENTRACTE_TRY(serveBus());
    while (!m_ends) {
        int more = 0;
        while ((more = sd_bus_process(m_bus.get(), nullptr)) > 0) {
        }
        if (more < 0 || m_ends)
            break;
        pollfd polled[] = {
            {m_socket.get(), static_cast<short>(m_line->owes() ? POLLIN | POLLOUT : POLLIN), 0},
            {sd_bus_get_fd(m_bus.get()),
             static_cast<short>(std::max(0, sd_bus_get_events(m_bus.get()))), 0}};
        if (::poll(polled, 2, -1) < 0 && errno != EINTR)
            break;
        if ((polled[0].revents & POLLOUT) != 0 && !m_line->flush())
            break;
        if ((polled[0].revents & ~POLLOUT) != 0) {
            const bool lives = m_line->read();
            while (const auto frame = m_line->next())
                handle(*frame);
            if (!lives)
                break;
        }
    }
    return {};
}

Result<std::uint32_t> Notifier::notify(sd_bus_message* call) {
    const char *program = "", *icon = "", *summary = "", *body = "";
    std::uint32_t replaces = 0;
    Hints hints;
    Notice notice;
    char** actions = nullptr;
    int error = sd_bus_message_read(call, "susss", &program, &replaces, &icon, &summary, &body);
    if (error >= 0)
        error = sd_bus_message_read_strv(call, &actions);
    if (error >= 0)
        error = readHints(call, hints);
    if (error >= 0)
        error = sd_bus_message_read_basic(call, 'i', &notice.expiresMs);
    for (char** word = actions; word && *word && error >= 0; ++word) {
        if (word[1] && notice.actions.size() < kMaxActions)
            notice.actions.emplace_back(word[0], std::string(word[1]).substr(0, 100));
        std::free(*word);
        if (!word[1])
            break;
        std::free(*++word);
    }
    std::free(static_cast<void*>(actions));
    if (error < 0)
        return fail(Error::fromErrno("This is no notification", -error));
    notice.urgency = hints.urgency;
    notice.program = std::string(program).substr(0, kMaxSummary);
    notice.icon = iconName(*icon ? icon : hints.entry);
    notice.summary = std::string(summary).substr(0, kMaxSummary);
    notice.body = std::string(body).substr(0, kMaxBody);
    const std::uint32_t number = m_live.contains(replaces) ? replaces : m_last + 1;
    if (!m_live.contains(number) && m_live.size() >= kMaxLive)
        return fail(ErrorCode::Busy, "There are too many notifications already.");
    m_last = std::max(m_last, number);
    m_live.insert(number);
    if (!m_line->send({Kind::Show, 0, number, encodeNotice(notice)}) || !m_line->flush()) {
        m_live.erase(number);
        return fail(ErrorCode::Busy, "The desktop outside takes no more notifications now.");
    }
    return number;
}

void Notifier::close(std::uint32_t number) {
    if (!m_live.contains(number))
        return;
    m_line->send({Kind::Close, 0, number, {}});
    static_cast<void>(m_line->flush());
    constexpr std::uint32_t kByCall = 3;
    tellClosed(number, kByCall);
}

void Notifier::tellClosed(std::uint32_t number, std::uint32_t reason) {
    if (m_live.erase(number) != 0)
        sd_bus_emit_signal(m_bus.get(), kPath, kName, "NotificationClosed", "uu", number, reason);
}

void Notifier::handle(const Frame& frame) {
    const auto words = texts(frame.payload);
    switch (frame.kind) {
    case Kind::Linked:
        for (const auto live = m_live; const std::uint32_t number : live)
            tellClosed(number, kUndefinedReason);
        break;
    case Kind::Unavailable:
        tellClosed(frame.token, kUndefinedReason);
        break;
    case Kind::Closed: {
        const auto reason = words && words->size() == 1 ? number(words->front()) : std::nullopt;
        tellClosed(frame.token, static_cast<std::uint32_t>(std::clamp(reason.value_or(4), 1, 4)));
        break;
    }
    case Kind::Invoked:
        if (words && words->size() == 1 && m_live.contains(frame.token))
            sd_bus_emit_signal(m_bus.get(), kPath, kName, "ActionInvoked", "us", frame.token,
                               words->front().c_str());
        break;
    default:
        break; // nothing for us
    }
}

} // namespace entracte::desk
