#include "app/desktop/Hotkey.h"

#include <QGuiApplication>

#include <xcb/xcb.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace entracte::desktop {

namespace {

// Lock and, as every X server of today has it, Num Lock: a grab is for one state of them.
constexpr std::array<std::uint16_t, 4> kLocks{
    0, XCB_MOD_MASK_LOCK, XCB_MOD_MASK_2,
    static_cast<std::uint16_t>(XCB_MOD_MASK_LOCK | XCB_MOD_MASK_2)};
constexpr std::uint16_t kUsed =
    XCB_MOD_MASK_SHIFT | XCB_MOD_MASK_CONTROL | XCB_MOD_MASK_1 | XCB_MOD_MASK_4;

template <typename T>
using Reply = std::unique_ptr<T, decltype(&std::free)>;

xcb_connection_t* connection() {
    auto* const x11 = qGuiApp->nativeInterface<QNativeInterface::QX11Application>();
    return x11 ? x11->connection() : nullptr;
}

xcb_window_t root(xcb_connection_t* server) {
    return xcb_setup_roots_iterator(xcb_get_setup(server)).data->root;
}

// The keysym (X protocol, appendix A) of Qt's key; 0 for those that nobody uses so.
xcb_keysym_t keysymOf(int key) {
    if (key >= Qt::Key_A && key <= Qt::Key_Z)
        return static_cast<xcb_keysym_t>(key - Qt::Key_A + 0x61);
    if (key >= Qt::Key_0 && key <= Qt::Key_9)
        return static_cast<xcb_keysym_t>(key);
    if (key >= Qt::Key_F1 && key <= Qt::Key_F35)
        return static_cast<xcb_keysym_t>(key - Qt::Key_F1 + 0xffbe);
    switch (key) {
    case Qt::Key_Space:
        return 0x20;
    case Qt::Key_Pause:
        return 0xff13;
    case Qt::Key_ScrollLock:
        return 0xff14;
    case Qt::Key_Print:
        return 0xff61;
    case Qt::Key_Insert:
        return 0xff63;
    case Qt::Key_Home:
        return 0xff50;
    case Qt::Key_End:
        return 0xff57;
    default:
        return 0;
    }
}

std::uint16_t modifiersOf(Qt::KeyboardModifiers modifiers) {
    std::uint16_t mask = 0;
    if (modifiers.testFlag(Qt::ShiftModifier))
        mask |= XCB_MOD_MASK_SHIFT;
    if (modifiers.testFlag(Qt::ControlModifier))
        mask |= XCB_MOD_MASK_CONTROL;
    if (modifiers.testFlag(Qt::AltModifier))
        mask |= XCB_MOD_MASK_1;
    if (modifiers.testFlag(Qt::MetaModifier))
        mask |= XCB_MOD_MASK_4;
    return mask;
}

std::vector<std::uint8_t> codesOf(xcb_connection_t* server, xcb_keysym_t keysym) {
    const auto* const setup = xcb_get_setup(server);
    const auto count = static_cast<std::uint8_t>(setup->max_keycode - setup->min_keycode + 1);
    const Reply<xcb_get_keyboard_mapping_reply_t> map(
        xcb_get_keyboard_mapping_reply(
            server, xcb_get_keyboard_mapping(server, setup->min_keycode, count), nullptr),
        &std::free);
    std::vector<std::uint8_t> codes;
    if (!map || map->keysyms_per_keycode == 0)
        return codes;
    const auto* const keysyms = xcb_get_keyboard_mapping_keysyms(map.get());
    const auto length = xcb_get_keyboard_mapping_keysyms_length(map.get());
    // The first column: what the key gives by itself.
    for (int i = 0; i < length; i += map->keysyms_per_keycode)
        if (keysyms[i] == keysym)
            codes.push_back(
                static_cast<std::uint8_t>(setup->min_keycode + i / map->keysyms_per_keycode));
    return codes;
}

} // namespace

Hotkey::Hotkey(QObject* parent) : QObject(parent) {
    qGuiApp->installNativeEventFilter(this);
}

Hotkey::~Hotkey() {
    if (qGuiApp)
        qGuiApp->removeNativeEventFilter(this);
    release();
}

bool Hotkey::isPossible() {
    return connection() != nullptr;
}

void Hotkey::release() {
    auto* const server = qGuiApp ? connection() : nullptr;
    for (const auto code : m_codes)
        for (const auto locks : kLocks)
            if (server)
                xcb_ungrab_key(server, code, root(server),
                               static_cast<std::uint16_t>(m_modifiers | locks));
    if (server)
        xcb_flush(server);
    m_codes.clear();
}

QString Hotkey::setKeys(const QKeySequence& keys) {
    release();
    if (keys.isEmpty())
        return {};
    auto* const server = connection();
    if (!server)
        return tr("This desktop gives no keys to applications in the background.");
    const auto wanted = keys[0];
    m_modifiers = modifiersOf(wanted.keyboardModifiers());
    const auto name = keys.toString(QKeySequence::NativeText);
    const bool aloneInTheWay =
        (m_modifiers & ~XCB_MOD_MASK_SHIFT) == 0 && wanted.key() < 0x01000000;
    if (aloneInTheWay)
        return tr("%1 is needed for typing. Add Ctrl, Alt or Meta.").arg(name);
    const auto keysym = keysymOf(wanted.key());
    const auto codes = keysym != 0 ? codesOf(server, keysym) : std::vector<std::uint8_t>();
    if (codes.empty())
        return tr("%1 cannot be had from this keyboard.").arg(name);
    m_codes = codes;
    bool refused = false;
    for (const auto code : codes)
        for (const auto locks : kLocks) {
            const auto grab = xcb_grab_key_checked(server, 1, root(server),
                                                   static_cast<std::uint16_t>(m_modifiers | locks),
                                                   code, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
            const Reply<xcb_generic_error_t> error(xcb_request_check(server, grab), &std::free);
            refused = refused || error;
        }
    if (!refused)
        return {};
    release();
    return tr("Another program has %1 already.").arg(name);
}

bool Hotkey::nativeEventFilter(const QByteArray& type, void* message, qintptr*) {
    if (m_codes.empty() || type != "xcb_generic_event_t")
        return false;
    const auto* const event = static_cast<const xcb_generic_event_t*>(message);
    if ((event->response_type & 0x7f) != XCB_KEY_PRESS)
        return false;
    const auto* const key = reinterpret_cast<const xcb_key_press_event_t*>(event);
    if ((key->state & kUsed) != m_modifiers ||
        std::find(m_codes.begin(), m_codes.end(), key->detail) == m_codes.end())
        return false;
    emit pressed();
    return true;
}

} // namespace entracte::desktop
