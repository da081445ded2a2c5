// What a server owed its programs when it died: they wait for it, and get it from the next one.

#include "tests/xproxy/replay/RunningProxy.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>
#include <xcb/xcbext.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace entracte::xproxy {
namespace {

template <typename T>
using Reply = std::unique_ptr<T, decltype(&std::free)>;

template <typename T>
Reply<T> held(T* reply) {
    return {reply, &std::free};
}

class OwedTest : public ::testing::Test {
protected:
    OwedTest() {
        proxy.moveTo(first);
        program = std::make_unique<Program>(proxy.display());
        window = program->window();
        xcb_map_window(*program, window);
        gc = program->newId();
        xcb_create_gc(*program, gc, window, 0, nullptr);
        RunningProxy::settle(*program);
    }
    // What is sent from here on the first server never hears of.
    void freeze() { first.freeze(); }
    // ... although all of it, `answers` of which are owed, is on its way.
    void crash(std::size_t answers) {
        xcb_flush(*program);
        proxy.waitFor("the questions to be passed on", [answers](Core& core) {
            std::size_t owed = 0;
            for (const auto& [id, client] : core.clients)
                if (client->upstream)
                    owed += static_cast<std::size_t>(
                        std::ranges::count_if(client->upstream->outstanding(), [](const auto& one) {
                            return !one.injected && one.schema && one.schema->hasReply;
                        }));
            return owed >= answers;
        });
        first.kill();
        proxy.waitFor("the loss to be noticed", [](Core& core) { return !core.link; });
        proxy.moveTo(second);
    }
    std::uint32_t atom(const char* name) {
        const auto length = static_cast<std::uint16_t>(std::strlen(name));
        return held(xcb_intern_atom_reply(*program, xcb_intern_atom(*program, 0, length, name),
                                          nullptr))
            ->atom;
    }
    void write(std::uint32_t property, std::uint32_t value) {
        xcb_change_property(*program, XCB_PROP_MODE_REPLACE, window, property, XCB_ATOM_CARDINAL,
                            32, 1, &value);
    }
    xcb_get_property_cookie_t read(std::uint32_t property, bool remove) {
        return xcb_get_property(*program, remove, window, property, XCB_ATOM_CARDINAL, 0, 1);
    }
    // ~0: there is none.
    std::uint32_t valueOf(xcb_get_property_cookie_t asked) {
        const auto reply = held(xcb_get_property_reply(*program, asked, nullptr));
        return reply && reply->value_len == 1
                   ? *static_cast<std::uint32_t*>(xcb_get_property_value(reply.get()))
                   : ~0u;
    }
    xcb_grab_pointer_cookie_t grab(xcb_connection_t* who, std::uint32_t where) {
        return xcb_grab_pointer(who, 1, where, 0, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, 0, 0,
                                XCB_CURRENT_TIME);
    }
    int statusOf(xcb_connection_t* who, xcb_grab_pointer_cookie_t asked) {
        const auto reply = held(xcb_grab_pointer_reply(who, asked, nullptr));
        return reply ? reply->status : -1;
    }
    // Of another program's, on a window of its own.
    int statusForAnother() {
        Program other(proxy.display());
        const auto own = other.window();
        xcb_map_window(other, own);
        const int status = statusOf(other, grab(other, own));
        xcb_ungrab_pointer(other, XCB_CURRENT_TIME);
        RunningProxy::settle(other);
        return status;
    }
    void expectSame() {
        const auto audit = proxy.audit();
        EXPECT_EQ(audit.differences(), 0u) << audit.text();
    }

    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64", "-extension", "SECURITY"}};
    RunningProxy proxy;
    std::unique_ptr<Program> program;
    std::uint32_t window = 0, gc = 0;
};

TEST_F(OwedTest, answersComeFromTheNextServer) {
    const auto property = atom("_OWED");
    write(property, 7);
    const auto pixmap = program->newId();
    xcb_create_pixmap(*program, 24, pixmap, window, 256, 256);
    const std::uint32_t colour = 0x345678;
    xcb_change_gc(*program, gc, XCB_GC_FOREGROUND, &colour);
    const xcb_rectangle_t whole{0, 0, 256, 256};
    xcb_poly_fill_rectangle(*program, pixmap, gc, 1, &whole);
    RunningProxy::settle(*program);
    proxy.waitFor("the pixmap to be captured", [pixmap](Core& core) {
        const auto known = core.record.find<Pixmap>(ClientXid{pixmap});
        return known->image->valid && !known->dirty && !known->capturing;
    });
    freeze();
    const auto place = xcb_translate_coordinates(*program, window, program->screen().root, 1, 2);
    const auto name = xcb_intern_atom(*program, 0, 10, "_OWED_NEVER");
    const auto cell =
        xcb_alloc_color(*program, program->screen().default_colormap, 0x1200, 0x3400, 0x5600);
    const auto deleted = read(property, true);
    const auto fonts = xcb_list_fonts_with_info(*program, 3, 5, "fixed");
    const auto image =
        xcb_get_image(*program, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 0, 0, 256, 256, ~0u);
    const std::uint8_t buttons[] = {3, 2, 1};
    const auto mapping = xcb_set_pointer_mapping(*program, 3, buttons);
    const auto missing = xcb_get_geometry(*program, 0x1fffff);
    const auto shape = xcb_get_geometry(*program, window);
    crash(9);

    const auto translated = held(xcb_translate_coordinates_reply(*program, place, nullptr));
    ASSERT_TRUE(translated);
    EXPECT_EQ(translated->dst_x, 10 + 1 + 1); // the window's place, its border, the question's
    EXPECT_EQ(translated->dst_y, 20 + 1 + 2);
    const auto interned = held(xcb_intern_atom_reply(*program, name, nullptr));
    ASSERT_TRUE(interned);
    EXPECT_EQ(interned->atom, atom("_OWED_NEVE"));
    const auto allocated = held(xcb_alloc_color_reply(*program, cell, nullptr));
    ASSERT_TRUE(allocated);
    EXPECT_EQ(allocated->pixel, 0x123456u);
    EXPECT_EQ(valueOf(deleted), 7u);
    unsigned names = 0;
    while (const auto font = held(xcb_list_fonts_with_info_reply(*program, fonts, nullptr))) {
        if (font->name_len == 0)
            break;
        ++names;
    }
    EXPECT_GE(names, 1u);
    const auto pixels = held(xcb_get_image_reply(*program, image, nullptr));
    ASSERT_TRUE(pixels);
    EXPECT_EQ(0, std::memcmp(xcb_get_image_data(pixels.get()), &colour, 3));
    // What was meant for that screen is not done to another one.
    xcb_generic_error_t* refusal = nullptr;
    EXPECT_EQ(xcb_set_pointer_mapping_reply(*program, mapping, &refusal), nullptr);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->error_code, 11); // Alloc
    EXPECT_EQ(refusal->major_code, XCB_SET_POINTER_MAPPING);
    std::free(refusal);
    refusal = nullptr;
    EXPECT_EQ(xcb_get_geometry_reply(*program, missing, &refusal), nullptr);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->error_code, 9); // Drawable
    EXPECT_EQ(refusal->resource_id, 0x1fffffu);
    std::free(refusal);
    const auto geometry = held(xcb_get_geometry_reply(*program, shape, nullptr));
    ASSERT_TRUE(geometry);
    EXPECT_EQ(geometry->width, 200);
    EXPECT_EQ(valueOf(read(property, false)), ~0u) << "it was deleted with the reading";
    EXPECT_EQ(xcb_connection_has_error(*program), 0);
    expectSame();
}

