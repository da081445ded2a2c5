#include "tests/programs/XScript.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace script {

namespace {

constexpr std::size_t kEventSize = 32;
constexpr std::size_t kMostShown = 96; // bytes that are written in full
constexpr std::size_t kGenericEvent = 35;

std::uint64_t hashOf(const std::vector<std::uint8_t>& bytes) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const auto byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3u;
    return hash;
}

// Of these errors the protocol leaves the value open: it is whatever the server had there before.
bool hasOpenValue(std::uint8_t code) {
    constexpr std::uint8_t kFirstExtensionError = 128;
    switch (code) {
    case XCB_REQUEST:
    case XCB_MATCH:
    case XCB_ACCESS:
    case XCB_ALLOC:
    case XCB_NAME:
    case XCB_LENGTH:
    case XCB_IMPLEMENTATION:
        return true;
    default:
        return code >= kFirstExtensionError;
    }
}

void closeValue(std::vector<std::uint8_t>& error) {
    constexpr std::uint8_t kFirstExtension = 128;
    // A BadValue of the core protocol tells the value; Composite's tells nothing in particular.
    if (hasOpenValue(error[1]) || (error[1] == XCB_VALUE && error[10] >= kFirstExtension))
        std::fill(error.begin() + 4, error.begin() + 8, std::uint8_t{0});
}

// Where nothing is, it is at any place.
bool isEmptyShape(std::string_view what, const std::vector<std::uint8_t>& reply) {
    const auto none = [&](std::size_t at) {
        return std::all_of(reply.begin() + static_cast<std::ptrdiff_t>(at),
                           reply.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                           [](std::uint8_t byte) { return byte == 0; });
    };
    return (what == "FetchRegion" && none(12)) ||
           (what == "QueryExtents" && (none(16) || none(24)));
}

// x, y, width, height: without the one or the other.
bool isEmptyArea(const std::vector<std::uint8_t>& bytes, std::size_t at) {
    return (bytes[at + 4] == 0 && bytes[at + 5] == 0) || (bytes[at + 6] == 0 && bytes[at + 7] == 0);
}

std::string textOf(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    char part[64];
    for (std::size_t i = 0; i < std::min(bytes.size(), kMostShown); ++i) {
        std::snprintf(part, sizeof part, i % 4 == 0 ? " %02x" : "%02x", bytes[i]);
        text += part;
    }
    if (bytes.size() > kMostShown) {
        std::snprintf(part, sizeof part, " ... %zu %016llx", bytes.size(),
                      static_cast<unsigned long long>(hashOf(bytes)));
        text += part;
    }
    return text;
}

} // namespace

std::uint32_t World::freshId(Connection& c) {
    if (c.freedIds.size() > 4 && sometimes(2)) {
        const std::uint32_t id = c.freedIds.front();
        c.freedIds.erase(c.freedIds.begin());
        return id;
    }
    // Some from the upper end: a server of fewer ids has none such.
    const std::uint32_t low = c.nextId++;
    return c.base | (low % 3 == 0 ? xcb_get_setup(c.xcb)->resource_id_mask - low : low);
}

World::Target World::target(Connection& c) {
    Target target;
    if (const auto* window = sometimes(4) ? any(c.windows) : nullptr)
        target = {window->id, 0, window->depth};
    // Bitmaps become clip masks: what these are after they were drawn to is not defined.
    else if (const auto* pixmap = any(c.pixmaps); pixmap && pixmap->depth > 1)
        target = {pixmap->id, 0, pixmap->depth};
    for (const auto& gc : c.gcontexts)
        if (gc.depth == target.depth && (target.gc == 0 || sometimes(3)))
            target.gc = gc.id;
    // Now and then one that does not go with it: an error.
    if (sometimes(40))
        target.drawable = wrongId(c);
    return target;
}

void Transcript::line(const std::string& text) {
    std::puts(text.c_str());
}

void Transcript::knowEvent(std::uint8_t code, std::vector<std::size_t> times) {
    m_times[code & 0x7f] = std::move(times);
}

void Transcript::knowArea(std::uint8_t code, std::size_t at, bool telling) {
    m_areas[code & 0x7f] = {at, telling};
}

// Takes the times out: they are never the same. What can be said of them is that they do not go
// back.
std::uint32_t Transcript::timeless(std::vector<std::uint8_t>& bytes,
                                   const std::vector<std::size_t>& at) {
    std::uint32_t latest = 0;
    for (const std::size_t place : at) {
        if (place + 4 > bytes.size())
            continue;
        std::uint32_t time = 0;
        std::memcpy(&time, bytes.data() + place, sizeof time);
        // "Now" and "some time" are told apart.
        const std::uint32_t told = time == 0 ? 0 : 1;
        std::memcpy(bytes.data() + place, &told, sizeof told);
        if (latest == 0)
            latest = time;
    }
    return latest;
}

