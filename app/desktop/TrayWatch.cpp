#include "app/desktop/TrayWatch.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>

#include <xcb/xcb.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace entracte::desktop {

namespace {

// Where a desktop draws icons and menus itself (StatusNotifierItem).
constexpr const char* kWatcher = "org.kde.StatusNotifierWatcher";
constexpr const char* kWatcherPath = "/StatusNotifierWatcher";
// Where icons are windows (the system tray protocol of freedesktop.org).
constexpr const char* kSelectionOfScreen = "_NET_SYSTEM_TRAY_S";
constexpr const char* kManager = "MANAGER";

xcb_connection_t* connection() {
    auto* const x11 = qGuiApp->nativeInterface<QNativeInterface::QX11Application>();
    return x11 ? x11->connection() : nullptr;
}

template <typename T>
using Reply = std::unique_ptr<T, decltype(&std::free)>;

int screenNumber() {
    char* host = nullptr;
    int display = 0;
    int screen = 0;
    if (xcb_parse_display(nullptr, &host, &display, &screen) != 0)
        std::free(host);
    return screen;
}

xcb_atom_t atom(xcb_connection_t* server, const std::string& name) {
    const Reply<xcb_intern_atom_reply_t> reply(
        xcb_intern_atom_reply(
            server,
            xcb_intern_atom(server, 0, static_cast<std::uint16_t>(name.size()), name.data()),
            nullptr),
        &std::free);
    return reply ? reply->atom : xcb_atom_t{XCB_ATOM_NONE};
}

} // namespace

TrayWatch::TrayWatch(QObject* parent)
    : QObject(parent), m_bus(QDBusConnection::sessionBus()),
      m_names(kWatcher, m_bus, QDBusServiceWatcher::WatchForRegistration) {
    // A watcher without anything that shows what it collects is no tray.
    connect(&m_names, &QDBusServiceWatcher::serviceRegistered, this, &TrayWatch::askBus);
    m_bus.connect(kWatcher, kWatcherPath, kWatcher, "StatusNotifierHostRegistered", this,
                  SLOT(askBus()));
    if (auto* const server = connection()) {
        m_selection = atom(server, kSelectionOfScreen + std::to_string(screenNumber()));
        m_manager = atom(server, kManager);
        qGuiApp->installNativeEventFilter(this);
    }
}

TrayWatch::~TrayWatch() {
    if (qGuiApp)
        qGuiApp->removeNativeEventFilter(this);
}

void TrayWatch::begin() {
    if (isOnDisplay())
        emit found();
    else
        askBus();
}

bool TrayWatch::isOnDisplay() const {
    auto* const server = connection();
    if (!server)
        return false;
    const Reply<xcb_get_selection_owner_reply_t> reply(
        xcb_get_selection_owner_reply(server, xcb_get_selection_owner(server, m_selection),
                                      nullptr),
        &std::free);
    return reply && reply->owner != XCB_WINDOW_NONE;
}

void TrayWatch::askBus() {
    auto call = QDBusMessage::createMethodCall(kWatcher, kWatcherPath,
                                               "org.freedesktop.DBus.Properties", "Get");
    call << kWatcher << "IsStatusNotifierHostRegistered";
    call.setAutoStartService(false);
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QDBusVariant> reply = *answered;
                if (reply.isValid() && reply.value().variant().toBool())
                    emit found();
                else
                    emit notYet();
            });
}

// A tray that becomes the display's says so to the root window, where Qt listens for all of us.
bool TrayWatch::nativeEventFilter(const QByteArray& type, void* message, qintptr*) {
    if (type != "xcb_generic_event_t")
        return false;
    const auto* const event = static_cast<const xcb_generic_event_t*>(message);
    if ((event->response_type & 0x7f) != XCB_CLIENT_MESSAGE)
        return false;
    const auto* const told = reinterpret_cast<const xcb_client_message_event_t*>(event);
    if (told->type == m_manager && told->format == 32 && told->data.data32[1] == m_selection)
        emit found();
    return false;
}

} // namespace entracte::desktop
