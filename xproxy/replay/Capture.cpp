#include "xproxy/replay/Capture.h"

#include "xproxy/proxy/UtilityPath.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <memory>

namespace entracte::xproxy {

namespace core = wire::core;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t kZPixmap = 2;
constexpr auto kIdle = 1s; // a pixmap not drawn to for so long is worth keeping
constexpr unsigned kShapeKinds = 3;

// Counts what was asked; shared with the answers.
using Missing = std::shared_ptr<std::size_t>;

class Capturer {
public:
    explicit Capturer(Core& core) : m_core(core), m_missing(std::make_shared<std::size_t>(0)) {}
    const Missing& missing() const { return m_missing; }

    void pixmap(const PixmapRef& pixmap) {
        pixmap->dirty = false;
        pixmap->capturing = true;
        ask(utilityRequest(core::kGetImage, kZPixmap)
                .u32(server(pixmap->id))
                .u16(0)
                .u16(0)
                .u16(pixmap->width)
                .u16(pixmap->height)
                .u32(~0u)
                .finish(),
            [pixmap](const MessageView& reply) {
                pixmap->capturing = false;
                if (reply.u8(0) != 1)
                    return;
                Image& image = *pixmap->image;
                image.width = pixmap->width;
                image.height = pixmap->height;
                image.depth = reply.get(core::GetImageReply::depth);
                image.data = copyOf(reply.tail(32));
                image.valid = true;
            });
    }

    void shape(const WindowRef& window) {
        namespace shape = wire::shape;
        const auto major = m_core.link->translator->server.of(Ext::Shape).major;
        if (!major)
            return;
        window->shapeDirty = false;
        const std::uint32_t id = server(window->id);
        for (unsigned kind = 0; kind < kShapeKinds; ++kind)
            ask(utilityRequest(major, shape::kGetRectangles)
                    .u32(id)
                    .u8(static_cast<std::uint8_t>(kind))
                    .pad(3)
                    .finish(),
                [window, kind](const MessageView& reply) {
                    if (reply.u8(0) == 1)
                        window->shapes[kind] = copyOf(reply.part(
                            32,
                            std::size_t{reply.get(shape::GetRectanglesReply::rectangles_len)} * 8));
                });
        ask(utilityRequest(major, shape::kQueryExtents).u32(id).finish(),
            [window](const MessageView& reply) {
                if (!reply.get(shape::QueryExtentsReply::bounding_shaped))
                    window->shapes[0].reset();
                if (!reply.get(shape::QueryExtentsReply::clip_shaped))
                    window->shapes[1].reset();
                if (window->shapes[2] && isWhole(*window, *window->shapes[2]))
                    window->shapes[2].reset();
            });
    }

    void region(const std::shared_ptr<Region>& region) {
        const auto major = m_core.link->translator->server.of(Ext::XFixes).major;
        if (!major)
            return;
        region->dirty = false;
        ask(utilityRequest(major, wire::xfixes::kFetchRegion).u32(server(region->id)).finish(),
            [region](const MessageView& reply) {
                if (reply.u8(0) == 1)
                    region->rectangles = copyOf(reply.tail(32));
            });
    }

    // Where a top-level window is on the root, whatever frame it is in.
    void place(const WindowRef& window) {
        const ClientXid root = windowtree::rootOf(m_core.record, window->id);
        ask(utilityRequest(core::kGetGeometry, 0).u32(server(window->id)).finish(),
            [window](const MessageView& reply) {
                if (reply.u8(0) != 1)
                    return;
                window->width = reply.get(core::GetGeometryReply::width);
                window->height = reply.get(core::GetGeometryReply::height);
                window->borderWidth = reply.get(core::GetGeometryReply::border_width);
            });
        ask(utilityRequest(core::kTranslateCoordinates, 0)
                .u32(server(window->id))
                .u32(server(root))
                .u16(0)
                .u16(0)
                .finish(),
            [window](const MessageView& reply) {
                if (reply.u8(0) != 1)
                    return;
                using namespace core::TranslateCoordinatesReply;
                // Of the inside; a window's own place is that of its border.
                window->x = static_cast<std::int16_t>(reply.get(dst_x) - window->borderWidth);
                window->y = static_cast<std::int16_t>(reply.get(dst_y) - window->borderWidth);
            });
    }

    void focus() {
        Record& record = m_core.record;
        auto& translator = *m_core.link->translator;
        ask(utilityRequest(core::kGetInputFocus, 0).finish(),
            [&record, &translator](const MessageView& reply) {
                using namespace core::GetInputFocusReply;
                const ClientXid window =
                    translator.xids.toClient(ServerXid{reply.get(core::GetInputFocusReply::focus)});
                if (reply.u8(0) == 1 && (raw(window) <= 1 || record.exists(window)))
                    record.focus = {window, reply.get(revert_to)};
            });
    }