void Transcript::event(Connection& c, xcb_generic_event_t* event, bool isWritten) {
    std::size_t size = kEventSize;
    const auto code = event->response_type & 0x7f;
    if (code == kGenericEvent) {
        const auto* generic = reinterpret_cast<xcb_ge_generic_event_t*>(event);
        size += std::size_t{generic->length} * 4;
    }
    const auto* start = reinterpret_cast<const std::uint8_t*>(event);
    std::vector<std::uint8_t> bytes(size);
    std::memcpy(bytes.data(), start, kEventSize);
    // xcb keeps the whole number between an event's head and its tail.
    if (size > kEventSize)
        std::memcpy(bytes.data() + kEventSize, start + kEventSize + 4, size - kEventSize);
    std::vector<std::size_t> times = m_times[code];
    switch (code) {
    case XCB_KEY_PRESS:
    case XCB_KEY_RELEASE:
    case XCB_BUTTON_PRESS:
    case XCB_BUTTON_RELEASE:
    case XCB_MOTION_NOTIFY:
    case XCB_ENTER_NOTIFY:
    case XCB_LEAVE_NOTIFY:
    case XCB_SELECTION_CLEAR:
    case XCB_SELECTION_REQUEST:
    case XCB_SELECTION_NOTIFY:
        times = {4};
        break;
    case XCB_PROPERTY_NOTIFY:
        times = {12};
        break;
    case kGenericEvent:
        times = {12};
        break;
    default:
        break;
    }
    if (code == 0)
        closeValue(bytes);
    if (const Area area = m_areas[code]; area.at != 0 && isEmptyArea(bytes, area.at)) {
        if (area.telling)
            return;
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(area.at), 8, std::uint8_t{0});
    }
    const std::uint32_t time = timeless(bytes, times);
    auto& latest = m_latest[static_cast<std::size_t>(c.name - 'A')];
    const bool isBack = time != 0 && latest != 0 && static_cast<std::int32_t>(time - latest) < 0;
    const std::uint32_t before = latest;
    if (time != 0 && code != XCB_SELECTION_REQUEST && code != XCB_SELECTION_NOTIFY)
        latest = time;
    if (isBack && code != XCB_SELECTION_REQUEST && code != XCB_SELECTION_NOTIFY)
        line("time went back by " + std::to_string(before - time) + " in event " +
             std::to_string(code));
    // Which keyboard was pressed last is the server's own affair.
    if (isWritten && code != XCB_MAPPING_NOTIFY)
        line(std::string(1, c.name) + (code == 0 ? " error" : " event") + textOf(bytes));
    else if (!isWritten)
        std::fprintf(stderr, "%c while moving:%s\n", c.name, textOf(bytes).c_str());
}

void Transcript::settle() {
    // Twice: what the first has brought about on the other's connection has to be seen, too.
    for (auto& c : m_world.connections)
        std::free(xcb_get_input_focus_reply(c.xcb, xcb_get_input_focus(c.xcb), nullptr));
    for (auto& c : m_world.connections) {
        std::free(xcb_get_input_focus_reply(c.xcb, xcb_get_input_focus(c.xcb), nullptr));
        while (auto* event_ = xcb_poll_for_queued_event(c.xcb)) {
            event(c, event_, true);
            std::free(event_);
        }
        if (xcb_connection_has_error(c.xcb)) {
            line(std::string("connection lost: ") + c.name);
            std::fflush(stdout);
            std::exit(3);
        }
    }
}

void Transcript::settleSilently() {
    for (int round = 0; round < 2; ++round)
        for (auto& c : m_world.connections) {
            std::free(xcb_get_input_focus_reply(c.xcb, xcb_get_input_focus(c.xcb), nullptr));
            while (auto* event_ = xcb_poll_for_queued_event(c.xcb)) {
                event(c, event_, false);
                std::free(event_);
            }
        }
}

void Transcript::reply(Connection& c, const char* what, void* reply, xcb_generic_error_t* error,
                       std::vector<std::size_t> times) {
    if (error) {
        const auto* start = reinterpret_cast<const std::uint8_t*>(error);
        std::vector<std::uint8_t> bytes(start, start + kEventSize);
        closeValue(bytes);
        line(std::string(1, c.name) + " " + what + " error" + textOf(bytes));
    } else if (reply) {
        const auto* start = static_cast<const std::uint8_t*>(reply);
        const auto length = static_cast<xcb_get_image_reply_t*>(reply)->length;
        std::vector<std::uint8_t> bytes(start, start + kEventSize + std::size_t{length} * 4);
        timeless(bytes, times);
        if (isEmptyShape(what, bytes))
            std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
        line(std::string(1, c.name) + " " + what + textOf(bytes));
    } else {
        line(std::string(1, c.name) + " " + what + " nothing");
    }
    std::free(error);
    std::free(reply);
}

void Transcript::image(Connection& c, const char* what, std::uint32_t drawable, std::uint16_t width,
                       std::uint16_t height) {
    xcb_generic_error_t* error = nullptr;
    auto* got = xcb_get_image_reply(
        c.xcb, xcb_get_image(c.xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, 0, 0, width, height, ~0u),
        &error);
    if (!got) {
        reply(c, what, nullptr, error);
        return;
    }
    const auto* data = xcb_get_image_data(got);
    std::vector<std::uint8_t> bytes(data, data + xcb_get_image_data_length(got));
    // The unused byte of a 24-bit pixel is whatever a server likes; so is what fills up a row.
    if (got->depth == 24)
        for (std::size_t i = 3; i < bytes.size(); i += 4)
            bytes[i] = 0;
    const std::size_t row = bytes.size() / std::max<std::size_t>(1, height);
    if (got->depth == 1 || got->depth == 8)
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < row; ++x) {
                const std::size_t bits = got->depth == 1 ? x * 8 : x;
                if (bits >= width)
                    bytes[y * row + x] = 0;
                else if (got->depth == 1 && width - bits < 8)
                    bytes[y * row + x] &= static_cast<std::uint8_t>((1u << (width - bits)) - 1);
            }
    char text[96];
    std::snprintf(text, sizeof text, "%c %s %x %ux%u %016llx", c.name, what, drawable, width,
                  height, static_cast<unsigned long long>(hashOf(bytes)));
    line(text);
    std::free(got);
}

} // namespace script
