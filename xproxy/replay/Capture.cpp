#include "xproxy/replay/Capture.h"

#include "xproxy/proxy/UtilityPath.h"
#include "xproxy/replay/FontMatch.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <map>
#include <memory>

namespace entracte::xproxy {

namespace core = wire::core;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t kZPixmap = 2;
constexpr auto kIdle = 400ms; // a pixmap not drawn to for so long is worth keeping
constexpr auto kOldest = 2s;  // and one that is drawn to all the time, now and then
// Bytes of pixels that the background may make the record hold. What is beyond it is taken only
// when a server is left by plan.
constexpr std::uint64_t kMaxHeld = 384u << 20;
constexpr unsigned kShapeKinds = 3;
constexpr std::uint32_t kMaxWishUnits = 64; // of a property, 4 bytes each

std::int64_t wide(std::uint32_t high, std::uint32_t low) {
    return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
}

// Counts what was asked; shared with the answers.
using Missing = std::shared_ptr<std::size_t>;

class Capturer {
public:
    explicit Capturer(Core& core) : m_core(core), m_missing(std::make_shared<std::size_t>(0)) {}
    const Missing& missing() const { return m_missing; }

    // `settled`: all that was drawn so far comes before the capture. Else the server may get it
    // later, from the program's own connection: the pixmap has to be taken once more.
    void pixmap(const PixmapRef& pixmap, bool settled) {
        pixmap->dirty = !settled;
        pixmap->capturing = true;
        pixmap->captured = Clock::now();
        if (pixmap->backBufferOf == ClientXid::None) {
            image(pixmap, pixmap->width, pixmap->height);
            return;
        }
        // As large as its window by now.
        ask(utilityRequest(core::kGetGeometry, 0).u32(server(pixmap->id)).finish(),
            [self = *this, pixmap](const MessageView& reply) mutable {
                using namespace core::GetGeometryReply;
                if (reply.u8(0) == 1 && (pixmap->named || pixmap->withheld))
                    self.image(pixmap, reply.get(width), reply.get(height));
                else
                    pixmap->capturing = false;
            });
    }

    void image(const PixmapRef& pixmap, std::uint16_t width, std::uint16_t height) {
        ask(utilityRequest(core::kGetImage, kZPixmap)
                .u32(server(pixmap->id))
                .u16(0)
                .u16(0)
                .u16(width)
                .u16(height)
                .u32(~0u)
                .finish(),
            [pixmap, width, height](const MessageView& reply) {
                pixmap->capturing = false;
                if (reply.u8(0) != 1)
                    return;
                Image& image = *pixmap->image;
                image.width = pixmap->width = width;
                image.height = pixmap->height = height;
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
                if (!window->inputShaped)
                    window->shapes[2].reset();
            });
    }

    void region(const std::shared_ptr<Region>& region) {
        const auto major = m_core.link->translator->server.of(Ext::XFixes).major;
        if (!major)
            return;
        region->shape->dirty = false;
        ask(utilityRequest(major, wire::xfixes::kFetchRegion).u32(server(region->id)).finish(),
            [shape = region->shape](const MessageView& reply) {
                if (reply.u8(0) == 1)
                    shape->rectangles = copyOf(reply.tail(32));
            });
    }

    // An alarm moves its threshold on when it fires. Not for the background: a server that tells
    // what its counter is has seen it go past a threshold without running the alarms there, and of
    // the program's own connection nothing may come in between.
    void alarm(const std::shared_ptr<Alarm>& alarm) {
        namespace sync = wire::sync;
        const auto major = m_core.link->translator->server.of(Ext::Sync).major;
        if (!major)
            return;
        ask(utilityRequest(major, sync::kQueryAlarm).u32(server(alarm->id)).finish(),
            [self = *this, alarm, changes = alarm->changes](const MessageView& reply) {
                using namespace sync::QueryAlarmReply;
                if (reply.u8(0) != 1 || alarm->changes != changes)
                    return;
                const auto& clocks = self.m_core.link->translator->counterTime;
                alarm->waitsFor = clocks.toClient(
                    alarm->counter,
                    wide(static_cast<std::uint32_t>(reply.get(trigger_wait_value_hi)),
                         reply.get(trigger_wait_value_lo)));
                alarm->inactive = reply.get(state) == sync::ALARMSTATE::Inactive;
            });
        if (alarm->counter == ClientXid::None || m_core.record.find<Counter>(alarm->counter))
            return;
        ask(utilityRequest(major, sync::kQueryCounter).u32(server(alarm->counter)).finish(),
            [self = *this, alarm](const MessageView& reply) {
                using namespace sync::QueryCounterReply;
                if (reply.u8(0) == 1)
                    alarm->counterWas = self.m_core.link->translator->counterTime.toClient(
                        alarm->counter,
                        wide(static_cast<std::uint32_t>(reply.get(counter_value_hi)),
                             reply.get(counter_value_lo)));
            });
    }

