// What has no place on the screen: pixmaps, graphics contexts, fonts, cursors, colormaps, pictures,
// glyph sets, regions, SYNC objects, segments, damage, atoms. Where the protocol has no question
// for a thing, a request that does nothing tells by its error whether the thing is there.

#include "xproxy/replay/Auditor.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core_ = wire::core;

namespace {

constexpr std::uint8_t kBadIdChoice = 14;

template <typename T>
std::vector<std::shared_ptr<T>> audited(const Auditor& a) {
    auto things = a.record.all<T>();
    std::erase_if(things, [&](const auto& thing) { return !a.client(thing->owner); });
    return things;
}

// A request that changes nothing, and fails when the thing is not there.
void expectThere(Auditor& a, const Resource& thing, Bytes request) {
    a.ask(std::move(request), [&a, about = a.nameOf(thing)](const MessageView& reply) {
        a.report.compared();
        if (!reply.bytes().empty() && reply.u8(0) == 0)
            a.missing(about);
    });
}

// Nothing can be asked about it, but nothing else can be made by its number: the server says that
// the number is taken. Were it free, what was made would go at once.
void expectNumberTaken(Auditor& a, const Resource& thing) {
    Client& owner = *a.client(thing.owner);
    a.askAs(owner,
            a.as(owner, core_::kCreatePixmap, 1)
                .u32(raw(thing.id))
                .u32(raw(a.record.roots.front()))
                .u16(1)
                .u16(1)
                .finish(),
            [&a, about = a.nameOf(thing)](const MessageView& reply) {
                a.report.compared();
                if (reply.bytes().empty() || reply.u8(0) != 0 ||
                    reply.get(wire::header::errorCode) != kBadIdChoice)
                    a.missing(about);
            });
    a.askAs(owner, a.as(owner, core_::kFreePixmap).u32(raw(thing.id)).finish());
}

void auditPixmap(Auditor& a, const PixmapRef& pixmap) {
    if (!a.client(pixmap->owner) || !(pixmap->named || pixmap->withheld))
        return;
    a.ask(a.asProxy(core_::kGetGeometry).u32(raw(pixmap->id)).finish(),
          [&a, pixmap](const MessageView& reply) {
              using namespace core_::GetGeometryReply;
              const std::string about = a.nameOf(*pixmap);
              if (reply.u8(0) != 1) {
                  a.missing(about);
                  return;
              }
              a.number(about, "depth", pixmap->depth, reply.get(depth));
              if (pixmap->ofWindow != ClientXid::None)
                  return; // as large as the window, whatever that is
              a.number(about, "width", pixmap->width, reply.get(width));
              a.number(about, "height", pixmap->height, reply.get(height));
          });
}

void auditBackBuffers(Auditor& a) {
    namespace dbe = wire::dbe;
    for (const auto& buffer : audited<BackBuffer>(a))
        a.ask(a.asProxy(Ext::DoubleBuffer, dbe::kGetBackBufferAttributes)
                  .u32(raw(buffer->id))
                  .finish(),
              [&a, buffer](const MessageView& reply) {
                  if (reply.u8(0) != 1 ||
                      reply.get(dbe::GetBackBufferAttributesReply::attributes_window) == 0)
                      a.missing(a.nameOf(*buffer));
                  else
                      a.number(a.nameOf(*buffer), "window", raw(buffer->window),
                               reply.get(dbe::GetBackBufferAttributesReply::attributes_window));
              });
}

// What was stored may be rounded to what the screen can show.
void auditCells(Auditor& a, const Colormap& colormap) {
    constexpr std::size_t kAtOnce = 4096;
    const ColorCells& cells = *colormap.cells;
    const unsigned bits = std::clamp<unsigned>(cells.layout().bitsPerRgb, 1, 16);
    for (std::size_t channel = 0; channel < cells.channels(); ++channel) {
        std::vector<std::pair<std::uint32_t, ColorCells::Rgb>> asked;
        const auto& all = cells.channel(channel);
        for (std::uint32_t at = 0; at < all.size() && asked.size() < kAtOnce; ++at)
            if (all[at].isKnown && !all[at].isFree())
                asked.emplace_back(at << cells.layout().shift(channel), all[at].color);
        if (asked.empty())
            continue;
        auto request = a.asProxy(core_::kQueryColors).u32(raw(colormap.id));
        for (const auto& [pixel, color] : asked)
            request.u32(pixel);
        a.ask(request.finish(), [&a, asked, bits, channel, isDirect = cells.channels() > 1,
                                 about = a.nameOf(colormap)](const MessageView& reply) {
            constexpr std::size_t kRgb = 8; // bytes
            for (std::size_t i = 0; i < asked.size(); ++i)
                for (std::size_t part = 0; part < 3; ++part)
                    if (!isDirect || part == channel)
                        a.number(about, fmt::format("cell {:#x}", asked[i].first),
                                 asked[i].second[part] >> (16 - bits),
                                 reply.u16(32 + kRgb * i + 2 * part) >> (16 - bits));
        });
    }
}

void auditDrawingState(Auditor& a) {
    namespace render = wire::render;
    for (const auto& gc : audited<GContext>(a))
        if (gc->depth != 0)
            expectThere(a, *gc, a.asProxy(core_::kChangeGC).u32(raw(gc->id)).u32(0).finish());
    a.report.unasked("components of a graphics context",
                     static_cast<std::uint32_t>(audited<GContext>(a).size()));
    for (const auto& font : audited<Font>(a))
        expectThere(a, *font, a.asProxy(core_::kQueryTextExtents, 0).u32(raw(font->id)).finish());
    for (const auto& colormap : audited<Colormap>(a))
        expectThere(a, *colormap, a.asProxy(core_::kQueryColors).u32(raw(colormap->id)).finish());
    for (const auto& colormap : a.record.all<Colormap>())
        if (colormap->cells)
            auditCells(a, *colormap);
    for (const auto& picture : audited<Picture>(a))
        expectThere(
            a, *picture,
            a.asProxy(Ext::Render, render::kChangePicture).u32(raw(picture->id)).u32(0).finish());
    a.report.unasked("attributes of a picture",
                     static_cast<std::uint32_t>(audited<Picture>(a).size()));
    for (const auto& set : audited<GlyphSet>(a))
        expectThere(a, *set,
                    a.asProxy(Ext::Render, render::kFreeGlyphs).u32(raw(set->id)).finish());
    a.report.unasked("glyphs of a glyph set",
                     static_cast<std::uint32_t>(audited<GlyphSet>(a).size()));
}

void auditCursors(Auditor& a) {
    for (const auto& cursor : audited<Cursor>(a))
        a.ask(a.asProxy(Ext::XFixes, wire::xfixes::kGetCursorName).u32(raw(cursor->id)).finish(),
              [&a, cursor](const MessageView& reply) {
                  using namespace wire::xfixes::GetCursorNameReply;
                  if (reply.u8(0) != 1) {
                      a.missing(a.nameOf(*cursor));
                      return;
                  }
                  a.bytes(a.nameOf(*cursor), "name", bytesOf(cursor->name),
                          reply.part(kFixedSize, reply.get(nbytes)));
              });
}

void auditRegions(Auditor& a) {
    for (const auto& region : audited<Region>(a))
        a.ask(a.asProxy(Ext::XFixes, wire::xfixes::kFetchRegion).u32(raw(region->id)).finish(),
              [&a, region](const MessageView& reply) {
                  if (reply.u8(0) != 1) {
                      a.missing(a.nameOf(*region));
                      return;
                  }
                  a.bytes(a.nameOf(*region), "rectangles", region->shape->rectangles,
                          reply.tail(32),
                          region->shape->dirty ? auditrule::kNotYetCaptured : std::string_view{});
              });
}

std::int64_t wide(std::int32_t high, std::uint32_t low) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(high) << 32 | low);
}

