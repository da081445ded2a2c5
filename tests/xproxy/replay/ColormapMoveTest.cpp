// Colormaps with cells: what programs do with them after a move is what they would do on one
// server.

#include "tests/xproxy/replay/RunningProxy.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

namespace entracte::xproxy {
namespace {

using Options = std::vector<std::string>;
const Options kPseudo = {"-nolisten", "tcp", "-noreset", "-screen", "0", "640x480x8"};
const Options kOtherPseudo = {"-nolisten", "tcp",       "-noreset",    "-screen",
                              "0",         "800x600x8", "-maxclients", "64"};

// What two programs do with colours, written down.
class Colors {
public:
    explicit Colors(const std::string& display) : a(display), b(display) {}

    void before() {
        const auto screens = a.screen().default_colormap;
        window = a.window();
        red = alloc(a, screens, 0xffff, 0, 0);
        alloc(a, screens, 0xffff, 0, 0);
        alloc(b, screens, 0xffff, 0, 0);
        white = alloc(b, screens, 0xffff, 0xffff, 0xffff);
        named(b, screens, "SteelBlue");
        gone = alloc(a, screens, 0x1234, 0x5678, 0x9abc);
        cells(a, screens, 3, 2);
        // In a PseudoColor map it makes an Xvfb damage its own memory.
        if (isDirect())
            planes(b, screens, 2, 1, 1, 0);
        store(a, screens, 0x1111, 0x2222, 0x3333);
        free(a, screens, gone, 0);
        ofScreen = pixels;
        std::erase(ofScreen, gone);
        mine = colormap(a);
        // Two that share a colour with nobody, between private ones.
        const auto before = static_cast<std::ptrdiff_t>(pixels.size());
        cells(a, mine, 2, 1);
        ofCopy.assign(pixels.begin() + before, pixels.end());
        other = alloc(b, mine, 0x7000, 0x7000, 0);
        cells(b, mine, 3, 0);
        alloc(a, mine, 0x7000, 0x7000, 0);
        alloc(a, mine, 0x7000, 0x7000, 0x8000);
        storeNamed(a, mine, "tomato");
        copy = a.newId();
        xcb_copy_colormap_and_free(a, copy, mine);
        cells(a, mine, 4, 0);
        RunningProxy::settle(a);
        RunningProxy::settle(b);
    }
    // `alone`: nobody else has cells.
    void after(bool alone = true) {
        const auto screens = a.screen().default_colormap;
        // What nobody has may be any colour.
        for (const std::uint32_t pixel : ofScreen)
            query(screens, pixel);
        for (const std::uint32_t pixel : ofCopy)
            query(copy, pixel);
        // Whose is it, and how often?
        for (const auto map : {screens, mine, copy})
            for (Program* program : {&a, &b})
                for (const std::uint32_t pixel : pixels)
                    for (int times = 0; times < 3; ++times)
                        free(*program, map, pixel, 0);
        for (const auto map : {screens, mine, copy}) {
            if (map == screens && !alone)
                continue;
            alloc(b, map, 0, 0, 0x4000);
            cells(a, map, 5, 2);
            alloc(b, map, 0xffff, 0, 0);
            while (cells(b, map, 7, 0)) {
            }
            while (cells(b, map, 1, 0)) {
            }
            alloc(a, map, 1u << 12, 1u << 13, 1u << 14);
        }
        const std::uint32_t blue = 0xffff;
        xcb_coloritem_t item{red, 0, 0, static_cast<std::uint16_t>(blue), 7, 0};
        error(a, xcb_store_colors_checked(a, screens, 1, &item));
        child = b.window();
        for (const auto shown : {window, child}) {
            auto* attributes =
                xcb_get_window_attributes_reply(b, xcb_get_window_attributes(b, shown), nullptr);
            say("colormap {}", attributes && attributes->colormap == screens);
            std::free(attributes);
        }
    }
    const std::vector<std::string>& said() const { return m_said; }

