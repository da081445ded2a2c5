// Input: passive grabs, XI2 masks, cursors, focus. A grab cannot be asked for; that another
// program's conflicting grab is refused tells that it is there.

#include "tests/programs/XVictim.h"

#include <xcb/xinput.h>

#include <cstdlib>

namespace victim {
namespace {

constexpr std::uint8_t kKeyGrabbed = 77;
constexpr std::uint8_t kButtonGrabbed = 3;

class InputVictim : public Victim {
public:
    void make(const Xcb& x) override {
        m_window = x.newId();
        const std::uint32_t values[] = {1, XCB_EVENT_MASK_FOCUS_CHANGE | XCB_EVENT_MASK_KEY_PRESS};
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, m_window, x.screen->root, 400, 300,
                          50, 50, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                          XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
        xcb_map_window(x.connection, m_window);
        xcb_grab_key(x.connection, 1, m_window, XCB_MOD_MASK_CONTROL, kKeyGrabbed,
                     XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
        xcb_grab_button(x.connection, 1, m_window, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC,
                        XCB_GRAB_MODE_ASYNC, XCB_NONE, XCB_NONE, kButtonGrabbed, XCB_MOD_MASK_1);
        xcb_discard_reply(x.connection, xcb_input_xi_query_version(x.connection, 2, 2).sequence);
        struct {
            xcb_input_event_mask_t head;
            std::uint32_t mask;
        } select{{XCB_INPUT_DEVICE_ALL_MASTER, 1},
                 XCB_INPUT_XI_EVENT_MASK_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_BUTTON_PRESS};
        xcb_input_xi_select_events(x.connection, m_window, 1, &select.head);
        cursorOfGlyph(x);
    }

    void observe(const Xcb& x, Observation& seen) override {
        observeSelection(x, seen);
        // A conflicting grab has to come from another connection.
        auto* other = xcb_connect(nullptr, nullptr);
        const Xcb second{other, x.screen};
        seen.note("key grabbed", second.errorOf(xcb_grab_key_checked(
                                     other, 1, m_window, XCB_MOD_MASK_CONTROL, kKeyGrabbed,
                                     XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC)));
        seen.note("button grabbed",
                  second.errorOf(xcb_grab_button_checked(other, 1, m_window, 0, XCB_GRAB_MODE_ASYNC,
                                                         XCB_GRAB_MODE_ASYNC, XCB_NONE, XCB_NONE,
                                                         kButtonGrabbed, XCB_MOD_MASK_1)));
        xcb_disconnect(other);
        // The cursor is asked by using it: an error would say that it is gone.
        seen.note("cursor usable", x.errorOf(xcb_change_window_attributes_checked(
                                       x.connection, m_window, XCB_CW_CURSOR, &m_cursor)));
    }

private:
    void observeSelection(const Xcb& x, Observation& seen) const {
        auto* events = xcb_input_xi_get_selected_events_reply(
            x.connection, xcb_input_xi_get_selected_events(x.connection, m_window), nullptr);
        if (!events)
            return;
        for (auto i = xcb_input_xi_get_selected_events_masks_iterator(events); i.rem;
             xcb_input_event_mask_next(&i)) {
            const auto* mask = xcb_input_event_mask_mask(i.data);
            seen.note("xi2 mask of device " + std::to_string(i.data->deviceid),
                      i.data->mask_len ? mask[0] : 0);
        }
        seen.note("xi2 masks", events->num_masks);
        std::free(events);
    }

    void cursorOfGlyph(const Xcb& x) {
        const auto font = x.newId();
        xcb_open_font(x.connection, font, 6, "cursor");
        m_cursor = x.newId();
        xcb_create_glyph_cursor(x.connection, m_cursor, font, font, 68, 69, 0xffff, 0, 0, 0, 0,
                                0xffff);
        xcb_close_font(x.connection, font);
        xcb_change_window_attributes(x.connection, m_window, XCB_CW_CURSOR, &m_cursor);
    }

    xcb_window_t m_window = 0;
    xcb_cursor_t m_cursor = 0;
};

} // namespace

std::unique_ptr<Victim> inputVictim() {
    return std::make_unique<InputVictim>();
}

} // namespace victim
