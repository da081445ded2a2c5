#include "session/screen/Survey.h"

#include "session/screen/Png.h"
#include "session/screen/SurveyProtocol.h"

#include <sys/socket.h>
#include <xcb/res.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace entracte::screen {
namespace {

constexpr int kDeepest = 4;               // of a client's window within a window manager's frames
constexpr std::uint32_t kLargest = 32768; // pixels each way

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
template <typename T>
using Reply = std::unique_ptr<T, Free>;

struct Rectangle {
    std::int32_t x = 0, y = 0;
    std::uint32_t width = 0, height = 0;
};

class Surveyor {
public:
    Surveyor(xcb_connection_t* connection, xcb_screen_t* screen, pid_t connector)
        : m_connection(connection), m_screen(screen), m_connector(connector),
          m_canvas(screen->width_in_pixels, screen->height_in_pixels) {}

    bool run() {
        m_atoms = {atom("WM_STATE"), atom("_NET_WM_NAME"), atom("UTF8_STRING")};
        blank({0, 0, m_canvas.width, m_canvas.height});
        if (m_connector == 0) { // a screen of the session's own: all of it, background and panels
            paint(m_screen->root, {0, 0, m_canvas.width, m_canvas.height});
            m_bounds = {0, 0, m_canvas.width, m_canvas.height};
        }
        const auto tree = Reply<xcb_query_tree_reply_t>(xcb_query_tree_reply(
            m_connection, xcb_query_tree(m_connection, m_screen->root), nullptr));
        if (!tree)
            return false;
        const std::span children(
            xcb_query_tree_children(tree.get()),
            static_cast<std::size_t>(xcb_query_tree_children_length(tree.get())));
        for (const xcb_window_t child : children) { // from the bottom to the top
            const auto place = visiblePlace(child);
            if (!place)
                continue;
            if (!visit(child, 0) && m_connector != 0)
                blank(*place);
        }
        std::ranges::reverse(m_windows);
        return true;
    }

    const std::vector<SurveyWindow>& windows() const { return m_windows; }
    bool sawAnything() const { return m_bounds.width > 0 && m_bounds.height > 0; }
    std::string bounds() const {
        std::string text;
        for (const auto number : {std::int64_t{m_bounds.x}, std::int64_t{m_bounds.y},
                                  std::int64_t{m_bounds.width}, std::int64_t{m_bounds.height}})
            text += (text.empty() ? "" : " ") + std::to_string(number);
        return text;
    }
    Picture picture() const {
        Picture cut(std::max(1u, m_bounds.width), std::max(1u, m_bounds.height));
        for (std::uint32_t y = 0; y < m_bounds.height; ++y)
            std::memcpy(cut.rgb.data() + std::size_t{3} * y * cut.width,
                        m_canvas.rgb.data() +
                            std::size_t{3} *
                                ((static_cast<std::size_t>(m_bounds.y) + y) * m_canvas.width +
                                 static_cast<std::size_t>(m_bounds.x)),
                        std::size_t{3} * m_bounds.width);
        return cut;
    }

private:
    struct Atoms {
        xcb_atom_t state, name, utf8;
    };

    xcb_atom_t atom(const char* name) const {
        const auto reply = Reply<xcb_intern_atom_reply_t>(xcb_intern_atom_reply(
            m_connection,
            xcb_intern_atom(m_connection, 0, static_cast<std::uint16_t>(std::strlen(name)), name),
            nullptr));
        return reply ? reply->atom : xcb_atom_t{XCB_ATOM_NONE};
    }

    // Where a window is on the screen, when anything of it can be seen.
    std::optional<Rectangle> visiblePlace(xcb_window_t window) const {
        const auto attributes =
            Reply<xcb_get_window_attributes_reply_t>(xcb_get_window_attributes_reply(
                m_connection, xcb_get_window_attributes(m_connection, window), nullptr));
        if (!attributes || attributes->map_state != XCB_MAP_STATE_VIEWABLE ||
            attributes->_class != XCB_WINDOW_CLASS_INPUT_OUTPUT)
            return std::nullopt;
        const auto geometry = Reply<xcb_get_geometry_reply_t>(
            xcb_get_geometry_reply(m_connection, xcb_get_geometry(m_connection, window), nullptr));
        const auto origin =
            Reply<xcb_translate_coordinates_reply_t>(xcb_translate_coordinates_reply(
                m_connection, xcb_translate_coordinates(m_connection, window, m_screen->root, 0, 0),
                nullptr));
        if (!geometry || !origin)
            return std::nullopt;
        return Rectangle{origin->dst_x, origin->dst_y, geometry->width, geometry->height};
    }