    Program a, b;
    std::uint32_t red = 0, white = 0, gone = 0, other = 0;
    std::uint32_t mine = 0, copy = 0, window = 0, child = 0;
    std::vector<std::uint32_t> pixels, ofScreen, ofCopy;

private:
    bool isDirect() const { return a.screen().root_depth == 24; }
    template <typename... Values>
    void say(fmt::format_string<Values...> text, Values&&... values) {
        m_said.push_back(fmt::format(text, std::forward<Values>(values)...));
    }
    void note(std::uint32_t pixel) {
        pixels.push_back(pixel);
        say("pixel {:#x}", pixel);
    }
    void failed(const char* what, xcb_generic_error_t* error) {
        say("{}: error {}", what, error ? error->error_code : 0);
        std::free(error);
    }
    void error(xcb_connection_t* program, xcb_void_cookie_t cookie) {
        failed("done", xcb_request_check(program, cookie));
    }
    std::uint32_t colormap(Program& program) {
        const auto id = program.newId();
        xcb_create_colormap(program, XCB_COLORMAP_ALLOC_NONE, id, program.screen().root,
                            program.screen().root_visual);
        return id;
    }
    std::uint32_t alloc(Program& program, std::uint32_t map, std::uint32_t red, std::uint32_t green,
                        std::uint32_t blue) {
        xcb_generic_error_t* wrong = nullptr;
        auto* reply = xcb_alloc_color_reply(
            program,
            xcb_alloc_color(program, map, static_cast<std::uint16_t>(red),
                            static_cast<std::uint16_t>(green), static_cast<std::uint16_t>(blue)),
            &wrong);
        if (!reply) {
            failed("AllocColor", wrong);
            return 0;
        }
        const auto pixel = reply->pixel;
        note(pixel);
        std::free(reply);
        return pixel;
    }
    void named(Program& program, std::uint32_t map, const std::string& name) {
        xcb_generic_error_t* wrong = nullptr;
        auto* reply = xcb_alloc_named_color_reply(
            program,
            xcb_alloc_named_color(program, map, static_cast<std::uint16_t>(name.size()),
                                  name.c_str()),
            &wrong);
        if (reply)
            note(reply->pixel);
        else
            failed("AllocNamedColor", wrong);
        std::free(reply);
    }
    bool cells(Program& program, std::uint32_t map, std::uint16_t count, std::uint16_t planes) {
        xcb_generic_error_t* wrong = nullptr;
        auto* reply = xcb_alloc_color_cells_reply(
            program, xcb_alloc_color_cells(program, 0, map, count, planes), &wrong);
        if (!reply) {
            failed("AllocColorCells", wrong);
            return false;
        }
        const auto* pixel = xcb_alloc_color_cells_pixels(reply);
        const auto* mask = xcb_alloc_color_cells_masks(reply);
        for (unsigned i = 0; i < count; ++i) {
            note(pixel[i]);
            for (unsigned k = 0; k < planes; ++k)
                note(pixel[i] | mask[k]);
        }
        std::free(reply);
        return true;
    }
    void planes(Program& program, std::uint32_t map, std::uint16_t count, std::uint16_t reds,
                std::uint16_t greens, std::uint16_t blues) {
        xcb_generic_error_t* wrong = nullptr;
        auto* reply = xcb_alloc_color_planes_reply(
            program, xcb_alloc_color_planes(program, 0, map, count, reds, greens, blues), &wrong);
        if (!reply) {
            failed("AllocColorPlanes", wrong);
            return;
        }
        const auto* pixel = xcb_alloc_color_planes_pixels(reply);
        for (unsigned i = 0; i < count; ++i)
            for (const std::uint32_t mask : {0u, reply->red_mask, reply->green_mask})
                note(pixel[i] | mask);
        std::free(reply);
    }
    void store(Program& program, std::uint32_t map, std::uint32_t red, std::uint32_t green,
               std::uint32_t blue) {
        std::vector<xcb_coloritem_t> items;
        for (const std::uint32_t pixel : pixels) {
            items.push_back({pixel, static_cast<std::uint16_t>(red),
                             static_cast<std::uint16_t>(green), static_cast<std::uint16_t>(blue),
                             static_cast<std::uint8_t>(7 - pixel % 3), 0});
            red = red * 7 % 65536, green = green * 5 % 65536, blue = blue * 3 % 65536;
        }
        for (const auto& item : items)
            error(program, xcb_store_colors_checked(program, map, 1, &item));
    }
    void storeNamed(Program& program, std::uint32_t map, const std::string& name) {
        for (const std::uint32_t pixel : pixels)
            error(program, xcb_store_named_color_checked(program, 7, map, pixel,
                                                         static_cast<std::uint16_t>(name.size()),
                                                         name.c_str()));
    }
    void free(Program& program, std::uint32_t map, std::uint32_t pixel, std::uint32_t planes) {
        error(program, xcb_free_colors_checked(program, map, planes, 1, &pixel));
    }
    void query(std::uint32_t map, std::uint32_t pixel) {
        auto* reply = xcb_query_colors_reply(a, xcb_query_colors(a, map, 1, &pixel), nullptr);
        const auto* rgb = reply ? xcb_query_colors_colors(reply) : nullptr;
        say("{:#x}: {:x} {:x} {:x}", pixel, rgb ? rgb->red : 0, rgb ? rgb->green : 0,
            rgb ? rgb->blue : 0);
        std::free(reply);
    }

