// The settings of the screen (XSETTINGS) where programs first meet their manager on a later server,
// and other programs have windows on the next one: frames of a window manager, for example.

#include "tests/xproxy/replay/RunningProxy.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>

namespace entracte::xproxy {
namespace {

using namespace std::chrono_literals;

xcb_atom_t atomOf(xcb_connection_t* who, const std::string& name) {
    auto* reply = xcb_intern_atom_reply(
        who, xcb_intern_atom(who, 0, static_cast<std::uint16_t>(name.size()), name.data()),
        nullptr);
    const xcb_atom_t atom = reply ? reply->atom : 0;
    std::free(reply);
    return atom;
}

// None of the session's.
std::unique_ptr<Program> strangerOn(const test::TestServer& server) {
    ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
    auto made = std::make_unique<Program>(server.display());
    ::unsetenv("XAUTHORITY");
    return made;
}

std::unique_ptr<Program> managerOn(const test::TestServer& server) {
    auto made = strangerOn(server);
    xcb_set_selection_owner(*made, made->window(), atomOf(*made, "_XSETTINGS_S0"),
                            XCB_CURRENT_TIME);
    RunningProxy::settle(*made);
    return made;
}

class SettingsMoveTest : public ::testing::Test {
protected:
    SettingsMoveTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        selection = atomOf(*program, "_XSETTINGS_S0");
    }
    std::uint32_t owner() {
        auto* reply = xcb_get_selection_owner_reply(
            *program, xcb_get_selection_owner(*program, selection), nullptr);
        const std::uint32_t window = reply ? reply->owner : 0;
        std::free(reply);
        return window;
    }
    std::vector<std::uint32_t> windowsOfRoot() {
        auto* reply = xcb_query_tree_reply(
            *program, xcb_query_tree(*program, program->screen().root), nullptr);
        std::vector<std::uint32_t> found;
        if (reply)
            found.assign(xcb_query_tree_children(reply),
                         xcb_query_tree_children(reply) + xcb_query_tree_children_length(reply));
        std::free(reply);
        return found;
    }
    bool isKnownManager() {
        bool is = false;
        proxy.with([&](Proxy& running, ServerChange&) {
            is = running.core().record.settingsManagers.contains(0);
        });
        return is;
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    test::TestServer third;
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    xcb_atom_t selection = 0;
};

TEST_F(SettingsMoveTest, aManagerOfALaterServerIsNoWindowOfAnother) {
    EXPECT_EQ(owner(), 0u);
    const auto met = managerOn(second), next = managerOn(third), others = strangerOn(third);
    proxy.moveTo(second);
    const std::uint32_t manager = owner();
    ASSERT_NE(manager, 0u);
    const std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_change_window_attributes(*program, manager, XCB_CW_EVENT_MASK, &mask);
    RunningProxy::settle(*program);
    proxy.moveTo(third);
    EXPECT_EQ(owner(), manager);
    std::vector<std::uint32_t> frames;
    for (int i = 0; i < 10; ++i)
        frames.push_back(others->window());
    RunningProxy::settle(*others);
    const auto there = windowsOfRoot();
    EXPECT_EQ(std::set(there.begin(), there.end()).size(), there.size())
        << "two have the same number";
    EXPECT_EQ(std::ranges::count(there, manager), 1);
    // Nor is it one of those that are seen before the manager is found there.
    proxy.with([&](Proxy& running, ServerChange&) {
        EXPECT_TRUE(running.core().link->translator->xids.isUsed(ClientXid{manager}));
    });
    // They end, and what programs watch is still the manager.
    for (const std::uint32_t frame : frames)
        xcb_destroy_window(*others, frame);
    RunningProxy::settle(*others);
    EXPECT_TRUE(windowsOfRoot().size() < there.size());
    EXPECT_TRUE(isKnownManager());
    EXPECT_EQ(owner(), manager);
}

} // namespace
} // namespace entracte::xproxy