TEST_F(OwedTest, aGrabThatWasAskedForIsHad) {
    freeze();
    const auto asked = grab(*program, window);
    crash(1);
    EXPECT_EQ(statusOf(*program, asked), XCB_GRAB_STATUS_SUCCESS);
    EXPECT_EQ(statusForAnother(), XCB_GRAB_STATUS_ALREADY_GRABBED);
    expectSame();
    xcb_ungrab_pointer(*program, XCB_CURRENT_TIME);
    RunningProxy::settle(*program);
    EXPECT_EQ(statusForAnother(), XCB_GRAB_STATUS_SUCCESS);
}

// A program that does not wait for an answer before it goes on: the order counts.
TEST_F(OwedTest, whatWasAskedForAndUndoneIsUndone) {
    const auto property = atom("_OWED");
    write(property, 7);
    RunningProxy::settle(*program);
    freeze();
    const auto asked = grab(*program, window);
    xcb_ungrab_pointer(*program, XCB_CURRENT_TIME);
    const auto deleted = read(property, true);
    write(property, 8);
    const auto behind = xcb_get_input_focus(*program);
    crash(3);
    EXPECT_EQ(statusOf(*program, asked), XCB_GRAB_STATUS_SUCCESS);
    const auto value = valueOf(deleted);
    EXPECT_TRUE(value == 7 || value == 8) << value;
    EXPECT_TRUE(held(xcb_get_input_focus_reply(*program, behind, nullptr)));
    EXPECT_EQ(statusForAnother(), XCB_GRAB_STATUS_SUCCESS) << "the grab was given up again";
    EXPECT_EQ(valueOf(read(property, false)), 8u) << "written after it was deleted";
    expectSame();
}

class OwedEventsTest : public OwedTest {
protected:
    // The next of the kind, or null when the server has answered a question since.
    Reply<xcb_generic_event_t> next(std::uint8_t code) {
        RunningProxy::settle(*program);
        while (auto* event = xcb_poll_for_event(*program)) {
            if ((event->response_type & 0x7f) == code)
                return held(event);
            std::free(event);
        }
        return held<xcb_generic_event_t>(nullptr);
    }
    // That the program's one connection has the requests behind it.
    void crashBehind(unsigned number) {
        xcb_flush(*program);
        proxy.waitFor("the requests to be passed on", [number](Core& core) {
            return std::ranges::any_of(core.clients, [number](const auto& entry) {
                const auto& upstream = entry.second->upstream;
                return upstream && upstream->sequence.clientSequence() >= number;
            });
        });
        first.kill();
        proxy.waitFor("the loss to be noticed", [](Core& core) { return !core.link; });
        proxy.moveTo(second);
    }
};

