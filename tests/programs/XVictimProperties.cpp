// Properties of every format and of the types that hide identifiers; atoms; selections.

#include "tests/programs/XVictim.h"

#include <cstdlib>
#include <cstring>

namespace victim {
namespace {

class PropertyVictim : public Victim {
public:
    void make(const Xcb& x) override {
        m_window = x.newId();
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, m_window, x.screen->root, 0, 0, 10,
                          10, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0, nullptr);
        m_group = x.newId();
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, m_group, x.screen->root, 0, 0, 10, 10,
                          0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0, nullptr);
        const auto own = x.atom("ENTRACTE_TEST_ATOM_" + std::to_string(m_window));
        const xcb_atom_t atoms[] = {own, x.atom("WM_DELETE_WINDOW"), x.atom("_NET_WM_PING")};
        put32(x, "WM_PROTOCOLS", XCB_ATOM_ATOM, atoms, 3);
        put32(x, "WM_TRANSIENT_FOR", XCB_ATOM_WINDOW, &m_group, 1);
        const std::uint32_t words[] = {1, 0xdeadbeef, m_window};
        put32(x, "ENTRACTE_WORDS", XCB_ATOM_CARDINAL, words, 3);
        // WM_HINTS: flags (input, window group), input, …, window group last.
        const std::uint32_t hints[] = {1 | 64, 1, 1, 0, 0, 0, 0, 0, m_group};
        put32(x, "WM_HINTS", XCB_ATOM_WM_HINTS, hints, 9);
        const char text[] = "unsaved t\xc3\xa9xt";
        xcb_change_property(x.connection, XCB_PROP_MODE_REPLACE, m_window, x.atom("_NET_WM_NAME"),
                            x.atom("UTF8_STRING"), 8, sizeof text - 1, text);
        const std::uint16_t shorts[] = {1, 2, 65535};
        xcb_change_property(x.connection, XCB_PROP_MODE_REPLACE, m_window, x.atom("ENTRACTE_16"),
                            XCB_ATOM_INTEGER, 16, 3, shorts);
        xcb_change_property(x.connection, XCB_PROP_MODE_APPEND, m_window, x.atom("ENTRACTE_16"),
                            XCB_ATOM_INTEGER, 16, 2, shorts);
        const std::vector<std::uint8_t> large(200000, 0x5a);
        xcb_change_property(x.connection, XCB_PROP_MODE_REPLACE, m_window, x.atom("ENTRACTE_LARGE"),
                            XCB_ATOM_STRING, 8, static_cast<std::uint32_t>(large.size()),
                            large.data());
        xcb_set_selection_owner(x.connection, m_window, x.atom("ENTRACTE_SELECTION"),
                                XCB_CURRENT_TIME);
    }

    void observe(const Xcb& x, Observation& seen) override {
        auto* list = xcb_list_properties_reply(
            x.connection, xcb_list_properties(x.connection, m_window), nullptr);
        seen.note("property count", list ? list->atoms_len : -1);
        std::free(list);
        for (const char* name : {"WM_PROTOCOLS", "WM_TRANSIENT_FOR", "ENTRACTE_WORDS", "WM_HINTS",
                                 "_NET_WM_NAME", "ENTRACTE_16", "ENTRACTE_LARGE"}) {
            auto* value = xcb_get_property_reply(
                x.connection,
                xcb_get_property(x.connection, 0, m_window, x.atom(name), XCB_ATOM_ANY, 0, 1 << 20),
                nullptr);
            if (!value)
                continue;
            seen.note(std::string("property type ") + name, value->type * 64 + value->format);
            const auto* bytes = static_cast<const std::uint8_t*>(xcb_get_property_value(value));
            seen.noteBytes(std::string("property ") + name,
                           {bytes, static_cast<std::size_t>(xcb_get_property_value_length(value))});
            std::free(value);
        }
        for (const char* name : {"WM_DELETE_WINDOW", "_NET_WM_PING", "WM_HINTS", "UTF8_STRING"})
            seen.note(std::string("atom ") + name, x.atom(name));
        auto* owner = xcb_get_selection_owner_reply(
            x.connection, xcb_get_selection_owner(x.connection, x.atom("ENTRACTE_SELECTION")),
            nullptr);
        seen.note("selection owner", owner ? owner->owner : 0);
        std::free(owner);
    }

private:
    void put32(const Xcb& x, const char* name, xcb_atom_t type, const std::uint32_t* values,
               std::uint32_t count) const {
        xcb_change_property(x.connection, XCB_PROP_MODE_REPLACE, m_window, x.atom(name), type, 32,
                            count, values);
    }

    xcb_window_t m_window = 0;
    xcb_window_t m_group = 0;
};

} // namespace

std::unique_ptr<Victim> propertyVictim() {
    return std::make_unique<PropertyVictim>();
}

} // namespace victim
