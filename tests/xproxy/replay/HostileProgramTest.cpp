// Programs that flood or end in the middle of a request: the others go on, and nothing of
// such a program grows without bound.

#include "tests/xproxy/replay/RawProgram.h"
#include "tests/xproxy/replay/RunningProxy.h"
#include "xproxy/state/Holdings.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace entracte::xproxy {
namespace {

Bytes getInputFocus() {
    return MessageBuilder::request(wire::kHostOrder, wire::core::kGetInputFocus, 0).finish();
}

class HostileProgramTest : public ::testing::Test {
protected:
    HostileProgramTest() {
        proxy.moveTo(first);
        decent = std::make_unique<Program>(proxy.display());
    }
    // The other program asks, and is answered.
    void expectServed() {
        for (int i = 0; i < 50; ++i) {
            auto* answer =
                xcb_get_input_focus_reply(*decent, xcb_get_input_focus(*decent), nullptr);
            ASSERT_NE(answer, nullptr);
            std::free(answer);
        }
    }
    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64"}};
    RunningProxy proxy;
    std::unique_ptr<Program> decent;
};

TEST_F(HostileProgramTest, oneThatAsksAndNeverReadsIsNotReadEither) {
    RawProgram flood(proxy.display());
    Bytes many;
    for (int i = 0; i < 16'000; ++i) {
        const Bytes one = getInputFocus();
        many.insert(many.end(), one.begin(), one.end());
    }
    // Far more than what it may leave unread: the proxy stops taking it.
    constexpr std::size_t kFar = 3 * Client::kMostUnread / 32 * 4;
    std::size_t taken = 0;
    for (int vain = 0; vain < 200 && taken < kFar;) {
        const auto sent =
            ::send(flood.fd(), many.data(), many.size() / 4 * 4, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            taken += static_cast<std::size_t>(sent);
        vain = sent > 0 ? 0 : vain + 1;
        if (sent <= 0)
            ::usleep(5000);
    }
    EXPECT_LT(taken, kFar);
    expectServed();
    proxy.waitFor("the flood to be held back", [&](Core& core) {
        return std::ranges::all_of(core.clients, [](const auto& entry) {
            const Client& one = *entry.second;
            return one.stream.queued() < Client::kMostUnread + (1u << 20) &&
                   one.upstream->outstanding().size() <= Client::kMostOwed;
        });
    });
    proxy.moveTo(second);
    expectServed();
}

// No hostile one: the server says nothing to any of them.
TEST_F(HostileProgramTest, oneThatMakesMuchAndAsksLateIsServed) {
    constexpr std::uint32_t kMany = 45'000;
    RawProgram busy(proxy.display());
    Bytes all;
    for (std::uint32_t i = 1; i <= kMany; ++i) {
        const Bytes one = MessageBuilder::request(wire::kHostOrder, wire::core::kCreateGC, 0)
                              .u32(busy.base | i)
                              .u32(decent->screen().root)
                              .u32(0)
                              .finish();
        all.insert(all.end(), one.begin(), one.end());
    }
    const Bytes question = getInputFocus();
    all.insert(all.end(), question.begin(), question.end());
    ASSERT_TRUE(busy.write(all));
    std::array<std::byte, 32> answer{};
    ASSERT_EQ(::recv(busy.fd(), answer.data(), answer.size(), MSG_WAITALL), 32);
    EXPECT_EQ(answer[0], std::byte{1});
    EXPECT_EQ(MessageView(answer, wire::kHostOrder).u16(2), (kMany + 1) & 0xffff);
}

TEST_F(HostileProgramTest, oneThatEndsInTheMiddleLeavesNothing) {
    {
        RawProgram dying(proxy.display());
        Bytes half = MessageBuilder::request(wire::kHostOrder, wire::core::kCreatePixmap, 24)
                         .u32(dying.base | 1)
                         .u32(decent->screen().root)
                         .u16(500)
                         .u16(500)
                         .finish();
        // And a large image of which only the beginning comes.
        const Bytes image = MessageBuilder::request(wire::kHostOrder, wire::core::kPutImage, 2)
                                .u32(dying.base | 1)
                                .u32(dying.base | 2)
                                .u16(250)
                                .u16(250)
                                .u32(0)
                                .u8(0)
                                .u8(24)
                                .pad(2)
                                .pad(250 * 250 * 4)
                                .finish();
        half.insert(half.end(), image.begin(), image.begin() + 100'000);
        EXPECT_TRUE(dying.write(half));
        proxy.waitFor("the pixmap",
                      [&](Core& core) { return core.record.exists(ClientXid{dying.base | 1}); });
    }
    expectServed();
    proxy.waitFor("its end", [](Core& core) { return core.clients.size() == 1; });
    proxy.with([](Proxy& running, ServerChange&) {
        for (const auto& [id, its] : holdingsOf(running.core().record))
            EXPECT_TRUE(its.pixmaps == 0) << id;
    });
    proxy.moveTo(second);
    expectServed();
    EXPECT_EQ(proxy.audit().differences(), 0u) << proxy.audit().text();
}

// What is remembered of a program is what it holds, not all that it ever had.
TEST_F(HostileProgramTest, theRecordIsNoLargerThanWhatIsHeld) {
    const auto bytes = [&] {
        std::uint64_t sum = 0;
        proxy.with([&](Proxy& running, ServerChange&) {
            for (const auto& [id, its] : holdingsOf(running.core().record))
                sum += its.bytes;
        });
        return sum;
    };
    const auto window = decent->window();
    RunningProxy::settle(*decent);
    const auto before = bytes();
    const std::string text(10'000, 'x');
    for (int i = 0; i < 300; ++i) {
        const auto id = decent->newId();
        xcb_create_pixmap(*decent, 24, id, window, 50, 50);
        const auto gc = decent->newId();
        xcb_create_gc(*decent, gc, id, 0, nullptr);
        xcb_grab_key(*decent, 1, window, XCB_MOD_MASK_CONTROL, 38, 1, 1);
        xcb_change_property(*decent, XCB_PROP_MODE_REPLACE, window, XCB_ATOM_WM_NAME,
                            XCB_ATOM_STRING, 8, static_cast<std::uint32_t>(text.size()),
                            text.data());
        if (i == 150) {
            RunningProxy::settle(*decent);
            EXPECT_GT(bytes(), before + text.size());
        }
        xcb_free_gc(*decent, gc);
        xcb_free_pixmap(*decent, id);
    }
    xcb_delete_property(*decent, window, XCB_ATOM_WM_NAME);
    xcb_ungrab_key(*decent, 38, window, XCB_MOD_MASK_CONTROL);
    RunningProxy::settle(*decent);
    EXPECT_LE(bytes(), before);
}

} // namespace
} // namespace entracte::xproxy
