// Screens that differ: what programs ask of them after a move, and what a server must have.

#include "tests/xproxy/replay/RunningProxy.h"

#include <xcb/xinerama.h>

#include <cstdlib>

namespace entracte::xproxy {
namespace {

struct Size {
    int width = 0, height = 0;
    bool operator==(const Size&) const = default;
};

// By XINERAMA, as older programs ask.
Size sizeOfFirst(xcb_connection_t* program) {
    auto* reply =
        xcb_xinerama_query_screens_reply(program, xcb_xinerama_query_screens(program), nullptr);
    Size size;
    if (reply && xcb_xinerama_query_screens_screen_info_length(reply) > 0) {
        const auto& first = xcb_xinerama_query_screens_screen_info(reply)[0];
        size = {first.width, first.height};
    }
    std::free(reply);
    return size;
}

std::uint32_t visualOf32Bits(const xcb_screen_t& screen) {
    for (auto depth = xcb_screen_allowed_depths_iterator(&screen); depth.rem;
         xcb_depth_next(&depth))
        if (depth.data->depth == 32 && xcb_depth_visuals_length(depth.data) > 0)
            return xcb_depth_visuals(depth.data)[0].visual_id;
    return 0;
}

TEST(ScreenMoveTest, xineramaTellsOfTheNewScreen) {
    test::TestServer first;
    test::TestServer second{
        {"-nolisten", "tcp", "-screen", "0", "800x600x24", "-extension", "SECURITY"}};
    RunningProxy proxy;
    proxy.moveTo(first);
    Program program(proxy.display());
    EXPECT_EQ(sizeOfFirst(program), (Size{640, 480}));
    proxy.moveTo(second);
    EXPECT_EQ(sizeOfFirst(program), (Size{800, 600}));
}

TEST(ScreenMoveTest, aServerWithoutWindowsOf32BitsIsRefusedByName) {
    test::TestServer first, third;
    test::TestServer second{{"-nolisten", "tcp", "-extension", "Composite"}};
    RunningProxy proxy;
    proxy.moveTo(first);
    Program program(proxy.display());
    const std::uint32_t visual = visualOf32Bits(program.screen());
    ASSERT_NE(visual, 0u);
    const auto colormap = program.newId(), window = program.newId();
    xcb_create_colormap(program, XCB_COLORMAP_ALLOC_NONE, colormap, program.screen().root, visual);
    const std::uint32_t values[] = {0, 0, colormap};
    xcb_create_window(program, 32, window, program.screen().root, 0, 0, 50, 40, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
                      XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL | XCB_CW_COLORMAP, values);
    RunningProxy::settle(program);
    const std::string reason = proxy.refusalOf(second);
    EXPECT_NE(reason.find("windows of 32 bits"), std::string::npos) << reason;
    // Nothing has moved, and it can still go elsewhere.
    for (int moves = 0; moves < 2; ++moves) {
        auto* there = xcb_get_geometry_reply(program, xcb_get_geometry(program, window), nullptr);
        EXPECT_TRUE(there && there->depth == 32);
        std::free(there);
        proxy.moveTo(third);
    }
}

} // namespace
} // namespace entracte::xproxy