    bool isOurs(xcb_window_t window) const {
        if (m_connector == 0)
            return true;
        const xcb_res_client_id_spec_t spec{window, XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID};
        const auto reply = Reply<xcb_res_query_client_ids_reply_t>(xcb_res_query_client_ids_reply(
            m_connection, xcb_res_query_client_ids(m_connection, 1, &spec), nullptr));
        if (!reply)
            return false;
        const auto ids = xcb_res_query_client_ids_ids_iterator(reply.get());
        return ids.rem > 0 && xcb_res_client_id_value_value_length(ids.data) > 0 &&
               *xcb_res_client_id_value_value(ids.data) == static_cast<std::uint32_t>(m_connector);
    }

    Reply<xcb_get_property_reply_t> property(xcb_window_t window, xcb_atom_t name) const {
        return Reply<xcb_get_property_reply_t>(xcb_get_property_reply(
            m_connection,
            xcb_get_property(m_connection, 0, window, name, XCB_GET_PROPERTY_TYPE_ANY, 0, 256),
            nullptr));
    }
    std::string text(xcb_window_t window, xcb_atom_t name) const {
        const auto reply = property(window, name);
        if (!reply || reply->format != 8)
            return {};
        return {static_cast<const char*>(xcb_get_property_value(reply.get())),
                static_cast<std::size_t>(xcb_get_property_value_length(reply.get()))};
    }

    // Ours, perhaps in frames of a window manager's: true when something of it was painted.
    bool visit(xcb_window_t window, int depth) {
        const auto place = visiblePlace(window);
        if (!place || depth > kDeepest)
            return false;
        const auto state = property(window, m_atoms.state);
        const bool managed = state && state->type != XCB_ATOM_NONE;
        const bool ours = isOurs(window);
        if (ours && (managed || (depth == 0 && m_connector != 0))) {
            if (m_connector != 0)
                paint(window, *place);
            if (managed && m_windows.size() < kMaxSurveyWindows)
                describe(window, *place);
            return true;
        }
        const auto tree = Reply<xcb_query_tree_reply_t>(
            xcb_query_tree_reply(m_connection, xcb_query_tree(m_connection, window), nullptr));
        bool found = false;
        for (int i = 0; tree && i < xcb_query_tree_children_length(tree.get()); ++i)
            found = visit(xcb_query_tree_children(tree.get())[i], depth + 1) || found;
        return found;
    }

    void describe(xcb_window_t window, const Rectangle& place) {
        SurveyWindow told{place.x, place.y, place.width, place.height, {}, {}};
        std::string title = text(window, m_atoms.name);
        if (title.empty())
            title = text(window, XCB_ATOM_WM_NAME);
        const std::string names = text(window, XCB_ATOM_WM_CLASS); // instance NUL class NUL
        const auto end = names.find('\0');
        const std::string kind = end == std::string::npos
                                     ? names
                                     : names.substr(end + 1, names.find('\0', end + 1) - end - 1);
        title.copy(told.title, sizeof told.title - 1);
        kind.copy(told.className, sizeof told.className - 1);
        m_windows.push_back(told);
    }

    // What of it lies on the screen.
    Rectangle clipped(const Rectangle& place) const {
        const auto left = std::clamp<std::int64_t>(place.x, 0, m_canvas.width);
        const auto top = std::clamp<std::int64_t>(place.y, 0, m_canvas.height);
        const auto right =
            std::clamp<std::int64_t>(std::int64_t{place.x} + place.width, left, m_canvas.width);
        const auto bottom =
            std::clamp<std::int64_t>(std::int64_t{place.y} + place.height, top, m_canvas.height);
        return {static_cast<std::int32_t>(left), static_cast<std::int32_t>(top),
                static_cast<std::uint32_t>(right - left), static_cast<std::uint32_t>(bottom - top)};
    }

    // What is not ours.
    void blank(const Rectangle& place) {
        const Rectangle seen = clipped(place);
        for (std::uint32_t y = 0; y < seen.height; ++y)
            for (std::uint32_t x = 0; x < seen.width; ++x)
                std::ranges::copy(kNothing, pixel(seen, x, y));
    }

    std::uint8_t* pixel(const Rectangle& place, std::uint32_t x, std::uint32_t y) {
        return m_canvas.rgb.data() +
               std::size_t{3} * ((static_cast<std::size_t>(place.y) + y) * m_canvas.width +
                                 static_cast<std::size_t>(place.x) + x);
    }

