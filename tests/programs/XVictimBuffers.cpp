// DOUBLE-BUFFER: a window's back buffer, what is in it, a graphics context and a picture made on
// it.

#include "tests/programs/DoubleBuffer.h"
#include "tests/programs/XVictim.h"

#include <xcb/render.h>

#include <cstdlib>

namespace victim {
namespace {

constexpr std::uint16_t kWidth = 90; // pixels
constexpr std::uint16_t kHeight = 70;

class BufferVictim : public Victim {
public:
    void make(const Xcb& x) override {
        if (!doublebuffer::start(x.connection))
            return;
        m_window = x.newId();
        const std::uint32_t values[] = {0x224466, 1};
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, m_window, x.screen->root, 600, 300,
                          kWidth - 20, kHeight - 20, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                          XCB_COPY_FROM_PARENT, XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT,
                          values);
        xcb_map_window(x.connection, m_window);
        m_buffer = x.newId();
        doublebuffer::allocate(x.connection, m_window, m_buffer, doublebuffer::Copied);
        m_second = x.newId(); // another name of the same
        doublebuffer::allocate(x.connection, m_window, m_second, doublebuffer::Undefined);
        // It grows with its window.
        const std::uint32_t size[] = {kWidth, kHeight};
        xcb_configure_window(x.connection, m_window,
                             XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
        m_gc = x.newId();
        const std::uint32_t colour = 0xcc8811;
        xcb_create_gc(x.connection, m_gc, m_buffer, XCB_GC_FOREGROUND, &colour);
        for (std::int16_t i = 0; i < 20; ++i) {
            const xcb_rectangle_t part{static_cast<std::int16_t>(i * 4), i, 3, 40};
            xcb_poly_fill_rectangle(x.connection, i % 2 ? m_buffer : m_second, m_gc, 1, &part);
        }
        m_picture = x.newId();
        xcb_render_create_picture(x.connection, m_picture, m_buffer, formatOf(x), 0, nullptr);
    }

    void observe(const Xcb& x, Observation& seen) override {
        seen.note("back buffers offered", m_buffer != 0);
        if (!m_buffer)
            return;
        seen.note("back buffer's window", doublebuffer::windowOf(x.connection, m_buffer));
        seen.note("its other name's window", doublebuffer::windowOf(x.connection, m_second));
        seen.noteBytes("back buffer", x.pixels(m_buffer, kWidth, kHeight));
        const xcb_rectangle_t corner{70, 50, 15, 15};
        seen.note("picture usable", x.errorOf(xcb_render_fill_rectangles_checked(
                                        x.connection, XCB_RENDER_PICT_OP_SRC, m_picture,
                                        {0x8000, 0x1000, 0x4000, 0xffff}, 1, &corner)));
        doublebuffer::swap(x.connection, m_window, doublebuffer::Copied);
        seen.noteBytes("swapped", x.pixels(m_window, kWidth, kHeight));
        seen.noteBytes("copied", x.pixels(m_second, kWidth, kHeight));
    }

private:
    static xcb_render_pictformat_t formatOf(const Xcb& x) {
        auto* formats = xcb_render_query_pict_formats_reply(
            x.connection, xcb_render_query_pict_formats(x.connection), nullptr);
        xcb_render_pictformat_t format = 0;
        if (formats)
            for (auto i = xcb_render_query_pict_formats_formats_iterator(formats); i.rem;
                 xcb_render_pictforminfo_next(&i))
                if (format == 0 && i.data->depth == x.screen->root_depth)
                    format = i.data->id;
        std::free(formats);
        return format;
    }

    xcb_window_t m_window = 0;
    std::uint32_t m_buffer = 0;
    std::uint32_t m_second = 0;
    xcb_gcontext_t m_gc = 0;
    xcb_render_picture_t m_picture = 0;
};

} // namespace

std::unique_ptr<Victim> bufferVictim() {
    return std::make_unique<BufferVictim>();
}

} // namespace victim
