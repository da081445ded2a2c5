// x-bench TEST COUNT: does one thing COUNT times on $DISPLAY and prints how many a second went
// through.
//
// The questions are asked one after the other, each waiting for its answer; the stream is never
// waited for but at its end. What has to be there first (a window, an atom) is made before the
// clock starts. XCB, because Xlib answers some of these by itself.

#include <xcb/render.h>
#include <xcb/xcb.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace {

struct Freed {
    void operator()(void* reply) const { std::free(reply); }
};
template <typename Reply>
bool arrived(Reply* reply) {
    return std::unique_ptr<Reply, Freed>(reply) != nullptr;
}

struct Place {
    xcb_connection_t* connection;
    xcb_window_t window;
    xcb_gcontext_t gc;
    xcb_pixmap_t pixmap;
};

Place makePlace(xcb_connection_t* connection) {
    const xcb_screen_t* screen = xcb_setup_roots_iterator(xcb_get_setup(connection)).data;
    Place place{connection, xcb_generate_id(connection), xcb_generate_id(connection),
                xcb_generate_id(connection)};
    const std::array<std::uint32_t, 2> values{screen->white_pixel, 1};
    xcb_create_window(connection, XCB_COPY_FROM_PARENT, place.window, screen->root, 0, 0, 400, 400,
                      0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values.data());
    xcb_map_window(connection, place.window);
    xcb_create_pixmap(connection, screen->root_depth, place.pixmap, place.window, 100, 100);
    xcb_create_gc(connection, place.gc, place.window, 0, nullptr);
    return place;
}

bool sync(xcb_connection_t* c) {
    return arrived(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), nullptr));
}

// What a toolkit sends when it draws: a colour, a few small shapes, now to a window, now to a
// pixmap.
bool stream(const Place& p, unsigned long count) {
    for (unsigned long i = 0; i < count; ++i) {
        const xcb_drawable_t on = i % 64 < 48 ? p.window : p.pixmap;
        const auto at = static_cast<std::int16_t>(i % 90);
        const auto colour = static_cast<std::uint32_t>(i);
        const xcb_rectangle_t rectangle{at, at, 4, 4};
        const xcb_segment_t segment{at, 0, at, 5};
        switch (i % 4) {
        case 0:
            xcb_change_gc(p.connection, p.gc, XCB_GC_FOREGROUND, &colour);
            break;
        case 1:
            xcb_poly_fill_rectangle(p.connection, on, p.gc, 1, &rectangle);
            break;
        case 2:
            xcb_poly_segment(p.connection, on, p.gc, 1, &segment);
            break;
        default:
            xcb_copy_area(p.connection, p.pixmap, p.window, p.gc, 0, 0, at, at, 4, 4);
        }
    }
    return sync(p.connection);
}

using Question = std::function<bool(xcb_connection_t*)>;

const std::map<std::string, Question> kQuestions = {
    {"focus", [](xcb_connection_t* c) { return sync(c); }},
    {"atom",
     [](xcb_connection_t* c) {
         constexpr const char* kName = "_NET_WM_WINDOW_TYPE";
         const auto asked =
             xcb_intern_atom(c, 0, static_cast<std::uint16_t>(std::strlen(kName)), kName);
         return arrived(xcb_intern_atom_reply(c, asked, nullptr));
     }},
    {"extension",
     [](xcb_connection_t* c) {
         return arrived(xcb_query_extension_reply(c, xcb_query_extension(c, 6, "RENDER"), nullptr));
     }},
    {"formats",
     [](xcb_connection_t* c) {
         return arrived(
             xcb_render_query_pict_formats_reply(c, xcb_render_query_pict_formats(c), nullptr));
     }},
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3)
        return std::fputs("Usage: x-bench focus|atom|extension|formats|stream COUNT\n", stderr), 2;
    const std::string test = argv[1];
    const unsigned long count = std::strtoul(argv[2], nullptr, 10);
    const auto question = kQuestions.find(test);
    if (count == 0 || (question == kQuestions.end() && test != "stream"))
        return std::fputs("x-bench: no such test\n", stderr), 2;
    const std::unique_ptr<xcb_connection_t, void (*)(xcb_connection_t*)> connection(
        xcb_connect(nullptr, nullptr), xcb_disconnect);
    if (xcb_connection_has_error(connection.get()))
        return std::fputs("x-bench: no X server\n", stderr), 1;
    const Place place = makePlace(connection.get());
    bool done = sync(connection.get()) &&
                (question == kQuestions.end() || question->second(connection.get()));
    const auto began = std::chrono::steady_clock::now();
    if (question == kQuestions.end())
        done = done && stream(place, count);
    else
        for (unsigned long i = 0; done && i < count; ++i)
            done = question->second(connection.get());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (!done)
        return std::fputs("x-bench: the server did not answer\n", stderr), 1;
    std::printf("%.1f\n", static_cast<double>(count) / took.count());
}
