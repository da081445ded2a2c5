// Input: grabs, focus, fake input, selections, keyboard settings.

#include "tests/programs/XScript.h"

#include <xcb/xtest.h>

#include <cstdlib>

namespace script {
namespace {

xcb_window_t ownWindow(World& w, Connection& c) {
    const auto* window = w.any(c.windows);
    return window ? window->id : w.frame;
}

void grabButton(World& w, Transcript&, Connection& c) {
    const auto button = static_cast<std::uint8_t>(w.draw(4));
    const auto modifiers = static_cast<std::uint16_t>(w.sometimes(3) ? 0x8000 : w.draw(8));
    if (w.sometimes(3))
        xcb_ungrab_button(c.xcb, button, ownWindow(w, c), modifiers);
    else
        xcb_grab_button(c.xcb, 0, ownWindow(w, c), XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC,
                        XCB_GRAB_MODE_ASYNC, XCB_NONE, XCB_NONE, button, modifiers);
}

void grabKey(World& w, Transcript&, Connection& c) {
    const auto key = static_cast<std::uint8_t>(w.sometimes(6) ? 0 : 38 + w.draw(6));
    const auto modifiers = static_cast<std::uint16_t>(w.sometimes(3) ? 0x8000 : w.draw(4));
    if (w.sometimes(3))
        xcb_ungrab_key(c.xcb, key, ownWindow(w, c), modifiers);
    else
        xcb_grab_key(c.xcb, 1, ownWindow(w, c), modifiers, key, XCB_GRAB_MODE_ASYNC,
                     XCB_GRAB_MODE_ASYNC);
}

void grabActively(World& w, Transcript& t, Connection& c) {
    xcb_generic_error_t* error = nullptr;
    switch (w.draw(4)) {
    case 0: {
        auto* got = xcb_grab_pointer_reply(
            c.xcb,
            xcb_grab_pointer(c.xcb, 1, ownWindow(w, c), XCB_EVENT_MASK_BUTTON_PRESS,
                             XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, XCB_NONE, XCB_NONE, 0),
            &error);
        t.reply(c, "GrabPointer", got, error);
        break;
    }
    case 1: {
        auto* got =
            xcb_grab_keyboard_reply(c.xcb,
                                    xcb_grab_keyboard(c.xcb, 0, ownWindow(w, c), 0,
                                                      XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC),
                                    &error);
        t.reply(c, "GrabKeyboard", got, error);
        break;
    }
    case 2:
        xcb_ungrab_pointer(c.xcb, 0);
        break;
    default:
        xcb_ungrab_keyboard(c.xcb, 0);
        break;
    }
}

void setFocus(World& w, Transcript&, Connection& c) {
    const auto revertTo = static_cast<std::uint8_t>(w.draw(3));
    const xcb_window_t to = w.sometimes(5) ? w.draw(2) : ownWindow(w, c);
    xcb_set_input_focus(c.xcb, revertTo, to, 0);
}

void press(World& w, Transcript&, Connection& c) {
    const bool key = w.sometimes(2);
    const auto detail = static_cast<std::uint8_t>(key ? 38 + w.draw(6) : 1 + w.draw(3));
    const std::uint8_t down = key ? XCB_KEY_PRESS : XCB_BUTTON_PRESS;
    xcb_warp_pointer(c.xcb, XCB_NONE, c.screen->root, 0, 0, 0, 0, w.place(0, 480), w.place(0, 320));
    xcb_test_fake_input(c.xcb, down, detail, 0, XCB_NONE, 0, 0, 0);
    xcb_test_fake_input(c.xcb, static_cast<std::uint8_t>(down + 1), detail, 0, XCB_NONE, 0, 0, 0);
    xcb_warp_pointer(c.xcb, XCB_NONE, c.screen->root, 0, 0, 0, 0, 2, 2);
}

void ownSelection(World& w, Transcript&, Connection& c) {
    xcb_set_selection_owner(c.xcb, w.sometimes(4) ? XCB_NONE : ownWindow(w, c), *w.any(w.atoms), 0);
}

void convertSelection(World& w, Transcript&, Connection& c) {
    xcb_convert_selection(c.xcb, ownWindow(w, c), *w.any(w.atoms), *w.any(w.atoms), *w.any(w.atoms),
                          0);
}

void queryPointer(World& w, Transcript& t, Connection& c) {
    xcb_generic_error_t* error = nullptr;
    auto* got = xcb_query_pointer_reply(c.xcb, xcb_query_pointer(c.xcb, ownWindow(w, c)), &error);
    t.reply(c, "QueryPointer", got, error);
    auto* translated = xcb_translate_coordinates_reply(
        c.xcb, xcb_translate_coordinates(c.xcb, c.screen->root, ownWindow(w, c), 40, 50), &error);
    t.reply(c, "TranslateCoordinates", translated, error);
}

} // namespace

std::vector<Action> inputActions() {
    return {grabButton, grabKey,      grabActively,     setFocus,    press,
            press,      ownSelection, convertSelection, queryPointer};
}

void lookAtInput(World& w, Transcript& t) {
    Connection& c = w.connections[0];
    xcb_generic_error_t* error = nullptr;
    auto* focus = xcb_get_input_focus_reply(c.xcb, xcb_get_input_focus(c.xcb), &error);
    t.reply(c, "GetInputFocus", focus, error);
    for (const auto selection : w.atoms) {
        auto* owner =
            xcb_get_selection_owner_reply(c.xcb, xcb_get_selection_owner(c.xcb, selection), &error);
        t.reply(c, "GetSelectionOwner", owner, error);
    }
}

} // namespace script
