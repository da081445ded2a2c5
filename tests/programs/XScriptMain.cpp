// x-script SEED COUNT EVERY [BASE BASE]: makes COUNT actions drawn from SEED. Before each EVERY of
// them it prints "checkpoint N" and waits for a line on its standard input; after it, it looks at
// everything. With two BASEs (hexadecimal, as another run printed them) its connections get just
// these resource bases.

#include "tests/programs/XScript.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace {

using namespace script;

constexpr int kMostConnections = 60;

// Connections until one has the wanted base; the others are closed again.
xcb_connection_t* connect(std::uint32_t wantedBase) {
    std::vector<xcb_connection_t*> others;
    xcb_connection_t* found = nullptr;
    for (int i = 0; i < kMostConnections && !found; ++i) {
        xcb_connection_t* one = xcb_connect(nullptr, nullptr);
        if (xcb_connection_has_error(one)) {
            xcb_disconnect(one);
            break;
        }
        if (wantedBase == 0 || xcb_get_setup(one)->resource_id_base == wantedBase)
            found = one;
        else
            others.push_back(one);
    }
    for (auto* other : others)
        xcb_disconnect(other);
    return found;
}

bool open(World& world, const std::vector<std::uint32_t>& bases) {
    for (std::size_t i = 0; i < world.connections.size(); ++i) {
        Connection& c = world.connections[i];
        c.name = static_cast<char>('A' + i);
        c.xcb = connect(i < bases.size() ? bases[i] : 0);
        if (!c.xcb)
            return false;
        c.screen = xcb_setup_roots_iterator(xcb_get_setup(c.xcb)).data;
        c.base = xcb_get_setup(c.xcb)->resource_id_base;
        std::fprintf(stderr, "base %x\n", c.base);
    }
    return true;
}

void makeFrame(World& world) {
    Connection& c = world.connections[0];
    world.frame = world.freshId(c);
    const std::uint32_t values[] = {0x336699, 1};
    xcb_create_window(c.xcb, XCB_COPY_FROM_PARENT, world.frame, c.screen->root, 16, 16, 480, 320, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    xcb_map_window(c.xcb, world.frame);
}

void lookAtAll(World& world, Transcript& transcript) {
    lookAtWindows(world, transcript);
    lookAtDrawables(world, transcript);
    lookAtPictures(world, transcript);
    lookAtExtensions(world, transcript);
    lookAtInput(world, transcript);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "Usage: x-script SEED COUNT EVERY [BASE BASE]\n");
        return 2;
    }
    const auto number = [&](int at) {
        return static_cast<std::uint32_t>(std::strtoul(argv[at], nullptr, 10));
    };
    const std::uint32_t count = number(2);
    const std::uint32_t every = std::max(1u, number(3));
    std::vector<std::uint32_t> bases;
    for (int i = 4; i < argc; ++i)
        bases.push_back(static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 16)));
    World world(number(1));
    if (!open(world, bases)) {
        std::fprintf(stderr, "x-script: no X server, or not with these bases\n");
        return 2;
    }
    Transcript transcript(world);
    makeFrame(world);
    prepareDrawing(world);
    prepareRender(world);
    prepareExtensions(world, transcript);
    transcript.settle();

    std::vector<Action> actions;
    for (const auto& some :
         {windowActions(), drawingActions(), renderActions(), extensionActions(), inputActions()})
        actions.insert(actions.end(), some.begin(), some.end());

    for (std::uint32_t i = 0; i < count; ++i) {
        if (i % every == 0) {
            forgetDamage(world);
            transcript.settle();
            transcript.line("checkpoint " + std::to_string(i / every));
            std::fflush(stdout);
            std::string line;
            if (!std::getline(std::cin, line))
                return 1;
            // The pointer of the other server is wherever it is. It comes from within the frame: to
            // a server with a grab it is otherwise still in the grab's window.
            Connection& c = world.connections[0];
            xcb_warp_pointer(c.xcb, XCB_NONE, c.screen->root, 0, 0, 0, 0, 250, 170);
            xcb_warp_pointer(c.xcb, XCB_NONE, c.screen->root, 0, 0, 0, 0, 2, 2);
            transcript.settleSilently();
            lookAtAll(world, transcript);
        }
        Connection& c = world.connections[world.draw(2)];
        const auto which = world.draw(static_cast<std::uint32_t>(actions.size()));
        transcript.line("action " + std::to_string(i) + " " + c.name + " " + std::to_string(which));
        actions[which](world, transcript, c);
        // Done before the other connection asks for anything: servers take them in no certain
        // order.
        std::free(xcb_get_input_focus_reply(c.xcb, xcb_get_input_focus(c.xcb), nullptr));
        transcript.settle();
    }
    lookAtAll(world, transcript);
    transcript.line("end");
    for (auto& c : world.connections)
        xcb_disconnect(c.xcb);
    return 0;
}
