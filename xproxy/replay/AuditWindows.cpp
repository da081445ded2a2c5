// Windows: the tree with its stacking order, geometry, attributes, properties, shapes.

#include "xproxy/replay/Auditor.h"
#include "xproxy/replay/WindowOrder.h"
#include "xproxy/state/OpaqueTable.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <functional>
#include <set>

namespace entracte::xproxy {

namespace core_ = wire::core;
namespace CW = wire::core::CW;

namespace {

constexpr std::size_t kMaxCompared = 64u << 10; // bytes of one property

// Windows that the server can have: those whose program has a connection to it.
std::vector<WindowRef> auditedWindows(const Auditor& a) {
    auto windows = topDown(a.record);
    std::erase_if(windows, [&](const WindowRef& window) { return !a.client(window->owner); });
    return windows;
}

bool isManaged(const Auditor& a, const Window& window) {
    return window.foreignParent ||
           (a.strangerManages && isTopLevel(a.record, window) && !window.overrideRedirect());
}

std::string_view placeRule(const Auditor& a, const Window& window) {
    return isManaged(a, window) ? auditrule::kManagerPlaces : std::string_view{};
}

void compareGeometry(Auditor& a, const Window& window, const MessageView& reply) {
    using namespace core_::GetGeometryReply;
    const std::string about = a.nameOf(window);
    if (reply.u8(0) != 1)
        return; // told by its attributes already
    const auto rule = placeRule(a, window);
    a.number(about, "depth", window.depth, reply.get(depth));
    a.number(about, "x", window.x, reply.get(x), rule);
    a.number(about, "y", window.y, reply.get(y), rule);
    a.number(about, "width", window.width, reply.get(width), rule);
    a.number(about, "height", window.height, reply.get(height), rule);
    a.number(about, "border width", window.borderWidth, reply.get(border_width), rule);
}

void compareAttributes(Auditor& a, const Window& window, const MessageView& reply) {
    using namespace core_::GetWindowAttributesReply;
    const std::string about = a.nameOf(window);
    if (reply.u8(0) != 1) {
        a.missing(about);
        return;
    }
    const auto& given = window.attributes;
    const auto value = [&](std::uint32_t bit, std::uint32_t otherwise) {
        return given.has(bit) ? given.at(bit) : otherwise;
    };
    a.number(about, "class", window.windowClass, reply.get(class_));
    a.number(about, "win-gravity", value(CW::WinGravity, core_::Gravity::NorthWest),
             reply.get(win_gravity));
    a.number(about, "override-redirect", value(CW::OverrideRedirect, 0) != 0,
             reply.get(override_redirect) != 0);
    a.number(about, "do-not-propagate mask", value(CW::DontPropagate, 0),
             reply.get(do_not_propagate_mask),
             isManaged(a, window) ? auditrule::kManagerListens : std::string_view{});
    a.number(about, "mapped", window.mapped, reply.get(map_state) != 0, placeRule(a, window));
    if (const auto mask = window.eventMasks.find(window.owner); mask != window.eventMasks.end())
        a.number(about, "event mask of its owner", mask->second, reply.get(your_event_mask));
    else
        a.number(about, "event mask of its owner", 0, reply.get(your_event_mask));
    if (window.isInputOnly())
        return;
    a.number(about, "visual", window.visual, reply.get(visual));
    a.number(about, "bit-gravity", value(CW::BitGravity, 0), reply.get(bit_gravity));
    a.number(about, "backing store", value(CW::BackingStore, 0), reply.get(backing_store));
    a.number(about, "backing planes", value(CW::BackingPlanes, ~0u), reply.get(backing_planes));
    a.number(about, "backing pixel", value(CW::BackingPixel, 0), reply.get(backing_pixel));
    a.number(about, "save-under", value(CW::SaveUnder, 0) != 0, reply.get(save_under) != 0);
    if (given.has(CW::Colormap) && a.record.find<Colormap>(ClientXid{given.at(CW::Colormap)}))
        a.number(about, "colormap", given.at(CW::Colormap), reply.get(colormap));
}

// The server's children of ours that the record knows must come in the record's order.
void compareTree(Auditor& a, const Window& window, const MessageView& reply) {
    using namespace core_::QueryTreeReply;
    if (reply.u8(0) != 1)
        return;
    const std::string about = a.nameOf(window);
    const bool isRoot = windowtree::isRoot(a.record, window.id);
    if (!isRoot)
        a.number(about, "parent", raw(window.parent), reply.get(parent), placeRule(a, window));
    std::vector<std::uint32_t> found;
    for (unsigned i = 0; i < reply.get(children_len); ++i) {
        const std::uint32_t child = reply.u32(kFixedSize + 4 * std::size_t{i});
        const auto known = a.record.find<Window>(ClientXid{child});
        if (known && known->parent == window.id)
            found.push_back(child);
        else if (!known && !isRoot)
            a.different(fmt::format("{}: child {:#x}: not recorded", about, child),
                        XidMap::strangers(a.core.face->setup.ridMask).contains(child)
                            ? auditrule::kForeignChildren
                            : std::string_view{});
    }
    std::vector<std::uint32_t> recorded;
    for (const ClientXid child : window.children) {
        const auto known = a.record.find<Window>(child);
        const bool inFrame = isRoot && known && isManaged(a, *known);
        if (known && a.client(known->owner) && !inFrame)
            recorded.push_back(raw(child));
        if (inFrame)
            std::erase(found, raw(child));
    }
    a.report.compared();
    if (recorded != found)
        a.different(fmt::format("{}: children from bottom to top: recorded {:#x}, the server has "
                                "{:#x}",
                                about, fmt::join(recorded, " "), fmt::join(found, " ")),
                    isRoot && a.strangerManages ? auditrule::kManagerPlaces : std::string_view{});
}

void askTree(Auditor& a, const WindowRef& window) {
    a.ask(a.asProxy(core_::kQueryTree).u32(raw(window->id)).finish(),
          [&a, window](const MessageView& reply) { compareTree(a, *window, reply); });
}

std::string_view propertyRule(const Auditor& a, const Window& window, ClientAtom name) {
    if (windowtree::isRoot(a.record, window.id))
        return a.strangerManages ? auditrule::kSharedRoot : std::string_view{};
    const bool isHint = name == ClientAtom{core_::Atom::WM_NORMAL_HINTS} ||
                        name == ClientAtom{core_::Atom::WM_HINTS};
    if (isHint && isPlacedByManager(a.record, window))
        return auditrule::kPlacingHints;
    if (!isManaged(a, window))
        return {};
    const auto text = a.record.atoms.nameOf(name);
    return text == "WM_STATE" || text.starts_with("_NET_WM_STATE") ||
                   text.starts_with("_NET_WM_DESKTOP")
               ? auditrule::kManagerTells
               : std::string_view{};
}

// Whether nothing else differs than fields for which `isExcused` holds.
bool differOnlyWhere(const Auditor& a, ClientAtom name, const PropertyValue& value,
                     ByteView recorded, ByteView found,
                     const std::function<bool(const wire::FieldRef&)>& isExcused) {
    if (recorded.size() != found.size())
        return false;
    Bytes mine = copyOf(recorded);
    Bytes theirs = copyOf(found);
    forEachPropertyField(a.textOf(name), a.textOf(value.type), value.format, 0, recorded,
                         [&](const wire::FieldRef& field) {
                             if (!isExcused(field))
                                 return;
                             put32(mine, field.offset, 0, wire::kHostOrder);
                             put32(theirs, field.offset, 0, wire::kHostOrder);
                         });
    return mine == theirs;
}

std::string_view excuse(const Auditor& a, ClientAtom name, const PropertyValue& value,
                        ByteView recorded, ByteView found) {
    using Kind = wire::FieldKind;
    const auto isTime = [](const wire::FieldRef& field) { return field.kind == Kind::Timestamp; };
    if (differOnlyWhere(a, name, value, recorded, found, isTime))
        return auditrule::kEarlierTime;
    // xfwm4's WM_STATE, whose second word it never sets.
    const auto namesNothing = [&](const wire::FieldRef& field) {
        const ClientXid id{
            wire::load<std::uint32_t>(recorded.data() + field.offset, wire::kHostOrder)};
        return field.kind == Kind::Window && !a.record.exists(id);
    };
    return differOnlyWhere(a, name, value, recorded, found, namesNothing) ? auditrule::kNamesNothing
                                                                          : std::string_view{};
}

void askProperty(Auditor& a, const WindowRef& window, ClientAtom name, const PropertyValue& value) {
    const std::size_t compared = std::min(value.data.size(), kMaxCompared);
    a.ask(a.asProxy(core_::kGetProperty)
              .u32(raw(window->id))
              .u32(raw(name))
              .u32(0)
              .u32(0)
              .u32(static_cast<std::uint32_t>(padded(compared) / 4))
              .finish(),
          [&a, window, name, compared](const MessageView& reply) {
              using namespace core_::GetPropertyReply;
              const auto known = window->properties.find(name);
              if (reply.u8(0) != 1 || known == window->properties.end())
                  return;
              const auto& value = known->second;
              const std::string about = a.nameOf(*window) + ": property " + a.nameOf(name);
              const auto rule = propertyRule(a, *window, name);
              if (reply.get(type) == 0) {
                  a.missing(about, rule);
                  return;
              }
              a.number(about, "type", raw(value.type), reply.get(type), rule);
              a.number(about, "format", value.format, reply.get(format), rule);
              const std::size_t got = std::size_t{reply.get(value_len)} * (reply.get(format) / 8u);
              a.number(about, "bytes", static_cast<std::int64_t>(value.data.size()),
                       static_cast<std::int64_t>(got + reply.get(bytes_after)), rule);
              if (value.data.size() < compared)
                  return;
              const auto recorded = ByteView(value.data).first(compared);
              const auto found = reply.part(kFixedSize, std::min(got, compared));
              const auto excused = excuse(a, name, value, recorded, found);
              a.bytes(about, "value", recorded, found, excused.empty() ? rule : excused);
          });
}

void compareNames(Auditor& a, const Window& window, const MessageView& reply) {
    using namespace core_::ListPropertiesReply;
    if (reply.u8(0) != 1 || windowtree::isRoot(a.record, window.id))
        return; // the root's other properties are the screen's own
    for (unsigned i = 0; i < reply.get(atoms_len); ++i) {
        const ClientAtom atom{reply.u32(kFixedSize + 4 * std::size_t{i})};
        a.report.compared();
        if (!window.properties.contains(atom))
            a.different(a.nameOf(window) + ": property " + a.nameOf(atom) + ": not recorded",
                        isManaged(a, window) ? auditrule::kManagerTells
                                             : propertyRule(a, window, atom));
    }
}

} // namespace

void auditWindows(Auditor& a) {
    for (const ClientXid root : a.record.roots)
        askTree(a, a.record.find<Window>(root));
    for (const auto& window : auditedWindows(a)) {
        Client& owner = *a.client(window->owner);
        a.askAs(owner, a.as(owner, core_::kGetWindowAttributes).u32(raw(window->id)).finish(),
                [&a, window](const MessageView& reply) { compareAttributes(a, *window, reply); });
        a.ask(a.asProxy(core_::kGetGeometry).u32(raw(window->id)).finish(),
              [&a, window](const MessageView& reply) { compareGeometry(a, *window, reply); });
        askTree(a, window);
    }
}

void auditProperties(Auditor& a) {
    auto windows = auditedWindows(a);
    for (const ClientXid root : a.record.roots)
        windows.push_back(a.record.find<Window>(root));
    for (const auto& window : windows) {
        a.ask(a.asProxy(core_::kListProperties).u32(raw(window->id)).finish(),
              [&a, window](const MessageView& reply) { compareNames(a, *window, reply); });
        for (const auto& [name, value] : window->properties)
            askProperty(a, window, name, value);
    }
}

void auditShapes(Auditor& a) {
    namespace shape = wire::shape;
    for (const auto& window : auditedWindows(a)) {
        const auto rule = window->shapeDirty ? auditrule::kNotYetCaptured : std::string_view{};
        for (std::uint8_t kind = 0; kind < 3; ++kind)
            if (window->shapes[kind])
                a.ask(a.asProxy(Ext::Shape, shape::kGetRectangles)
                          .u32(raw(window->id))
                          .u8(kind)
                          .pad(3)
                          .finish(),
                      [&a, window, kind, rule](const MessageView& reply) {
                          using namespace shape::GetRectanglesReply;
                          if (reply.u8(0) == 1 && window->shapes[kind])
                              a.bytes(a.nameOf(*window), fmt::format("shape {}", kind),
                                      *window->shapes[kind],
                                      reply.part(32, std::size_t{reply.get(rectangles_len)} * 8),
                                      rule);
                      });
        a.ask(a.asProxy(Ext::Shape, shape::kQueryExtents).u32(raw(window->id)).finish(),
              [&a, window, rule](const MessageView& reply) {
                  using namespace shape::QueryExtentsReply;
                  if (reply.u8(0) != 1)
                      return;
                  a.number(a.nameOf(*window), "bounding shaped", window->shapes[0].has_value(),
                           reply.get(bounding_shaped), rule);
                  a.number(a.nameOf(*window), "clip shaped", window->shapes[1].has_value(),
                           reply.get(clip_shaped), rule);
              });
    }
}

} // namespace entracte::xproxy
