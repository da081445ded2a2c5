// XFIXES regions, SYNC counters and alarms, DAMAGE, Composite, MIT-SHM, RANDR.

#include "tests/programs/XVictim.h"

#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/render.h>
#include <xcb/shm.h>
#include <xcb/sync.h>
#include <xcb/xfixes.h>

#include <sys/ipc.h>
#include <sys/shm.h>

#include <cstdlib>
#include <cstring>

namespace victim {
namespace {

constexpr std::uint16_t kSize = 64;

class ExtensionVictim : public Victim {
public:
    ~ExtensionVictim() override {
        if (m_memory)
            shmdt(m_memory);
    }

    void make(const Xcb& x) override {
        std::free(xcb_xfixes_query_version_reply(
            x.connection, xcb_xfixes_query_version(x.connection, 5, 0), nullptr));
        std::free(xcb_sync_initialize_reply(x.connection, xcb_sync_initialize(x.connection, 3, 1),
                                            nullptr));
        std::free(xcb_damage_query_version_reply(
            x.connection, xcb_damage_query_version(x.connection, 1, 1), nullptr));
        std::free(xcb_composite_query_version_reply(
            x.connection, xcb_composite_query_version(x.connection, 0, 4), nullptr));
        m_region = x.newId();
        const xcb_rectangle_t parts[] = {{1, 2, 30, 40}, {50, 60, 7, 8}};
        xcb_xfixes_create_region(x.connection, m_region, 2, parts);
        m_counter = x.newId();
        xcb_sync_create_counter(x.connection, m_counter, {7, 1234567});
        xcb_sync_change_counter(x.connection, m_counter, {0, 3});
        m_alarm = x.newId();
        const std::uint32_t alarm[] = {m_counter, 0, 8, 0, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON};
        xcb_sync_create_alarm(x.connection, m_alarm,
                              XCB_SYNC_CA_COUNTER | XCB_SYNC_CA_VALUE_TYPE | XCB_SYNC_CA_VALUE |
                                  XCB_SYNC_CA_TEST_TYPE,
                              alarm);
        m_pixmap = x.newId();
        xcb_create_pixmap(x.connection, x.screen->root_depth, m_pixmap, x.screen->root, kSize,
                          kSize);
        m_damage = x.newId();
        xcb_damage_create(x.connection, m_damage, m_pixmap, XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
        m_gc = x.newId();
        xcb_create_gc(x.connection, m_gc, m_pixmap, 0, nullptr);
        makeShared(x);
        makeRedirected(x);
    }

    void observe(const Xcb& x, Observation& seen) override {
        auto* region = xcb_xfixes_fetch_region_reply(
            x.connection, xcb_xfixes_fetch_region(x.connection, m_region), nullptr);
        seen.note("region rectangles",
                  region ? xcb_xfixes_fetch_region_rectangles_length(region) : -1);
        std::free(region);
        auto* counter = xcb_sync_query_counter_reply(
            x.connection, xcb_sync_query_counter(x.connection, m_counter), nullptr);
        seen.note("counter",
                  counter ? counter->counter_value.hi * 10000000LL + counter->counter_value.lo
                          : -1);
        std::free(counter);
        auto* alarm = xcb_sync_query_alarm_reply(
            x.connection, xcb_sync_query_alarm(x.connection, m_alarm), nullptr);
        seen.note("alarm counter", alarm ? alarm->trigger.counter : 0);
        std::free(alarm);
        seen.note("damage usable", x.errorOf(xcb_damage_subtract_checked(x.connection, m_damage,
                                                                         XCB_NONE, XCB_NONE)));
        observeShared(x, seen);
        auto* geometry =
            xcb_get_geometry_reply(x.connection, xcb_get_geometry(x.connection, m_named), nullptr);
        seen.note("named window pixmap", geometry ? geometry->width : -1);
        std::free(geometry);
    }

private:
    void makeShared(const Xcb& x) {
        m_segmentId = shmget(IPC_PRIVATE, kSize * kSize * 4, IPC_CREAT | 0600);
        m_memory = shmat(m_segmentId, nullptr, 0);
        shmctl(m_segmentId, IPC_RMID, nullptr);
        m_segment = x.newId();
        m_attachError = x.errorOf(xcb_shm_attach_checked(
            x.connection, m_segment, static_cast<std::uint32_t>(m_segmentId), 0));
        std::memset(m_memory, 0x37, kSize * kSize * 4);
        m_sharedPixmap = x.newId();
        xcb_shm_create_pixmap(x.connection, m_sharedPixmap, x.screen->root, kSize, kSize,
                              x.screen->root_depth, m_segment, 0);
    }

    // What the program writes to its memory must be what the server shows, and the other way round.
    void observeShared(const Xcb& x, Observation& seen) const {
        seen.note("shm attach error", m_attachError);
        if (m_attachError)
            return;
        std::memset(m_memory, 0x5c, kSize * kSize * 4);
        seen.noteBytes("shm pixmap", x.pixels(m_sharedPixmap, kSize, kSize));
        const std::uint32_t colour = 0x123456;
        xcb_change_gc(x.connection, m_gc, XCB_GC_FOREGROUND, &colour);
        const xcb_rectangle_t whole{0, 0, kSize, kSize};
        xcb_poly_fill_rectangle(x.connection, m_pixmap, m_gc, 1, &whole);
        std::free(
            xcb_shm_get_image_reply(x.connection,
                                    xcb_shm_get_image(x.connection, m_pixmap, 0, 0, kSize, kSize,
                                                      ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP, m_segment, 0),
                                    nullptr));
        seen.noteBytes("shm image",
                       {static_cast<const std::uint8_t*>(m_memory), kSize * kSize * 4});
    }

    void makeRedirected(const Xcb& x) {
        m_window = x.newId();
        const std::uint32_t values[] = {0x336699, 1};
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, m_window, x.screen->root, 500, 10, 33,
                          22, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                          XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
        xcb_composite_redirect_window(x.connection, m_window, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
        xcb_map_window(x.connection, m_window);
        m_named = x.newId();
        xcb_composite_name_window_pixmap(x.connection, m_window, m_named);
        makePictureOfFreedName(x);
    }

    // What compositing managers do: only the picture keeps the window's pixmap.
    void makePictureOfFreedName(const Xcb& x) {
        auto* formats = xcb_render_query_pict_formats_reply(
            x.connection, xcb_render_query_pict_formats(x.connection), nullptr);
        if (!formats)
            return;
        xcb_render_pictformat_t format = 0;
        for (auto i = xcb_render_query_pict_formats_formats_iterator(formats); i.rem;
             xcb_render_pictforminfo_next(&i))
            if (format == 0 && i.data->depth == x.screen->root_depth)
                format = i.data->id;
        std::free(formats);
        const xcb_pixmap_t named = x.newId();
        xcb_composite_name_window_pixmap(x.connection, m_window, named);
        xcb_render_create_picture(x.connection, x.newId(), named, format, 0, nullptr);
        xcb_free_pixmap(x.connection, named);
    }

    xcb_xfixes_region_t m_region = 0;
    xcb_sync_counter_t m_counter = 0;
    xcb_sync_alarm_t m_alarm = 0;
    xcb_pixmap_t m_pixmap = 0;
    xcb_damage_damage_t m_damage = 0;
    xcb_gcontext_t m_gc = 0;
    int m_segmentId = -1;
    void* m_memory = nullptr;
    xcb_shm_seg_t m_segment = 0;
    int m_attachError = 0;
    xcb_pixmap_t m_sharedPixmap = 0;
    xcb_window_t m_window = 0;
    xcb_pixmap_t m_named = 0;
};

} // namespace

std::unique_ptr<Victim> extensionVictim() {
    return std::make_unique<ExtensionVictim>();
}

} // namespace victim
