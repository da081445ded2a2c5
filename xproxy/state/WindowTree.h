#pragma once

// What requests and events do to the tree of windows. Stacking order is the order of `children`,
// bottom first.

#include "xproxy/state/Record.h"

namespace entracte::xproxy::windowtree {

inline constexpr std::uint32_t kSubstructureRedirect = 1u << 20;

void attach(Record& record, Window& window, ClientXid parent); // on top
void detach(Record& record, Window& window);
void reparent(Record& record, Window& window, ClientXid parent, std::int16_t x, std::int16_t y);
// The window, and all beneath it.
// The input focus reverts when it was there or below (X protocol, section 10 "SetInputFocus").
void unmap(Record& record, Window& window);
void destroy(Record& record, ClientXid window);

enum class Stack : std::uint8_t { Above = 0, Below = 1, TopIf = 2, BottomIf = 3, Opposite = 4 };
void restack(Record& record, Window& window, ClientXid sibling, Stack mode);
// CirculateWindow: RaiseLowest or LowerHighest of the children.
void circulate(Record& record, Window& parent, bool raiseLowest);
// The window was moved and resized by so many pixels: its children go with its edges as their
// win-gravity says (X protocol, section 10 "ConfigureWindow").
void moveChildren(Record& record, const Window& window, int dx, int dy, int dw, int dh);
bool isSibling(const Record& record, const Window& window, ClientXid other);
// Directly above `sibling`, or at the bottom when it is None or not ours.
void placeAbove(Record& record, Window& window, ClientXid sibling);

// Where the inside of a window begins, in the parent, and how large it is.
struct Inside {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
};
Inside insideOf(const Window& window);
// The window was moved or resized from `before` to what it is now: its children follow by their
// gravity (X protocol, section 10 "ConfigureWindow").
void moveByGravity(Record& record, const Window& window, const Inside& before);

// Whether somebody else than `requester` has asked to be asked before a child of `parent` is mapped
// or configured.
bool isRedirected(const Record& record, ClientXid parent, ClientId requester);

bool isRoot(const Record& record, ClientXid window);
// The window and all above it are mapped.
bool isViewable(const Record& record, ClientXid window);
// Whether it is `outer` or anywhere below it.
bool isWithin(const Record& record, ClientXid window, ClientXid outer);
// A window manager that is no program of the session has it, or one above it, in a frame.
bool isInForeignFrame(const Record& record, ClientXid window);
// The root at the top of the window's tree; None when its ancestors are not known.
ClientXid rootOf(const Record& record, ClientXid window);

// Of a program that ends: the windows in its save-set.
void rescueSaved(Record& record, ClientId client);
// The connection is gone: its save-set is rescued and its windows are destroyed.
void clientGone(Record& record, ClientId client);

} // namespace entracte::xproxy::windowtree
