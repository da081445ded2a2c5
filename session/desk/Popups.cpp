#include "session/desk/Popups.h"

#include <algorithm>
#include <cstring>
#include <ranges>

namespace entracte::desk {
namespace {

constexpr const char* kName = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr const char* kOwnerRule =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    "arg0='org.freedesktop.Notifications'";
constexpr std::uint32_t kUndefinedReason = 4; // of NotificationClosed

Result<Message> callOf(sd_bus* bus, const char* member) {
    sd_bus_message* call = nullptr;
    const int error = sd_bus_message_new_method_call(bus, &call, kName, kPath, kName, member);
    if (error < 0)
        return fail(Error::fromErrno("The desktop could not be called", -error));
    return Message(call);
}

bool isFrom(sd_bus_message* signal, const std::string& daemon) {
    const char* const sender = sd_bus_message_get_sender(signal);
    return sender && daemon == sender;
}

} // namespace

// Freed by sd-bus together with the call, also when no answer came.
struct Popups::Asked {
    Popups& popups;
    Origin origin;
    bool unwanted = false; // it was taken back meanwhile
    static void forget(void* asked) {
        auto* const self = static_cast<Asked*>(asked);
        self->popups.m_pending.erase(self);
        delete self;
    }
};

Status Popups::begin(sd_bus* bus) {
    m_bus = bus;
    int error = sd_bus_add_match(bus, nullptr, kOwnerRule, &ownerChanged, this);
    for (const auto& [member, handler] :
         {std::pair{"NotificationClosed", &closedThere}, std::pair{"ActionInvoked", &pressedThere}})
        if (error >= 0)
            error = sd_bus_match_signal(bus, nullptr, kName, kPath, kName, member, handler, this);
    if (error < 0) {
        end();
        return fail(Error::fromErrno("The desktop's bus could not be listened to", -error));
    }
    askForMarkup();
    return {};
}

void Popups::end() {
    m_asksForMarkup.reset();
    forgetAll();
    m_bus = nullptr;
}

void Popups::takeBack() {
    m_asksForMarkup.reset(); // it would keep the bus
    for (const auto& [number, shown] : m_shown)
        closeNumber(number);
    m_shown.clear();
}

void Popups::forgetAll() {
    m_readsMarkup = true;
    for (const auto gone = std::exchange(m_shown, {}); const auto& [number, shown] : gone)
        m_listener.closed(shown.origin, kUndefinedReason);
}

// One that is not running is not started for this: it is asked when it comes.
void Popups::askForMarkup() {
    auto call = callOf(m_bus, "GetCapabilities");
    sd_bus_slot* slot = nullptr;
    if (call && sd_bus_message_set_auto_start(call->get(), 0) >= 0 &&
        sd_bus_call_async(m_bus, &slot, call->get(), &capabilities, this, kCallLimit) >= 0)
        m_asksForMarkup.reset(slot);
}

int Popups::capabilities(sd_bus_message* reply, void* self, sd_bus_error*) {
    const char* capability = nullptr;
    bool markup = sd_bus_message_is_method_error(reply, nullptr) != 0 ||
                  sd_bus_message_enter_container(reply, 'a', "s") < 0;
    int more = 0;
    while (!markup && (more = sd_bus_message_read_basic(reply, 's', &capability)) > 0)
        markup = std::strcmp(capability, "body-markup") == 0;
    static_cast<Popups*>(self)->m_readsMarkup = markup || more < 0;
    return 0;
}

int Popups::ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& popups = *static_cast<Popups*>(self);
    const char *name = "", *before = "", *now = "";
    // The bus tells everybody; what comes to us alone is somebody else's word.
    if (sd_bus_message_get_destination(signal) ||
        sd_bus_message_read(signal, "sss", &name, &before, &now) < 0)
        return 0;
    popups.m_asksForMarkup.reset();
    popups.forgetAll();
    if (*now)
        popups.askForMarkup();
    return 0;
}

std::uint32_t Popups::numberOf(const Origin& origin) const {
    const auto found = std::ranges::find_if(
        m_shown, [&](const auto& entry) { return entry.second.origin == origin; });
    return origin.client == 0 || found == m_shown.end() ? 0 : found->first;
}

std::size_t Popups::questions() const {
    const auto isQuestion = [](const Origin& origin) { return origin.client == 0; };
    return static_cast<std::size_t>(
        std::ranges::count_if(m_shown | std::views::values, isQuestion, &Shown::origin) +
        std::ranges::count_if(m_pending, isQuestion,
                              [](const Asked* asked) { return asked->origin; }));
}