// Whoever draws from shared memory waits for this event before it draws there again.
TEST_F(OwedEventsTest, sharedImagesAreCompleted) {
    constexpr std::uint16_t kSide = 32;
    const UniqueFd memory(::memfd_create("owed", MFD_CLOEXEC));
    ASSERT_EQ(::ftruncate(memory.get(), kSide * kSide * 4), 0);
    std::vector<std::uint32_t> pixels(kSide * kSide, 0x2468ac);
    ASSERT_EQ(::pwrite(memory.get(), pixels.data(), pixels.size() * 4, 0), kSide * kSide * 4);
    const auto segment = program->newId();
    xcb_shm_attach_fd(*program, segment, ::dup(memory.get()), 0);
    const auto pixmap = program->newId();
    xcb_create_pixmap(*program, 24, pixmap, window, kSide, kSide);
    RunningProxy::settle(*program);
    const auto firstEvent = xcb_get_extension_data(*program, &xcb_shm_id)->first_event;
    freeze();
    const auto put = [&](bool tells) {
        return xcb_shm_put_image(*program, pixmap, gc, kSide, kSide, 0, 0, kSide, kSide, 0, 0, 24,
                                 XCB_IMAGE_FORMAT_Z_PIXMAP, tells, segment, 0)
            .sequence;
    };
    const auto behind = xcb_get_input_focus(*program);
    put(false);
    const auto number = put(true);
    crashBehind(number);
    EXPECT_TRUE(held(xcb_get_input_focus_reply(*program, behind, nullptr)));
    const auto event = next(firstEvent);
    ASSERT_TRUE(event) << "the program waits for ever";
    const auto& completion = reinterpret_cast<const xcb_shm_completion_event_t&>(*event);
    EXPECT_EQ(completion.shmseg, segment);
    EXPECT_EQ(completion.drawable, pixmap);
    EXPECT_EQ(completion.minor_event, XCB_SHM_PUT_IMAGE);
    EXPECT_EQ(event->full_sequence, number);
    EXPECT_FALSE(next(firstEvent)) << "told twice";
    const auto image = held(xcb_get_image_reply(
        *program, xcb_get_image(*program, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 0, 0, 1, 1, ~0u),
        nullptr));
    ASSERT_TRUE(image);
    EXPECT_EQ(0, std::memcmp(xcb_get_image_data(image.get()), pixels.data(), 3));
    // The next one is told of as ever.
    put(true);
    EXPECT_TRUE(next(firstEvent));
    EXPECT_FALSE(next(firstEvent));
    expectSame();
}

// xterm scrolls by CopyArea, and waits for the word that nothing was hidden.
TEST_F(OwedEventsTest, copiesAreAnswered) {
    const auto quiet = program->newId();
    const std::uint32_t no = 0;
    xcb_create_gc(*program, quiet, window, XCB_GC_GRAPHICS_EXPOSURES, &no);
    xcb_copy_area(*program, window, window, gc, 0, 0, 10, 10, 20, 20);
    EXPECT_TRUE(next(XCB_NO_EXPOSURE));
    freeze();
    xcb_copy_area(*program, window, window, quiet, 0, 0, 10, 10, 20, 20);
    crashBehind(xcb_copy_area(*program, window, window, gc, 0, 0, 10, 10, 20, 20).sequence);
    const auto event = next(XCB_NO_EXPOSURE);
    ASSERT_TRUE(event) << "the program waits for ever";
    const auto& copied = reinterpret_cast<const xcb_no_exposure_event_t&>(*event);
    EXPECT_EQ(copied.drawable, window);
    EXPECT_EQ(copied.major_opcode, XCB_COPY_AREA);
    EXPECT_FALSE(next(XCB_NO_EXPOSURE)) << "told twice, or of one that asked for nothing";
}

// Numbers of one server mean nothing to the next.
TEST_F(OwedTest, whatAnEarlierServerHasToldIsNotToldAgain) {
    constexpr int kFar = 5000, kCopies = 50;
    const auto told = [this] {
        RunningProxy::settle(*program);
        int copies = 0;
        for (;;) {
            const std::unique_ptr<xcb_generic_event_t, decltype(&std::free)> event(
                xcb_poll_for_event(*program), &std::free);
            if (!event)
                return copies;
            copies += (event->response_type & 0x7f) == XCB_NO_EXPOSURE;
        }
    };
    for (int i = 0; i < kFar; ++i)
        xcb_no_operation(*program);
    for (int i = 0; i < kCopies; ++i)
        xcb_copy_area(*program, window, window, gc, 0, 0, 10, 10, 20, 20);
    EXPECT_EQ(told(), kCopies);
    proxy.moveTo(second);
    EXPECT_EQ(told(), 0);
    second.kill();
    proxy.waitFor("the loss to be noticed", [](Core& core) { return !core.link; });
    const test::TestServer third;
    proxy.moveTo(third);
    EXPECT_EQ(told(), 0);
}

} // namespace
} // namespace entracte::xproxy
