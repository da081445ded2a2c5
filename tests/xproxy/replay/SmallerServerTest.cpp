// Programs that learnt of long requests, on a server of which the proxy knows that it takes none
// longer than 256 KiB.

#include "tests/xproxy/replay/RunningProxy.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

namespace entracte::xproxy {
namespace {

class SmallerServerTest : public ::testing::Test {
protected:
    SmallerServerTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        EXPECT_GT(xcb_get_maximum_request_length(*program), 1u << 20); // it learns that now
        window = program->window();
        pixmap = program->newId();
        xcb_create_pixmap(*program, 24, pixmap, window, kWide, kHigh);
        gc = program->newId();
        xcb_create_gc(*program, gc, pixmap, 0, nullptr);
        RunningProxy::settle(*program);
        proxy.moveTo(second);
        // No X server of today can be kept from taking 4 MiB: the proxy is told otherwise.
        proxy.with([](Proxy& moved, ServerChange&) {
            ServerFace& face = moved.core().link->face;
            face.longestRequest = 65'535u * 4u;
            face.extensions.set(Ext::BigRequests, {});
        });
    }
    // Of one request's answer; 0: it was done.
    std::uint8_t errorOf(xcb_void_cookie_t asked) {
        auto* error = xcb_request_check(*program, asked);
        const std::uint8_t code = error ? error->error_code : 0;
        std::free(error);
        return code;
    }
    std::uint32_t pixelAt(std::int16_t x, std::int16_t y) {
        auto* image = xcb_get_image_reply(
            *program, xcb_get_image(*program, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, x, y, 1, 1, ~0u),
            nullptr);
        std::uint32_t pixel = ~0u;
        if (image)
            std::memcpy(&pixel, xcb_get_image_data(image), sizeof pixel);
        std::free(image);
        return pixel & 0xffffff;
    }

