// A selection of many targets at once (ICCCM 2.0, section 2.6.2: MULTIPLE), one of them in pieces
// (INCR), while its owner and the one that asks are moved between servers of other atoms.

#include "tests/xproxy/replay/RunningProxy.h"

#include <cstdlib>
#include <cstring>

namespace entracte::xproxy {
namespace {

using namespace std::chrono_literals;

class SelectionMoveTest : public ::testing::Test {
protected:
    SelectionMoveTest() {
        ::setenv("XAUTHORITY", second.cookieFile().c_str(), 1);
        {
            Program stranger(second.display());
            for (int i = 0; i < 40; ++i)
                atomOf(stranger, "_SHIFT_" + std::to_string(i));
        }
        ::unsetenv("XAUTHORITY");
        proxy.moveTo(first);
        const std::uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
        owner = std::make_unique<Program>(proxy.display());
        asker = std::make_unique<Program>(proxy.display());
        ownerWindow = owner->window();
        askerWindow = asker->window(XCB_CW_EVENT_MASK, &mask);
        for (const char* name : {"_SECOND", "CLIPBOARD", "MULTIPLE", "ATOM_PAIR", "UTF8_STRING",
                                 "TARGETS", "INCR", "_FIRST", "_LIST"})
            atoms[name] = atomOf(*asker, name);
    }
    static xcb_atom_t atomOf(xcb_connection_t* who, const std::string& name) {
        auto* reply = xcb_intern_atom_reply(
            who, xcb_intern_atom(who, 0, static_cast<std::uint16_t>(name.size()), name.data()),
            nullptr);
        const xcb_atom_t atom = reply ? reply->atom : 0;
        std::free(reply);
        return atom;
    }
    // The next event of the kind; null, and a failure, when none comes.
    template <typename Event>
    std::unique_ptr<Event> await(xcb_connection_t* who, std::uint8_t kind,
                                 const std::function<bool(const Event&)>& wanted) {
        const auto deadline = Clock::now() + 10s;
        while (Clock::now() < deadline) {
            RunningProxy::settle(who);
            while (auto* event = xcb_poll_for_event(who)) {
                auto found = std::make_unique<Event>();
                std::memcpy(found.get(), event, sizeof(Event));
                const bool is = (event->response_type & 0x7f) == kind && wanted(*found);
                std::free(event);
                if (is)
                    return found;
            }
        }
        ADD_FAILURE() << "event " << int{kind} << " never came";
        return nullptr;
    }
    // Its value; deleted by reading.
    std::string taken(xcb_atom_t property, xcb_atom_t type) {
        auto* reply = xcb_get_property_reply(
            *asker, xcb_get_property(*asker, 1, askerWindow, property, type, 0, 1u << 20), nullptr);
        if (!reply)
            return "(error)";
        const std::string value(static_cast<const char*>(xcb_get_property_value(reply)),
                                static_cast<std::size_t>(xcb_get_property_value_length(reply)));
        EXPECT_EQ(reply->type, type);
        std::free(reply);
        return value;
    }
    void put(xcb_atom_t property, xcb_atom_t type, std::uint8_t format, std::uint32_t count,
             const void* data) {
        xcb_change_property(*owner, XCB_PROP_MODE_REPLACE, askerWindow, property, type, format,
                            count, data);
        RunningProxy::settle(*owner);
    }
    void awaitPiece(xcb_atom_t property) {
        await<xcb_property_notify_event_t>(*asker, XCB_PROPERTY_NOTIFY, [&](const auto& event) {
            return event.atom == property && event.state == XCB_PROPERTY_NEW_VALUE;
        });
    }
    // The owner of a piece goes on when it was taken.
    void awaitTaken(xcb_atom_t property) {
        await<xcb_property_notify_event_t>(*owner, XCB_PROPERTY_NOTIFY, [&](const auto& event) {
            return event.atom == property && event.state == XCB_PROPERTY_DELETE;
        });
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
    std::unique_ptr<Program> owner, asker;
    std::uint32_t ownerWindow = 0, askerWindow = 0;
    std::map<std::string, xcb_atom_t> atoms;
};

TEST_F(SelectionMoveTest, manyTargetsAtOnceAndOneInPieces) {
    xcb_set_selection_owner(*owner, ownerWindow, atoms["CLIPBOARD"], XCB_CURRENT_TIME);
    RunningProxy::settle(*owner);
    const std::vector<xcb_atom_t> pairs{atoms["UTF8_STRING"], atoms["_FIRST"], atoms["TARGETS"],
                                        atoms["_SECOND"]};
    xcb_change_property(*asker, XCB_PROP_MODE_REPLACE, askerWindow, atoms["_LIST"],
                        atoms["ATOM_PAIR"], 32, 4, pairs.data());
    xcb_convert_selection(*asker, askerWindow, atoms["CLIPBOARD"], atoms["MULTIPLE"],
                          atoms["_LIST"], XCB_CURRENT_TIME);
    RunningProxy::settle(*asker);
    proxy.moveTo(second); // the request is on its way to the owner
    const auto request = await<xcb_selection_request_event_t>(*owner, XCB_SELECTION_REQUEST,
                                                              [](const auto&) { return true; });
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->target, atoms["MULTIPLE"]);
    EXPECT_EQ(request->requestor, askerWindow);
    auto* list =
        xcb_get_property_reply(*owner,
                               xcb_get_property(*owner, 0, request->requestor, request->property,
                                                atoms["ATOM_PAIR"], 0, 100),
                               nullptr);
    ASSERT_NE(list, nullptr);
    ASSERT_EQ(list->value_len, 4u);
    EXPECT_EQ(std::memcmp(xcb_get_property_value(list), pairs.data(), 16), 0)
        << "the pairs name other atoms";
    std::free(list);
    const std::uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_change_window_attributes(*owner, askerWindow, XCB_CW_EVENT_MASK, &mask);
    const std::uint32_t total = 30;
    put(atoms["_FIRST"], atoms["INCR"], 32, 1, &total);
    put(atoms["_SECOND"], XCB_ATOM_ATOM, 32, 1, &atoms["UTF8_STRING"]);
    xcb_selection_notify_event_t notice{};
    notice.response_type = XCB_SELECTION_NOTIFY;
    notice.requestor = askerWindow;
    notice.selection = atoms["CLIPBOARD"];
    notice.target = atoms["MULTIPLE"];
    notice.property = atoms["_LIST"];
    xcb_send_event(*owner, 0, askerWindow, 0, reinterpret_cast<const char*>(&notice));
    RunningProxy::settle(*owner);
    proxy.moveTo(first); // the notice is on its way back
    const auto told = await<xcb_selection_notify_event_t>(*asker, XCB_SELECTION_NOTIFY,
                                                          [](const auto&) { return true; });
    ASSERT_NE(told, nullptr);
    EXPECT_EQ(told->property, atoms["_LIST"]);
    const std::string targets = taken(atoms["_SECOND"], XCB_ATOM_ATOM);
    ASSERT_EQ(targets.size(), 4u);
    EXPECT_EQ(std::memcmp(targets.data(), &atoms["UTF8_STRING"], 4), 0);
    EXPECT_EQ(taken(atoms["_FIRST"], atoms["INCR"]).size(), 4u); // begins the transfer
    awaitTaken(atoms["_FIRST"]);
    std::string value;
    for (int piece = 0; piece < 3; ++piece) {
        const std::string some(10, static_cast<char>('a' + piece));
        put(atoms["_FIRST"], atoms["UTF8_STRING"], 8, 10, some.data());
        proxy.moveTo(piece % 2 == 0 ? second : first);
        awaitPiece(atoms["_FIRST"]);
        value += taken(atoms["_FIRST"], atoms["UTF8_STRING"]);
        awaitTaken(atoms["_FIRST"]);
    }
    EXPECT_EQ(value, "aaaaaaaaaabbbbbbbbbbcccccccccc");
}

} // namespace
} // namespace entracte::xproxy