    // Atoms that strangers made since the last time: they are numbered densely.
    void newAtoms() {
        constexpr std::uint32_t kAhead = 512;
        auto& atoms = m_core.link->translator->atoms;
        if (!atoms.identity())
            return;
        const std::uint32_t highest = m_core.record.atoms.highest();
        for (std::uint32_t atom = highest + 1; atom <= highest + kAhead; ++atom)
            atomName(ServerAtom{atom});
    }
    void atomName(ServerAtom atom) {
        auto& atoms = m_core.link->translator->atoms;
        ask(utilityRequest(core::kGetAtomName, 0).u32(raw(atom)).finish(),
            [&atoms, atom](const MessageView& reply) {
                if (reply.u8(0) == 1)
                    atoms.learn(
                        atom, textOf(reply.part(32, reply.get(core::GetAtomNameReply::name_len))));
            });
    }

private:
    std::uint32_t server(ClientXid id) { return raw(m_core.link->translator->xids.toServer(id)); }

    static bool isWhole(const Window& window, const Bytes& rectangles) {
        const MessageView view(rectangles, wire::kHostOrder);
        const unsigned border = window.borderWidth;
        return rectangles.size() == 8 && static_cast<std::int16_t>(view.u16(0)) <= -int(border) &&
               view.u16(4) >= window.width + 2 * border &&
               view.u16(6) >= window.height + 2 * border;
    }

    void ask(ByteView request, std::function<void(const MessageView&)> answered) {
        ++*m_missing;
        m_core.link->utility->inject(
            request, [missing = m_missing, answered = std::move(answered)](ByteView reply) {
                --*missing;
                answered(MessageView(reply, wire::kHostOrder));
            });
    }

    Core& m_core;
    Missing m_missing;
};

std::vector<PixmapRef> dirtyPixmaps(const Record& record) {
    std::vector<PixmapRef> dirty;
    const auto take = [&](const PixmapRef& pixmap) {
        if (pixmap->dirty && pixmap->hasOwnPixels() && !pixmap->capturing &&
            (pixmap->named || pixmap->withheld))
            dirty.push_back(pixmap);
    };
    for (const auto& pixmap : record.all<Pixmap>())
        take(pixmap);
    for (const auto& pixmap : record.freedPixmaps())
        take(pixmap);
    return dirty;
}

} // namespace

Status captureEverything(Core& core, Pump& pump, Clock::time_point deadline) {
    Capturer capturer(core);
    for (const auto& pixmap : dirtyPixmaps(core.record))
        capturer.pixmap(pixmap);
    for (const auto& window : core.record.all<Window>()) {
        if (window->shapeDirty)
            capturer.shape(window);
        if (windowtree::isRoot(core.record, window->parent))
            capturer.place(window);
    }
    for (const auto& region : core.record.all<Region>())
        if (region->dirty)
            capturer.region(region);
    capturer.focus();
    capturer.newAtoms();
    for (const ServerAtom atom : core.link->translator->atoms.takeNameless())
        capturer.atomName(atom);
    return pump.until([missing = capturer.missing()] { return *missing == 0; }, deadline);
}

bool captureIdle(Core& core, std::size_t budget) {
    const auto now = Clock::now();
    Capturer capturer(core);
    bool more = false;
    for (const auto& pixmap : dirtyPixmaps(core.record)) {
        const std::size_t size =
            std::size_t{pixmap->width} * pixmap->height * (pixmap->depth > 8 ? 4u : 1u);
        if (now - pixmap->touched < kIdle || budget == 0) {
            more = true;
            continue;
        }
        budget -= std::min(budget, size);
        capturer.pixmap(pixmap);
    }
    for (const auto& window : core.record.all<Window>())
        if (window->shapeDirty)
            capturer.shape(window);
    for (const auto& region : core.record.all<Region>())
        if (region->dirty)
            capturer.region(region);
    for (const ServerAtom atom : core.link->translator->atoms.takeNameless())
        capturer.atomName(atom);
    return more;
}

std::uint64_t capturedBytes(const Record& record) {
    std::uint64_t sum = 0;
    for (const auto& pixmap : record.all<Pixmap>())
        sum += pixmap->image->data.size();
    for (const auto& pixmap : record.freedPixmaps())
        sum += pixmap->image->data.size();
    return sum;
}

} // namespace entracte::xproxy