    static constexpr std::uint16_t kWide = 600;
    static constexpr std::uint16_t kHigh = 600;
    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-extension", "MIT-SHM", "-maxclients", "64"}};
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    std::uint32_t window = 0, pixmap = 0, gc = 0;
};

TEST_F(SmallerServerTest, aLongPropertyArrivesWhole) {
    std::vector<std::uint32_t> value(500'000);
    for (std::size_t i = 0; i < value.size(); ++i)
        value[i] = static_cast<std::uint32_t>(i * 7);
    const auto length = static_cast<std::uint32_t>(value.size());
    EXPECT_EQ(errorOf(xcb_change_property_checked(*program, XCB_PROP_MODE_REPLACE, window,
                                                  XCB_ATOM_WM_NAME, XCB_ATOM_INTEGER, 32, length,
                                                  value.data())),
              0);
    auto* reply = xcb_get_property_reply(
        *program,
        xcb_get_property(*program, 0, window, XCB_ATOM_WM_NAME, XCB_ATOM_INTEGER, 0, length),
        nullptr);
    ASSERT_NE(reply, nullptr) << "the server ended the connection";
    ASSERT_EQ(reply->value_len, length);
    EXPECT_EQ(std::memcmp(xcb_get_property_value(reply), value.data(), length * 4u), 0);
    std::free(reply);
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
}

TEST_F(SmallerServerTest, aLargeImageAndLongListsAreDrawnWhole) {
    std::vector<std::uint32_t> pixels(kWide * kHigh);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint32_t>(i);
    EXPECT_EQ(
        errorOf(xcb_put_image_checked(*program, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, kWide, kHigh,
                                      0, 0, 0, 24, static_cast<std::uint32_t>(pixels.size() * 4),
                                      reinterpret_cast<const std::uint8_t*>(pixels.data()))),
        0);
    for (const std::int16_t y : std::array<std::int16_t, 4>{0, 108, 109, kHigh - 1})
        EXPECT_EQ(pixelAt(599, y), y * kWide + 599u) << y;
    const std::uint32_t white = 0xffffff;
    xcb_change_gc(*program, gc, XCB_GC_FOREGROUND, &white);
    std::vector<xcb_rectangle_t> rectangles(150'000, {0, 0, 1, 1});
    rectangles.back() = {200, 300, 5, 5};
    xcb_poly_fill_rectangle(*program, pixmap, gc, static_cast<std::uint32_t>(rectangles.size()),
                            rectangles.data());
    EXPECT_EQ(pixelAt(0, 0), white);
    EXPECT_EQ(pixelAt(204, 304), white);
    EXPECT_EQ(pixelAt(205, 304), 304u * kWide + 205);
}

// Its pixels, painted in one piece by a server that takes it, are those of the rectangles in its
// place: crossing itself, partly outside, by both rules.
TEST_F(SmallerServerTest, aLongPolygonIsFilledTheSame) {
    std::vector<xcb_point_t> points;
    std::uint32_t drawn = 12345;
    const auto next = [&](int below) {
        drawn = drawn * 1'664'525u + 1'013'904'223u;
        return static_cast<int>((drawn >> 8) % static_cast<std::uint32_t>(below));
    };
    int x = 300, y = 200;
    for (int i = 0; i < 300'000; ++i) {
        x = std::clamp(x + next(7) - 3, -20, kWide + 20);
        y = std::clamp(y + next(7) - 3, -20, kHigh + 20);
        points.push_back({static_cast<std::int16_t>(x), static_cast<std::int16_t>(y)});
    }
    ::setenv("XAUTHORITY", first.cookieFile().c_str(), 1);
    const Program direct(first.display());
    ::unsetenv("XAUTHORITY");
    const auto imageOf = [&](xcb_connection_t* on, std::uint32_t root, std::uint32_t canvas,
                             std::uint32_t brush, std::uint32_t rule) {
        xcb_create_pixmap(on, 24, canvas, root, kWide, kHigh);
        const std::uint32_t values[] = {XCB_GX_XOR, 0x123456, rule};
        xcb_create_gc(on, brush, canvas, XCB_GC_FUNCTION | XCB_GC_FOREGROUND | XCB_GC_FILL_RULE,
                      values);
        const std::uint32_t plain[] = {XCB_GX_COPY};
        xcb_change_gc(on, brush, XCB_GC_FUNCTION, plain);
        const xcb_rectangle_t all{0, 0, kWide, kHigh};
        xcb_poly_fill_rectangle(on, canvas, brush, 1, &all);
        xcb_change_gc(on, brush, XCB_GC_FUNCTION, values);
        xcb_fill_poly(on, canvas, brush, XCB_POLY_SHAPE_COMPLEX, XCB_COORD_MODE_ORIGIN,
                      static_cast<std::uint32_t>(points.size()), points.data());
        auto* image = xcb_get_image_reply(
            on, xcb_get_image(on, XCB_IMAGE_FORMAT_Z_PIXMAP, canvas, 0, 0, kWide, kHigh, ~0u),
            nullptr);
        std::vector<std::uint8_t> pixels;
        if (image)
            pixels.assign(xcb_get_image_data(image),
                          xcb_get_image_data(image) + xcb_get_image_data_length(image));
        std::free(image);
        return pixels;
    };
    for (const std::uint32_t rule : {XCB_FILL_RULE_EVEN_ODD, XCB_FILL_RULE_WINDING}) {
        const auto expected =
            imageOf(direct, direct.screen().root, direct.newId(), direct.newId(), rule);
        const auto pixels =
            imageOf(*program, program->screen().root, program->newId(), program->newId(), rule);
        ASSERT_EQ(pixels.size(), expected.size());
        std::size_t painted = 0;
        for (std::size_t i = 0; i < expected.size(); i += 4)
            painted += expected[i] == 0 ? 1 : 0;
        EXPECT_GT(painted, 100u);
        EXPECT_LT(painted, kWide * kHigh - 100u);
        EXPECT_TRUE(pixels == expected) << "by rule " << rule;
    }
}

TEST_F(SmallerServerTest, anErrorIsToldOnceAndOfTheRightRequest) {
    const std::vector<std::uint8_t> value(1'200'000, 'x');
    const auto wrong = xcb_change_property_checked(
        *program, XCB_PROP_MODE_REPLACE, window + 0xff, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8,
        static_cast<std::uint32_t>(value.size()), value.data());
    EXPECT_EQ(errorOf(wrong), XCB_WINDOW);
    EXPECT_EQ(errorOf(xcb_map_window_checked(*program, window)), 0);
}

} // namespace
} // namespace entracte::xproxy