constexpr std::string_view kManagerCounts =
    "the screen's window manager sets the counter of a window that it begins to manage";

// EWMH 1.5, "_NET_WM_SYNC_REQUEST": openbox sets it to 0 when it takes a window over.
bool isManagersToSet(const Record& record, ClientXid counter) {
    const auto name = record.atoms.find("_NET_WM_SYNC_REQUEST_COUNTER");
    const auto windows = record.all<Window>();
    return name && std::ranges::any_of(windows, [&](const auto& window) {
               const auto property = window->properties.find(*name);
               if (!window->foreignParent || property == window->properties.end())
                   return false;
               const MessageView ids(property->second.data, wire::kHostOrder);
               for (std::size_t at = 0; at + 4 <= ids.size(); at += 4)
                   if (ids.u32(at) == raw(counter))
                       return true;
               return false;
           });
}

} // namespace

void auditResources(Auditor& a) {
    for (const auto& pixmap : a.record.all<Pixmap>())
        auditPixmap(a, pixmap);
    for (const auto& pixmap : a.record.freedPixmaps())
        auditPixmap(a, pixmap);
    auditBackBuffers(a);
    auditDrawingState(a);
    auditCursors(a);
    auditRegions(a);
    for (const auto& segment : audited<ShmSegment>(a))
        expectNumberTaken(a, *segment);
    for (const auto& damage : audited<Damage>(a))
        expectNumberTaken(a, *damage);
}