Status Popups::show(const Notice& notice, Origin origin) {
    if (!m_bus || m_pending.size() >= kMaxShown)
        return fail(ErrorCode::NotFound, "There is no desktop that shows notifications.");
    ENTRACTE_ASSIGN(call, callOf(m_bus, "Notify"));
    // Whatever a program calls itself, first comes whose it is.
    const std::string summary = m_session + ": " + notice.summary;
    std::string body = notice.body + (notice.body.empty() ? "" : "\n") +
                       (notice.program.empty() ? "Session " : notice.program + ", session ") +
                       m_session;
    if (m_readsMarkup)
        body = withoutMarkup(body);
    int error = sd_bus_message_append(call.get(), "susss", "Entracte", numberOf(origin),
                                      notice.icon.empty() ? "entracte" : notice.icon.c_str(),
                                      summary.c_str(), body.c_str());
    const auto step = [&error](int result) { error = error < 0 ? error : result; };
    step(sd_bus_message_open_container(call.get(), 'a', "s"));
    for (const auto& [key, label] : notice.actions)
        step(sd_bus_message_append(call.get(), "ss", key.c_str(), label.c_str()));
    step(sd_bus_message_close_container(call.get()));
    step(sd_bus_message_append(call.get(), "a{sv}i", 1, "urgency", "y",
                               static_cast<unsigned>(notice.urgency), notice.expiresMs));
    auto asked = std::make_unique<Asked>(Asked{*this, std::move(origin)});
    sd_bus_slot* slot = nullptr;
    if (error >= 0)
        error = sd_bus_call_async(m_bus, &slot, call.get(), &notified, asked.get(), kCallLimit);
    if (error < 0)
        return fail(Error::fromErrno("A notification could not be shown", -error));
    m_pending.insert(asked.get());
    sd_bus_slot_set_destroy_callback(slot, &Asked::forget);
    asked.release();
    sd_bus_slot_set_floating(slot, 1);
    sd_bus_slot_unref(slot);
    return {};
}

int Popups::notified(sd_bus_message* reply, void* asked, sd_bus_error*) {
    const auto& [popups, origin, unwanted] = *static_cast<Asked*>(asked);
    const char* const daemon = sd_bus_message_get_sender(reply);
    std::uint32_t number = 0;
    if (sd_bus_message_is_method_error(reply, nullptr) > 0 || !daemon ||
        sd_bus_message_read_basic(reply, 'u', &number) < 0 || number == 0) {
        popups.m_listener.notShown(origin);
        return 0;
    }
    // It was shown anew before the first had a number, or is not to be shown any more.
    if (const auto before = popups.numberOf(origin); before != 0 && before != number) {
        popups.m_shown.erase(before);
        popups.closeNumber(before);
    }
    popups.m_shown.erase(number);
    popups.makeRoom();
    popups.m_shown[number] = {origin, daemon, ++popups.m_order};
    if (unwanted)
        popups.closeNumber(number);
    return 0;
}

void Popups::makeRoom() {
    while (m_shown.size() >= kMaxShown) {
        const auto oldest = std::ranges::min_element(
            m_shown, {}, [](const auto& entry) { return entry.second.order; });
        closeNumber(oldest->first);
        const Origin origin = oldest->second.origin;
        m_shown.erase(oldest);
        m_listener.closed(origin, kUndefinedReason);
    }
}

void Popups::closeNumber(std::uint32_t number) {
    if (m_bus)
        sd_bus_call_method_async(m_bus, nullptr, kName, kPath, kName, "CloseNotification", nullptr,
                                 nullptr, "u", number);
}

void Popups::close(std::uint32_t client, std::uint32_t token) {
    const Origin origin{client, token, {}};
    if (const auto number = numberOf(origin))
        closeNumber(number);
    for (Asked* const asked : m_pending)
        asked->unwanted = asked->unwanted || asked->origin == origin;
}

int Popups::closedThere(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& popups = *static_cast<Popups*>(self);
    std::uint32_t number = 0;
    std::uint32_t reason = 0;
    if (sd_bus_message_read(signal, "uu", &number, &reason) < 0)
        return 0;
    const auto found = popups.m_shown.find(number);
    if (found == popups.m_shown.end() || !isFrom(signal, found->second.daemon))
        return 0;
    const Origin origin = found->second.origin;
    popups.m_shown.erase(found);
    popups.m_listener.closed(origin, reason);
    return 0;
}

int Popups::pressedThere(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& popups = *static_cast<Popups*>(self);
    std::uint32_t number = 0;
    const char* key = nullptr;
    if (sd_bus_message_read(signal, "us", &number, &key) < 0)
        return 0;
    const auto found = popups.m_shown.find(number);
    if (found == popups.m_shown.end() || !isFrom(signal, found->second.daemon))
        return 0;
    const Origin origin = found->second.origin;
    if (origin.client == 0) { // answered once
        popups.m_shown.erase(found);
        popups.closeNumber(number);
    }
    popups.m_listener.pressed(origin, key);
    return 0;
}

} // namespace entracte::desk