    void childOrder(const WindowRef& window) {
        window->orderDirty = false;
        ask(utilityRequest(core::kQueryTree, 0).u32(server(window->id)).finish(),
            [self = *this, window](const MessageView& reply) {
                if (reply.u8(0) != 1)
                    return;
                std::map<ClientXid, std::size_t> place;
                const std::size_t count = reply.get(core::QueryTreeReply::children_len);
                for (std::size_t i = 0; i < count; ++i)
                    place[self.m_core.link->translator->xids.toClient(
                        ServerXid{reply.u32(32 + 4 * i)})] = i;
                std::ranges::stable_sort(window->children, {}, [&](ClientXid child) {
                    const auto at = place.find(child);
                    return at == place.end() ? std::size_t{0} : at->second + 1;
                });
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

    // Which of the root's children holds the window: itself or a stranger's frame around it.
    void outermost(ClientXid window) { climb(window, server(window)); }

    void rootOrder(std::uint32_t root) {
        ask(utilityRequest(core::kQueryTree, 0).u32(root).finish(),
            [order = m_order](const MessageView& reply) {
                const unsigned count = reply.get(core::QueryTreeReply::children_len);
                for (unsigned i = 0; i < count; ++i)
                    order->children.push_back(reply.u32(32 + 4 * std::size_t{i}));
            });
    }

    // After all answers came: the children of the roots in the order in which the server has them.
    void restack() {
        Record& record = m_core.record;
        std::map<std::uint32_t, std::size_t> place;
        for (std::size_t i = 0; i < m_order->children.size(); ++i)
            place[m_order->children[i]] = i;
        for (const ClientXid root : record.roots) {
            auto& children = record.find<Window>(root)->children;
            std::ranges::stable_sort(children, {}, [&](ClientXid child) {
                const auto top = m_order->outermost.find(child);
                const auto at =
                    top == m_order->outermost.end() ? place.end() : place.find(top->second);
                return at == place.end() ? std::size_t{0} : at->second + 1;
            });
        }
    }

    // What a stranger's window manager has made of the window, to be wished for at the next one.
    void managed(const WindowRef& window) {
        property(window, "WM_STATE", [](Window& of, PropertyValue value) {
            constexpr std::uint32_t kIconicState = 3;
            of.iconic = MessageView(value.data, wire::kHostOrder).u32(0) == kIconicState;
        });
        window->managedDirty = false;
        for (const char* name : {"_NET_WM_STATE", "_NET_WM_DESKTOP"})
            if (const auto atom = m_core.record.atoms.find(name))
                property(
                    window, name,
                    [atom = *atom](Window& of, PropertyValue value) {
                        of.properties.insert_or_assign(atom, std::move(value));
                    },
                    [atom = *atom](Window& of) { of.properties.erase(atom); });
    }

    // What a font is like tells which other one is, where it is not.
    void font(const std::shared_ptr<Font>& font) {
        if (font->metrics)
            return;
        ask(utilityRequest(core::kQueryFont, 0).u32(server(font->id)).finish(),
            [self = *this, font](const MessageView& reply) mutable {
                if (reply.u8(0) != 1)
                    return;
                const auto [metrics, fullName] = readFont(reply);
                font->metrics = metrics;
                if (fullName != 0)
                    self.ask(utilityRequest(core::kGetAtomName, 0).u32(fullName).finish(),
                             [font](const MessageView& name) {
                                 if (name.u8(0) == 1)
                                     font->metrics->fullName = textOf(
                                         name.part(32, name.get(core::GetAtomNameReply::name_len)));
                             });
            });
    }

    // What was let go while others had the focus, programs were never told.
    void heldInput() {
        if (std::ranges::all_of(m_core.clients,
                                [](const auto& entry) { return entry.second->input.empty(); }))
            return;
        const auto keymap = std::make_shared<Bytes>();
        ask(utilityRequest(core::kQueryKeymap, 0).finish(), [keymap](const MessageView& reply) {
            constexpr std::size_t kKeysAt = 8, kKeys = 32;
            if (reply.u8(0) == 1)
                *keymap = copyOf(reply.part(kKeysAt, kKeys));
        });
        ask(utilityRequest(core::kQueryPointer, 0)
                .u32(m_core.link->face.setup.screens.front().root)
                .finish(),
            [keymap, &all = m_core](const MessageView& reply) {
                if (reply.u8(0) == 1 && !keymap->empty())
                    for (auto& [id, client] : all.clients)
                        client->input.keepDown(*keymap, reply.get(core::QueryPointerReply::mask));
            });
    }

    void focus() {
        Record& record = m_core.record;
        auto& translator = *m_core.link->translator;
        ask(utilityRequest(core::kGetInputFocus, 0).finish(),
            [&record, &translator, before = record.focus.window](const MessageView& reply) {
                if (record.focus.window != before)
                    return; // a program asked for it meanwhile
                using namespace core::GetInputFocusReply;
                const ClientXid window =
                    translator.xids.toClient(ServerXid{reply.get(core::GetInputFocusReply::focus)});
                if (reply.u8(0) == 1 && (raw(window) <= 1 || record.exists(window)))
                    record.focus = {window, reply.get(revert_to), true, true};
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
    struct Order {
        std::vector<std::uint32_t> children; // of the roots, bottom to top
        std::map<ClientXid, std::uint32_t> outermost;
    };

    void climb(ClientXid window, std::uint32_t at) {
        ask(utilityRequest(core::kQueryTree, 0).u32(at).finish(),
            [self = *this, window, at](const MessageView& reply) mutable {
                using namespace core::QueryTreeReply;
                const std::uint32_t above = reply.get(parent);
                if (reply.u8(0) != 1 || above == 0)
                    return;
                if (above == reply.get(root))
                    self.m_order->outermost[window] = at;
                else
                    self.climb(window, above);
            });
    }

    void property(const WindowRef& window, const char* name,
                  std::function<void(Window&, PropertyValue)> take,
                  std::function<void(Window&)> gone = {}) {
        const auto atom = m_core.record.atoms.find(name);
        if (!atom)
            return;
        Bytes request = utilityRequest(core::kGetProperty, 0)
                            .u32(raw(window->id))
                            .u32(raw(*atom))
                            .u32(0)
                            .u32(0)
                            .u32(kMaxWishUnits)
                            .finish();
        const Bytes asked = request;
        const auto* schema = requestSchema(Ext::Core, core::kGetProperty);
        auto& translator = *m_core.link->translator;
        translator.request(schema, Ext::Core, request, wire::kHostOrder, false);
        ask(request, [&translator, window, schema, asked, take, gone](const MessageView& reply) {
            if (reply.u8(0) != 1)
                return;
            if (reply.get(core::GetPropertyReply::type) == 0) {
                if (gone)
                    gone(*window);
                return;
            }
            Bytes message = copyOf(reply.bytes());
            translator.reply(schema->reply, Ext::Core, MessageView(asked, wire::kHostOrder),
                             message, wire::kHostOrder);
            const MessageView view(message, wire::kHostOrder);
            using namespace core::GetPropertyReply;
            const std::size_t size = std::size_t{view.get(value_len)} * (view.get(format) / 8u);
            take(*window, {ClientAtom{view.get(type)}, view.get(format),
                           copyOf(view.part(32, size)), kNobody, 0});
        });
    }

    std::uint32_t server(ClientXid id) { return raw(m_core.link->translator->xids.toServer(id)); }

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
    std::shared_ptr<Order> m_order = std::make_shared<Order>();
};

std::vector<PixmapRef> dirtyPixmaps(const Record& record) {
    std::vector<PixmapRef> dirty;
    const auto take = [&](const PixmapRef& pixmap) {
        if (pixmap->dirty && pixmap->hasOwnPixels() && !pixmap->capturing &&
            (pixmap->named || pixmap->withheld))
            dirty.push_back(pixmap);
    };
    std::ranges::for_each(record.pixelHolders(), take);
    return dirty;
}

// Bytes that a capture of it takes, about.
std::size_t sizeOf(const Pixmap& pixmap) {
    const std::size_t bits = pixmap.depth > 8 ? 32u : pixmap.depth > 1 ? 8u : 1u;
    return (pixmap.width * bits + 31) / 32 * 4 * pixmap.height;
}

// Captures of the last round are still on their way: a slow server is not asked for more.
bool isCapturing(const Record& record) {
    return std::ranges::any_of(record.pixelHolders(),
                               [](const PixmapRef& pixmap) { return pixmap->capturing; });
}

} // namespace

Status captureEverything(Core& core, Pump& pump, Clock::time_point deadline) {
    // One that is on its way may be older than what was drawn since.
    ENTRACTE_TRY(pump.until([&core] { return !isCapturing(core.record); }, deadline));
    Capturer capturer(core);
    // A window that changed its size gave its back buffer a new one.
    for (const auto& buffer : core.record.all<BackBuffer>())
        buffer->pixels->dirty = true;
    for (const auto& pixmap : dirtyPixmaps(core.record))
        capturer.pixmap(pixmap, true);
    for (const auto& window : core.record.all<Window>()) {
        if (window->shapeDirty)
            capturer.shape(window);
        if (window->orderDirty && !windowtree::isRoot(core.record, window->id))
            capturer.childOrder(window);
        if (!windowtree::isRoot(core.record, window->parent))
            continue;
        capturer.place(window);
        capturer.outermost(window->id);
        if (window->foreignParent)
            capturer.managed(window);
    }
    for (const auto& screen : core.link->face.setup.screens)
        capturer.rootOrder(screen.root);
    for (const auto& region : core.record.all<Region>())
        if (region->shape->dirty)
            capturer.region(region);
    for (const auto& alarm : core.record.all<Alarm>())
        capturer.alarm(alarm);
    for (const auto& font : core.record.all<Font>())
        capturer.font(font);
    capturer.focus();
    capturer.heldInput();
    capturer.newAtoms();
    for (const ServerAtom atom : core.link->translator->atoms.takeNameless())
        capturer.atomName(atom);
    ENTRACTE_TRY(pump.until([missing = capturer.missing()] { return *missing == 0; }, deadline));
    capturer.restack();
    return {};
}

bool captureIdle(Core& core, std::size_t budget) {
    const auto now = Clock::now();
    Capturer capturer(core);
    bool more = isCapturing(core.record);
    std::uint64_t held = capturedBytes(core.record);
    auto pixmaps = more ? std::vector<PixmapRef>() : dirtyPixmaps(core.record);
    // Whoever waited longest comes first, so that what is drawn to all the time starves nobody.
    std::ranges::stable_sort(pixmaps, {}, [](const PixmapRef& one) { return one->captured; });
    for (const auto& pixmap : pixmaps) {
        const std::size_t size = sizeOf(*pixmap);
        const bool isIdle = now - pixmap->touched >= kIdle;
        const bool isDue = isIdle || now - pixmap->captured >= kOldest;
        const std::uint64_t after = held - pixmap->image->data.size() + size;
        if (after > kMaxHeld && after > held)
            continue; // not in the background
        if (!isDue || budget == 0) {
            more = true;
            continue;
        }
        budget -= std::min(budget, size);
        held = after;
        capturer.pixmap(pixmap, isIdle);
        more = more || !isIdle;
    }
    for (const auto& window : core.record.all<Window>()) {
        if (window->shapeDirty)
            capturer.shape(window);
        if (window->managedDirty)
            capturer.managed(window);
    }
    for (const auto& region : core.record.all<Region>())
        if (region->shape->dirty)
            capturer.region(region);
    for (const auto& font : core.record.all<Font>())
        capturer.font(font);
    if (core.record.focus.known && !core.record.focus.told)
        capturer.focus();
    for (const ServerAtom atom : core.link->translator->atoms.takeNameless())
        capturer.atomName(atom);
    return more;
}

std::uint64_t capturedBytes(const Record& record) {
    std::uint64_t sum = 0;
    for (const auto& pixmap : record.pixelHolders())
        sum += pixmap->image->data.size();
    return sum;
}

} // namespace entracte::xproxy