    std::vector<std::string> m_said;
};

std::vector<std::string> saidOn(const test::TestServer& server, bool alone = true) {
    ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
    Colors colors(server.display());
    ::unsetenv("XAUTHORITY");
    colors.before();
    colors.after(alone);
    return colors.said();
}

class ColormapMoveTest : public ::testing::Test {
protected:
    void expectTheSame(const Options& first, const Options& second) {
        const test::TestServer direct(first);
        const auto expected = saidOn(direct);
        EXPECT_GT(expected.size(), 100u);
        const test::TestServer from(first);
        const test::TestServer to(second);
        RunningProxy proxy;
        proxy.moveTo(from);
        Colors colors(proxy.display());
        colors.before();
        proxy.moveTo(to);
        EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
        proxy.moveTo(from);
        proxy.moveTo(to);
        colors.after();
        compare(colors.said(), expected);
    }
    static void compare(const std::vector<std::string>& said,
                        const std::vector<std::string>& expected) {
        for (std::size_t i = 0; i < std::min(said.size(), expected.size()); ++i)
            ASSERT_EQ(said[i], expected[i]) << "line " << i << " of " << said.size();
        EXPECT_EQ(said.size(), expected.size());
    }
};

TEST_F(ColormapMoveTest, cellsOfAPseudoColorScreenMove) {
    expectTheSame(kPseudo, kOtherPseudo);
}

TEST_F(ColormapMoveTest, cellsOfAGrayScreenMove) {
    const Options more = {"-cc", "1"};
    Options first = kPseudo, second = kOtherPseudo;
    first.insert(first.end(), more.begin(), more.end());
    second.insert(second.end(), more.begin(), more.end());
    expectTheSame(first, second);
}

TEST_F(ColormapMoveTest, cellsOfADirectColorScreenMove) {
    expectTheSame({"-nolisten", "tcp", "-noreset", "-cc", "5"},
                  {"-nolisten", "tcp", "-noreset", "-cc", "5", "-maxclients", "64"});
}

TEST_F(ColormapMoveTest, whereStrangersHaveTheCellsAnotherColormapTakesTheirPlace) {
    const test::TestServer direct(kPseudo);
    const auto expected = saidOn(direct, false);
    const test::TestServer from(kPseudo);
    const test::TestServer to(kOtherPseudo);
    ::setenv("XAUTHORITY", to.cookieFile().c_str(), 1);
    const Program stranger(to.display());
    ::unsetenv("XAUTHORITY");
    for (std::uint16_t i = 1; i < 10; ++i)
        std::free(
            xcb_alloc_color_reply(stranger,
                                  xcb_alloc_color(stranger, stranger.screen().default_colormap, 0,
                                                  static_cast<std::uint16_t>(i * 4096), 0x4321),
                                  nullptr));
    RunningProxy proxy;
    proxy.moveTo(from);
    Colors colors(proxy.display());
    colors.before();
    proxy.moveTo(to);
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
    colors.after(false);
    compare(colors.said(), expected);
}

TEST_F(ColormapMoveTest, aServerWithoutSuchColormapsIsRefusedBeforeAnythingMoves) {
    const test::TestServer from(kPseudo);
    const test::TestServer to(
        {"-nolisten", "tcp", "-noreset", "-screen", "0", "640x480x8", "-cc", "4"});
    RunningProxy proxy;
    proxy.moveTo(from);
    Colors colors(proxy.display());
    colors.before();
    const auto why = proxy.refusalOf(to);
    EXPECT_NE(why.find("PseudoColor"), std::string::npos) << why;
    colors.after();
    const test::TestServer direct(kPseudo);
    compare(colors.said(), saidOn(direct));
}

} // namespace
} // namespace entracte::xproxy
