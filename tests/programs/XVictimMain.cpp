// x-victim [GROUP...]: makes X resources of the groups named (all when none), observes them, prints
// "ready", and waits for a line on its standard input. For each line it observes again and prints
// every difference, then "same" or "N lost". Ends with status 0 when nothing was ever lost.

#include "tests/programs/XVictim.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

namespace victim {

xcb_atom_t Xcb::atom(const std::string& name) const {
    auto* reply = xcb_intern_atom_reply(
        connection,
        xcb_intern_atom(connection, 0, static_cast<std::uint16_t>(name.size()), name.data()),
        nullptr);
    const auto atom = reply ? reply->atom : xcb_atom_t{0};
    std::free(reply);
    return atom;
}

std::vector<std::uint8_t> Xcb::pixels(xcb_drawable_t drawable, std::uint16_t width,
                                      std::uint16_t height) const {
    auto* image = xcb_get_image_reply(
        connection,
        xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, 0, 0, width, height, ~0u),
        nullptr);
    if (!image)
        return {};
    const auto* data = xcb_get_image_data(image);
    std::vector<std::uint8_t> bytes(data, data + xcb_get_image_data_length(image));
    // The unused byte of a 24-bit pixel is whatever a server likes.
    if (image->depth == 24)
        for (std::size_t i = 3; i < bytes.size(); i += 4)
            bytes[i] = 0;
    std::free(image);
    return bytes;
}

int Xcb::errorOf(xcb_void_cookie_t cookie) const {
    auto* error = xcb_request_check(connection, cookie);
    const int code = error ? error->error_code : 0;
    std::free(error);
    return code;
}

} // namespace victim

int main(int argc, char** argv) {
    using namespace victim;
    const std::vector<std::pair<std::string, std::unique_ptr<Victim> (*)()>> known = {
        {"windows", windowVictim}, {"properties", propertyVictim}, {"drawing", drawingVictim},
        {"render", renderVictim},  {"input", inputVictim},         {"extensions", extensionVictim},
        {"buffers", bufferVictim},
    };
    std::vector<std::string> wanted(argv + 1, argv + argc);
    Xcb x;
    int screenNumber = 0;
    x.connection = xcb_connect(nullptr, &screenNumber);
    if (xcb_connection_has_error(x.connection)) {
        std::fprintf(stderr, "x-victim: no X server\n");
        return 2;
    }
    x.screen = xcb_setup_roots_iterator(xcb_get_setup(x.connection)).data;

    std::vector<std::unique_ptr<Victim>> victims;
    for (const auto& [name, make] : known)
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
            victims.push_back(make());
    for (auto& one : victims)
        one->make(x);
    const auto observe = [&] {
        Observation seen;
        for (auto& one : victims)
            one->observe(x, seen);
        return seen;
    };
    observe(); // drawing with an object may settle it; what counts is what is seen from now on
    const auto before = observe();
    std::printf("ready %zu\n", before.size());
    std::fflush(stdout);

    int lost = 0;
    std::string line;
    while (std::getline(std::cin, line)) {
        const int now = xcb_connection_has_error(x.connection) ? -1 : observe().compare(before);
        lost += now != 0;
        if (now < 0)
            std::printf("disconnected\n");
        else if (now == 0)
            std::printf("same\n");
        else
            std::printf("%d lost\n", now);
        std::fflush(stdout);
    }
    xcb_disconnect(x.connection);
    return lost ? 1 : 0;
}
