#include "session/clipboard/Side.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace entracte::clipboard {

namespace {

constexpr std::size_t kMostAtoms = 4096; // remembered; a side that invents more is asked again
constexpr std::size_t kLargest = 256 * 1024;

} // namespace

void Free::operator()(void* memory) const {
    std::free(memory);
}

Result<std::unique_ptr<Side>> Side::open(const std::string& display,
                                         const std::string& cookieFile) {
    if (!cookieFile.empty())
        ::setenv("XAUTHORITY", cookieFile.c_str(), 1); // libxcb asks nowhere else
    int number = 0;
    std::unique_ptr<Side> side(new Side());
    side->m_connection = xcb_connect(display.c_str(), &number);
    if (xcb_connection_has_error(side->m_connection) != 0)
        return fail(ErrorCode::ScreenUnavailable,
                    "The X server " + display + " cannot be reached.");
    auto screens = xcb_setup_roots_iterator(xcb_get_setup(side->m_connection));
    for (; number > 0 && screens.rem > 1; --number)
        xcb_screen_next(&screens);
    const auto* const extension = xcb_get_extension_data(side->m_connection, &xcb_xfixes_id);
    const Reply<xcb_xfixes_query_version_reply_t> version(
        extension && extension->present
            ? xcb_xfixes_query_version_reply(
                  side->m_connection, xcb_xfixes_query_version(side->m_connection, 1, 0), nullptr)
            : nullptr);
    if (!version)
        return fail(ErrorCode::ScreenUnavailable,
                    "The X server " + display + " does not tell of selections (XFIXES).");
    side->m_xfixesEvent = extension->first_event;
    side->m_largest = std::min<std::size_t>(
        kLargest, std::size_t{4} * xcb_get_maximum_request_length(side->m_connection) - 64);
    side->m_window = xcb_generate_id(side->m_connection);
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_create_window(side->m_connection, XCB_COPY_FROM_PARENT, side->m_window, screens.data->root,
                      -1, -1, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      XCB_CW_EVENT_MASK, &events);
    for (const char* name : {"CLIPBOARD", "PRIMARY"})
        xcb_xfixes_select_selection_input(
            side->m_connection, side->m_window, side->atom(name),
            XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
                XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
                XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE);
    xcb_flush(side->m_connection);
    return side;
}

Side::~Side() {
    if (m_connection)
        xcb_disconnect(m_connection);
}

xcb_atom_t Side::atom(const std::string& name) {
    if (const auto known = m_atoms.find(name); known != m_atoms.end())
        return known->second;
    const Reply<xcb_intern_atom_reply_t> reply(xcb_intern_atom_reply(
        m_connection,
        xcb_intern_atom(m_connection, 0, static_cast<std::uint16_t>(name.size()), name.data()),
        nullptr));
    if (!reply)
        return XCB_ATOM_NONE;
    if (m_atoms.size() < kMostAtoms)
        m_atoms.emplace(name, reply->atom);
    return reply->atom;
}

const std::string& Side::nameOf(xcb_atom_t atom) {
    if (const auto known = m_names.find(atom); known != m_names.end())
        return known->second;
    if (m_names.size() >= kMostAtoms)
        m_names.clear();
    xcb_generic_error_t* error = nullptr;
    const Reply<xcb_get_atom_name_reply_t> reply(
        xcb_get_atom_name_reply(m_connection, xcb_get_atom_name(m_connection, atom), &error));
    std::free(error);
    std::string name;
    if (reply)
        name.assign(xcb_get_atom_name_name(reply.get()),
                    static_cast<std::size_t>(xcb_get_atom_name_name_length(reply.get())));
    return m_names.emplace(atom, std::move(name)).first->second;
}

bool Side::takeProperty(xcb_window_t window, xcb_atom_t name, std::size_t most,
                        Property& property) {
    xcb_generic_error_t* error = nullptr;
    const Reply<xcb_get_property_reply_t> reply(xcb_get_property_reply(
        m_connection,
        xcb_get_property(m_connection, 1, window, name, XCB_GET_PROPERTY_TYPE_ANY, 0,
                         static_cast<std::uint32_t>(most / 4)),
        &error));
    std::free(error);
    if (!reply || reply->type == XCB_ATOM_NONE || reply->bytes_after != 0) {
        xcb_delete_property(m_connection, window, name);
        return false;
    }
    const auto* const bytes = static_cast<const std::byte*>(xcb_get_property_value(reply.get()));
    property.type = reply->type;
    property.format = reply->format;
    property.bytes.assign(bytes, bytes + xcb_get_property_value_length(reply.get()));
    return true;
}

bool Side::setProperty(xcb_window_t window, xcb_atom_t name, const Property& property) {
    const std::size_t size = std::max<std::size_t>(1, property.format / 8);
    const Reply<xcb_generic_error_t> error(xcb_request_check(
        m_connection,
        xcb_change_property_checked(
            m_connection, XCB_PROP_MODE_REPLACE, window, name, property.type, property.format,
            static_cast<std::uint32_t>(property.bytes.size() / size), property.bytes.data())));
    return !error;
}

} // namespace entracte::clipboard