void auditSyncObjects(Auditor& a) {
    namespace sync = wire::sync;
    for (const auto& counter : audited<Counter>(a))
        a.ask(a.asProxy(Ext::Sync, sync::kQueryCounter).u32(raw(counter->id)).finish(),
              [&a, counter](const MessageView& reply) {
                  using namespace sync::QueryCounterReply;
                  if (reply.u8(0) == 1)
                      a.number(a.nameOf(*counter), "value", counter->value,
                               wide(reply.get(counter_value_hi), reply.get(counter_value_lo)),
                               isManagersToSet(a.record, counter->id) ? kManagerCounts
                                                                      : std::string_view{});
                  else
                      a.missing(a.nameOf(*counter));
              });
    for (const auto& alarm : audited<Alarm>(a))
        a.ask(a.asProxy(Ext::Sync, sync::kQueryAlarm).u32(raw(alarm->id)).finish(),
              [&a, alarm](const MessageView& reply) {
                  using namespace sync::QueryAlarmReply;
                  const std::string about = a.nameOf(*alarm);
                  if (reply.u8(0) != 1) {
                      a.missing(about);
                      return;
                  }
                  if (alarm->counter == ClientXid::None || a.record.exists(alarm->counter))
                      a.number(about, "counter", raw(alarm->counter), reply.get(trigger_counter));
                  a.number(about, "test", alarm->testType, reply.get(trigger_test_type));
                  a.number(about, "delta", alarm->delta,
                           wide(reply.get(delta_hi), reply.get(delta_lo)));
                  a.number(about, "events", alarm->events != 0, reply.get(events) != 0);
              });
    for (const auto& fence : audited<Fence>(a))
        a.ask(a.asProxy(Ext::Sync, sync::kQueryFence).u32(raw(fence->id)).finish(),
              [&a, fence](const MessageView& reply) {
                  if (reply.u8(0) == 1)
                      a.number(a.nameOf(*fence), "triggered", fence->triggered,
                               reply.get(sync::QueryFenceReply::triggered));
                  else
                      a.missing(a.nameOf(*fence));
              });
}

void auditAtoms(Auditor& a) {
    for (const auto& [atom, name] : a.record.atoms.all()) {
        const auto server = a.core.link->translator->atoms.toServer(ClientAtom{atom});
        if (server == ServerAtom::None)
            continue;
        a.ask(a.asProxy(core_::kInternAtom, 1)
                  .u16(static_cast<std::uint16_t>(name.size()))
                  .pad(2)
                  .bytes(bytesOf(name))
                  .finish(),
              [&a, known = ClientAtom{atom},
               expected =
                   raw(a.core.link->translator->atoms.toClient(server))](const MessageView& reply) {
                  a.number("atom " + a.nameOf(known), "number", expected,
                           reply.get(core_::InternAtomReply::atom));
              });
    }
}

void auditPixels(Auditor& a) {
    constexpr std::size_t kMaxPixmap = 1u << 20; // bytes
    std::size_t budget = 64u << 20;
    for (const auto& pixmap : audited<Pixmap>(a)) {
        const Image& image = *pixmap->image;
        if (!pixmap->hasOwnPixels() || pixmap->dirty || pixmap->capturing || !image.valid ||
            image.data.size() > std::min(kMaxPixmap, budget))
            continue;
        budget -= image.data.size();
        constexpr std::uint8_t kZPixmap = 2;
        a.ask(a.asProxy(core_::kGetImage, kZPixmap)
                  .u32(raw(pixmap->id))
                  .u16(0)
                  .u16(0)
                  .u16(pixmap->width)
                  .u16(pixmap->height)
                  .u32(~0u)
                  .finish(),
              [&a, pixmap](const MessageView& reply) {
                  if (reply.u8(0) != 1 || pixmap->dirty)
                      return;
                  // Bits beyond the depth, and at the end of a row, are whatever a server likes.
                  const auto tidy = [&](ByteView data) {
                      Bytes copy = copyOf(data);
                      const std::size_t stride = pixmap->height ? copy.size() / pixmap->height : 0;
                      if (pixmap->depth == 24 && stride == std::size_t{pixmap->width} * 4)
                          for (std::size_t i = 3; i < copy.size(); i += 4)
                              copy[i] = {};
                      else if (pixmap->depth == 8)
                          for (std::size_t i = 0; stride > 0 && i < copy.size(); ++i)
                              if (i % stride >= pixmap->width)
                                  copy[i] = {};
                      return copy;
                  };
                  if (pixmap->depth < 8)
                      return; // padding inside of bytes
                  a.bytes(a.nameOf(*pixmap), "pixels", tidy(pixmap->image->data),
                          tidy(reply.tail(32)));
              });
    }
}

} // namespace entracte::xproxy