    void paint(xcb_window_t window, const Rectangle& place) {
        const Rectangle seen = clipped(place);
        if (seen.width == 0 || seen.height == 0)
            return;
        const auto image = Reply<xcb_get_image_reply_t>(
            xcb_get_image_reply(m_connection,
                                xcb_get_image(m_connection, XCB_IMAGE_FORMAT_Z_PIXMAP, window,
                                              static_cast<std::int16_t>(seen.x - place.x),
                                              static_cast<std::int16_t>(seen.y - place.y),
                                              static_cast<std::uint16_t>(seen.width),
                                              static_cast<std::uint16_t>(seen.height), ~0u),
                                nullptr));
        // True colour in 32 bits, as every screen of today has it; of others there is no picture.
        if (!image || (image->depth != 24 && image->depth != 32) ||
            static_cast<std::size_t>(xcb_get_image_data_length(image.get())) <
                std::size_t{4} * seen.width * seen.height)
            return;
        const std::uint8_t* from = xcb_get_image_data(image.get());
        const bool little =
            xcb_get_setup(m_connection)->image_byte_order == XCB_IMAGE_ORDER_LSB_FIRST;
        for (std::uint32_t y = 0; y < seen.height; ++y)
            for (std::uint32_t x = 0; x < seen.width; ++x, from += 4) {
                std::uint8_t* const to = pixel(seen, x, y);
                to[0] = from[little ? 2 : 1];
                to[1] = from[little ? 1 : 2];
                to[2] = from[little ? 0 : 3];
            }
        if (m_bounds.width == 0) {
            m_bounds = seen;
            return;
        }
        const auto right = std::max(m_bounds.x + static_cast<std::int32_t>(m_bounds.width),
                                    seen.x + static_cast<std::int32_t>(seen.width));
        const auto bottom = std::max(m_bounds.y + static_cast<std::int32_t>(m_bounds.height),
                                     seen.y + static_cast<std::int32_t>(seen.height));
        m_bounds.x = std::min(m_bounds.x, seen.x);
        m_bounds.y = std::min(m_bounds.y, seen.y);
        m_bounds.width = static_cast<std::uint32_t>(right - m_bounds.x);
        m_bounds.height = static_cast<std::uint32_t>(bottom - m_bounds.y);
    }

    xcb_connection_t* m_connection;
    xcb_screen_t* m_screen;
    pid_t m_connector;
    Atoms m_atoms{};
    Picture m_canvas;   // the whole screen
    Rectangle m_bounds; // of what was painted
    std::vector<SurveyWindow> m_windows;
};

bool sendAll(int to, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace

bool writeSurvey(const SurveySpec& spec, int to) {
    if (!spec.cookieFile.empty())
        ::setenv("XAUTHORITY", spec.cookieFile.c_str(), 1);
    int number = 0;
    const std::unique_ptr<xcb_connection_t, decltype(&xcb_disconnect)> connection(
        xcb_connect(spec.display.c_str(), &number), &xcb_disconnect);
    if (xcb_connection_has_error(connection.get()))
        return false;
    auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection.get()));
    for (; number > 0 && screens.rem > 1; --number)
        xcb_screen_next(&screens);
    if (screens.rem == 0 || screens.data->width_in_pixels > kLargest ||
        screens.data->height_in_pixels > kLargest)
        return false;
    if (spec.connector != 0) {
        const auto* const extension = xcb_get_extension_data(connection.get(), &xcb_res_id);
        if (!extension || !extension->present)
            return false; // nobody could tell whose a window is
    }
    Surveyor surveyor(connection.get(), screens.data, spec.connector);
    if (!surveyor.run())
        return false;
    std::vector<std::byte> png;
    if (surveyor.sawAnything())
        png = encodePng(scaledDown(surveyor.picture(), kThumbnailWidth, kThumbnailHeight),
                        surveyor.bounds());
    if (png.size() > kMaxThumbnail)
        png.clear();
    const auto& windows = surveyor.windows();
    const SurveyHeader header{kSurveyMagic, static_cast<std::uint32_t>(windows.size()),
                              static_cast<std::uint32_t>(png.size())};
    return sendAll(to, std::as_bytes(std::span(&header, 1))) &&
           sendAll(to, std::as_bytes(std::span(windows))) && sendAll(to, png);
}

} // namespace entracte::screen
