// The audit sees what differs, on purpose: the record changed, the server changed by another
// program. Where nothing was changed it sees nothing.

#include "tests/xproxy/replay/RunningProxy.h"

#include <cstdlib>

namespace entracte::xproxy {
namespace {

using ::testing::Test;

class AuditTest : public Test {
protected:
    AuditTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        const std::uint32_t mask = XCB_EVENT_MASK_EXPOSURE;
        window = program->window(XCB_CW_EVENT_MASK, &mask);
        child = program->newId();
        xcb_create_window(*program, XCB_COPY_FROM_PARENT, child, window, 5, 6, 30, 40, 0,
                          XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0, nullptr);
        xcb_change_property(*program, XCB_PROP_MODE_REPLACE, window, XCB_ATOM_WM_NAME,
                            XCB_ATOM_STRING, 8, 5, "named");
        pixmap = program->newId();
        xcb_create_pixmap(*program, 24, pixmap, window, 16, 16);
        gc = program->newId();
        xcb_create_gc(*program, gc, pixmap, 0, nullptr);
        xcb_grab_key(*program, 1, window, XCB_MOD_MASK_CONTROL, 38, XCB_GRAB_MODE_ASYNC,
                     XCB_GRAB_MODE_ASYNC);
        xcb_map_subwindows(*program, window);
        xcb_map_window(*program, window);
        RunningProxy::settle(*program);
    }
    void expectDifference(const std::string& words) {
        const auto report = proxy.audit();
        EXPECT_TRUE(report.complete);
        EXPECT_GE(report.differences(), 1u);
        EXPECT_NE(report.text().find(words), std::string::npos) << "expected: " << words << "\n"
                                                                << report.text();
    }
    void expectNone() {
        const auto report = proxy.audit();
        EXPECT_TRUE(report.complete);
        EXPECT_EQ(report.differences(), 0u) << report.text();
        EXPECT_GT(report.comparedFacts(), 50u);
    }
    template <typename Change>
    void changeRecord(Change change) {
        proxy.with([&](Proxy& running, ServerChange&) { change(running.core().record); });
    }
    // As a program that is none of the session's, by the server's own numbers.
    void behindItsBack(const test::TestServer& server,
                       const std::function<void(xcb_connection_t*)>& change) {
        ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
        Program stranger(server.display());
        ::unsetenv("XAUTHORITY");
        change(stranger);
        RunningProxy::settle(stranger);
    }
    std::uint32_t serverNumber(std::uint32_t id) {
        std::uint32_t number = 0;
        proxy.with([&](Proxy& running, ServerChange&) {
            number = raw(running.core().link->translator->xids.toServer(ClientXid{id}));
        });
        return number;
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    std::uint32_t window = 0, child = 0, pixmap = 0, gc = 0;
};

TEST_F(AuditTest, seesNothingWhereNothingDiffers) {
    expectNone();
    proxy.moveTo(second);
    proxy.with([](Proxy&, ServerChange& change) {
        EXPECT_TRUE(change.lastAudit().complete) << "no audit was taken after the move";
        EXPECT_EQ(change.lastAudit().differences(), 0u) << change.lastAudit().text();
    });
    expectNone();
}

TEST_F(AuditTest, findsARecordThatIsWrong) {
    proxy.moveTo(second);
    changeRecord([&](Record& record) { record.find<Window>(ClientXid{child})->x = 99; });
    expectDifference("x: recorded 99, the server has 5");
    changeRecord([&](Record& record) {
        const auto wrong = record.find<Window>(ClientXid{child});
        wrong->x = 5;
        wrong->mapped = false;
    });
    expectDifference("mapped: recorded 0, the server has 1");
    changeRecord([&](Record& record) {
        record.find<Window>(ClientXid{child})->mapped = true;
        record.find<Window>(ClientXid{window})->eventMasks.clear();
    });
    expectDifference("event mask of its owner: recorded 0, the server has 32768");
    changeRecord([&](Record& record) {
        record.find<Window>(ClientXid{window})->eventMasks[1] = XCB_EVENT_MASK_EXPOSURE;
        record.find<Pixmap>(ClientXid{pixmap})->width = 17;
    });
    expectDifference("width: recorded 17, the server has 16");
}

TEST_F(AuditTest, findsWhatTheServerNeverGot) {
    changeRecord([&](Record& record) {
        const ClientId owner = record.find<Window>(ClientXid{window})->owner;
        record.create<GContext>(ClientXid{gc + 100}, owner)->depth = 24;
        record.create<Damage>(ClientXid{gc + 101}, owner);
    });
    expectDifference("graphics context");
    expectDifference("damage object");
    expectDifference("not there");
}

TEST_F(AuditTest, findsWhatAnotherProgramChanged) {
    proxy.moveTo(second);
    behindItsBack(second, [&](xcb_connection_t* stranger) {
        xcb_delete_property(stranger, serverNumber(window), XCB_ATOM_WM_NAME);
    });
    expectDifference("property WM_NAME: not there");
    behindItsBack(second, [&](xcb_connection_t* stranger) {
        xcb_change_property(stranger, XCB_PROP_MODE_REPLACE, serverNumber(window), XCB_ATOM_WM_NAME,
                            XCB_ATOM_STRING, 8, 5, "other");
    });
    expectDifference("property WM_NAME: value");
    behindItsBack(second, [&](xcb_connection_t* stranger) {
        const std::uint32_t place[] = {50};
        xcb_configure_window(stranger, serverNumber(child), XCB_CONFIG_WINDOW_X, place);
    });
    expectDifference("x: recorded 5, the server has 50");
    behindItsBack(second, [&](xcb_connection_t* stranger) {
        xcb_unmap_window(stranger, serverNumber(child));
    });
    expectDifference("mapped: recorded 1, the server has 0");
}

TEST_F(AuditTest, findsALostGrab) {
    expectNone();
    changeRecord([&](Record& record) {
        // The same grab on the other window, which nobody took.
        for (const auto& entry : record.sticky.inOrder()) {
            StickyKey key = entry.key;
            if (key.opcode != XCB_GRAB_KEY)
                continue;
            key.object = ClientXid{child};
            record.sticky.set(key, MessageView(entry.request->request, wire::kHostOrder));
            break;
        }
    });
    expectDifference("grab of key 38 with modifiers 0x4");
    expectDifference("grab of key 38 with modifiers 0x4"); // looking has not taken it
}

TEST_F(AuditTest, findsPixelsThatDiffer) {
    const std::uint32_t colour = 0x123456;
    xcb_change_gc(*program, gc, XCB_GC_FOREGROUND, &colour);
    const xcb_rectangle_t whole{0, 0, 16, 16};
    xcb_poly_fill_rectangle(*program, pixmap, gc, 1, &whole);
    RunningProxy::settle(*program);
    proxy.waitFor("a background capture", [&](Core& core) {
        const auto captured = core.record.find<Pixmap>(ClientXid{pixmap});
        return captured->image->valid && !captured->dirty && !captured->capturing;
    });
    expectNone();
    behindItsBack(first, [&](xcb_connection_t* stranger) {
        const auto own = xcb_generate_id(stranger);
        const std::uint32_t other = 0x654321;
        xcb_create_gc(stranger, own, pixmap, XCB_GC_FOREGROUND, &other);
        xcb_poly_fill_rectangle(stranger, pixmap, own, 1, &whole);
    });
    expectDifference("pixels");
}

// The server keeps for a grab what its program has freed.
TEST_F(AuditTest, grabsKeepTheirFreedCursors) {
    const auto font = program->newId();
    xcb_open_font(*program, font, 6, "cursor");
    const auto cursor = program->newId();
    xcb_create_glyph_cursor(*program, cursor, font, font, 34, 35, 0, 0, 0, 65535, 65535, 65535);
    xcb_grab_button(*program, 1, window, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC,
                    XCB_GRAB_MODE_ASYNC, XCB_NONE, cursor, 2, XCB_MOD_MASK_CONTROL);
    auto* grabbed = xcb_grab_pointer_reply(
        *program,
        xcb_grab_pointer(*program, 1, window, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC,
                         XCB_GRAB_MODE_ASYNC, XCB_NONE, cursor, XCB_CURRENT_TIME),
        nullptr);
    ASSERT_NE(grabbed, nullptr);
    EXPECT_EQ(grabbed->status, XCB_GRAB_STATUS_SUCCESS);
    std::free(grabbed);
    xcb_free_cursor(*program, cursor);
    xcb_close_font(*program, font);
    RunningProxy::settle(*program);
    for (const auto* server : {&second, &first}) {
        proxy.moveTo(*server);
        expectNone();
    }
}

} // namespace
} // namespace entracte::xproxy
