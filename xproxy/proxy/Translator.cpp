#include "xproxy/proxy/Translator.h"

#include "xproxy/state/OpaqueTable.h"

#include <array>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::uint8_t kSendEventBit = 0x80;
constexpr std::size_t kEventSize = 32;
constexpr std::uint8_t kBadValue = 2;

template <typename What>
class Patcher final : public wire::FieldVisitor {
public:
    explicit Patcher(What what) : m_what(std::move(what)) {}
    void visit(const wire::FieldRef& field) override { m_what(field); }

private:
    What m_what;
};

// Of a GC's components only these are identifiers.
constexpr std::uint32_t kGcIds =
    core::GC::Tile | core::GC::Stipple | core::GC::Font | core::GC::ClipMask;

std::uint32_t loadField(std::span<const std::byte> message, std::size_t at, std::uint8_t size,
                        ByteOrder order) {
    if (at > message.size() || message.size() - at < size)
        return 0;
    const std::byte* from = message.data() + at;
    return size == 4   ? wire::load<std::uint32_t>(from, order)
           : size == 2 ? wire::load<std::uint16_t>(from, order)
                       : static_cast<std::uint32_t>(*from);
}

void storeField(std::span<std::byte> message, std::size_t at, std::uint8_t size,
                std::uint32_t value, ByteOrder order) {
    if (at > message.size() || message.size() - at < size)
        return;
    std::byte* to = message.data() + at;
    if (size == 4)
        wire::store(to, value, order);
    else if (size == 2)
        wire::store(to, static_cast<std::uint16_t>(value), order);
    else
        *to = static_cast<std::byte>(value);
}

} // namespace

// Requests that take any identifier say of a wrong one that it is a bad value.
bool Translator::refusesXidsAsValues(const MessageView& error) const {
    const std::uint8_t major = error.get(wire::header::errorMajorOpcode);
    const std::uint16_t minor = error.get(wire::header::errorMinorOpcode);
    const auto ext = server.byMajor(major);
    if (ext == Ext::Core)
        return major == core::kKillClient;
    return (ext == Ext::Sync &&
            (minor == wire::sync::kSetPriority || minor == wire::sync::kGetPriority)) ||
           (ext == Ext::RandR && minor == wire::randr::kFreeLease);
}

Translator::Translator(AtomNames& names, std::uint32_t clientMask, std::uint32_t serverMask,
                       bool firstServer)
    : xids(clientMask, serverMask, firstServer), atoms(names, firstServer), m_names(names),
      m_first(firstServer) {}

std::uint32_t Translator::translate(wire::FieldKind kind, std::uint32_t value, Way way) {
    using wire::FieldKind;
    const bool toServer = way == Way::ToServer;
    const auto number = [&](const NumberMap& map) {
        return toServer ? map.toServer(value) : map.toClient(value);
    };
    switch (kind) {
    case FieldKind::None:
    case FieldKind::Keycode:
    case FieldKind::Keysym:
    case FieldKind::Provider:
    case FieldKind::Descriptor:
        return value;
    case FieldKind::Atom:
        return toServer ? raw(atoms.toServer(ClientAtom{value}))
                        : raw(atoms.toClient(ServerAtom{value}));
    case FieldKind::Timestamp:
        return toServer ? time.toServer(value) : time.toClient(value);
    case FieldKind::Visual:
        return number(visuals);
    case FieldKind::PictFormat:
        return number(pictFormats);
    case FieldKind::Device: {
        // Bit 7 of an XI1 event's device says "more follows"; ids themselves are smaller.
        const std::uint32_t flag = value < 0x100 ? value & 0x80u : 0;
        const std::uint32_t id = value & ~flag;
        return (toServer ? devices.toServer(id) : devices.toClient(id)) | flag;
    }
    case FieldKind::FbConfig:
        return number(fbConfigs);
    case FieldKind::Crtc:
        return number(crtcs);
    case FieldKind::Output:
        return number(outputs);
    case FieldKind::Mode:
        return number(modes);
    case FieldKind::MajorOpcode: {
        const auto& from = toServer ? *client : server;
        const auto& to = toServer ? server : *client;
        const auto ext = from.byMajor(static_cast<std::uint8_t>(value));
        return ext && *ext != Ext::Core ? to.of(*ext).major : value;
    }
    case FieldKind::EventCode:
    case FieldKind::EventClass: {
        const auto& from = toServer ? *client : server;
        const auto& to = toServer ? server : *client;
        const auto code = static_cast<std::uint8_t>(value & 0xff);
        const auto place = from.byEvent(code & 0x7f);
        if (!place || place->ext == Ext::Core)
            return value;
        std::uint32_t rest = value & ~0x7fu;
        if (kind == FieldKind::EventClass) {
            const std::uint32_t device = value >> 8 & 0xff;
            const std::uint32_t mapped =
                toServer ? devices.toServer(device) : devices.toClient(device);
            rest = (rest & ~0xff00u) | mapped << 8;
        }
        return rest | (to.of(place->ext).firstEvent + place->offset);
    }
    default: // all that are XIDs
        return toServer ? raw(xids.toServer(ClientXid{value}))
                        : raw(xids.toClient(ServerXid{value}));
    }
}

void Translator::patch(std::span<std::byte> message, std::size_t base, const wire::FieldRef& field,
                       ByteOrder order, Way way) {
    const ByteOrder fieldOrder = field.bigEndian ? ByteOrder::Big : order;
    const std::size_t at = base + field.offset;
    const std::uint32_t value = loadField(message, at, field.size, fieldOrder);
    storeField(message, at, field.size, translate(field.kind, value, way), fieldOrder);
}

void Translator::walk(const wire::MessageSchema& schema, std::span<std::byte> message,
                      ByteOrder order, bool bigRequest, Way way) {
    if (!schema.hasFields)
        return;
    // The walker reads counts and masks on its way, none of which is an identifier: patching while
    // it walks is safe.
    Patcher patcher([&](const wire::FieldRef& field) {
        const std::uint32_t atom = field.kind == wire::FieldKind::Atom && way == Way::ToServer
                                       ? loadField(message, field.offset, field.size, order)
                                       : 0;
        patch(message, 0, field, order, way);
        // None often means "any": what is wrong must stay wrong.
        if (atom != 0 && loadField(message, field.offset, field.size, order) == 0)
            storeField(message, field.offset, field.size, raw(atoms.nowhere(ClientAtom{atom})),
                       order);
    });
    wire::walkFields(schema, message, order, bigRequest, patcher);
}

void Translator::request(const wire::MessageSchema* schema, Ext ext, std::span<std::byte> message,
                         ByteOrder order, bool bigRequest) {
    if (identity())
        return;
    const MessageView view(message, order, bigRequest);
    if (ext == Ext::Core) {
        const auto opcode = view.get(wire::header::majorOpcode);
        if (opcode == core::kChangeProperty) {
            const auto format = view.get(core::ChangeProperty::format);
            const std::size_t at = view.place(core::ChangeProperty::kFixedSize);
            const std::size_t count =
                std::size_t{view.get(core::ChangeProperty::data_len)} * (format / 8u);
            if (at <= message.size())
                property(message.subspan(at, std::min(count, message.size() - at)),
                         view.get(core::ChangeProperty::property),
                         view.get(core::ChangeProperty::type), format, 0, order, Way::ToServer);
        } else if (opcode == core::kSendEvent) {
            embeddedEvent(message, view.place(core::SendEvent::kFixedSize - kEventSize), order,
                          Way::ToServer);
        } else if (opcode == core::kChangeGC && !(view.get(core::ChangeGC::value_mask) & kGcIds)) {
            const ServerXid gc = xids.toServer(xidOf(view, core::ChangeGC::gc));
            wire::setField(message, order, core::ChangeGC::gc, raw(gc), bigRequest);
            return; // by far the most frequent form, which needs no walk
        }
    } else {
        message[0] = std::byte{server.of(ext).major};
        namespace xinput = wire::xinput;
        if (ext == Ext::Sync)
            counterTime.request(view.u8(1), message, order, bigRequest);
        if (ext == Ext::XInput && view.u8(1) == xinput::kSendExtensionEvent)
            for (std::size_t i = 0; i < view.get(xinput::SendExtensionEvent::num_events); ++i)
                embeddedEvent(message,
                              view.place(xinput::SendExtensionEvent::kFixedSize + i * kEventSize),
                              order, Way::ToServer);
    }
    if (schema)
        walk(*schema, message, order, bigRequest, Way::ToServer);
}

void Translator::reply(const wire::MessageSchema* schema, Ext ext, const MessageView& request,
                       std::span<std::byte> message, ByteOrder order) {
    if (identity() || !schema)
        return;
    walk(*schema, message, order, false, Way::ToClient);
    if (ext == Ext::Sync)
        counterTime.reply(request, message, order);
    if (ext == Ext::Core &&
        (request.u8(0) == core::kQueryFont || request.u8(0) == core::kListFontsWithInfo))
        fontProperties(message, order);
    if (ext == Ext::Core && request.u8(0) == core::kGetProperty) {
        const MessageView view(message, order);
        const auto format = view.get(core::GetPropertyReply::format);
        const std::size_t count =
            std::size_t{view.get(core::GetPropertyReply::value_len)} * (format / 8u);
        if (message.size() > kEventSize)
            property(message.subspan(kEventSize, std::min(count, message.size() - kEventSize)),
                     request.get(core::GetProperty::property),
                     view.get(core::GetPropertyReply::type), format,
                     request.get(core::GetProperty::long_offset), order, Way::ToClient);
    }
}

// Both replies have them in the same place: name, value.
void Translator::fontProperties(std::span<std::byte> message, ByteOrder order) {
    constexpr std::uint32_t kProperty = 8; // bytes
    const MessageView view(message, order);
    const std::size_t count = view.get(core::QueryFontReply::properties_len);
    std::uint32_t at = core::QueryFontReply::kFixedSize;
    for (std::size_t i = 0; i < count && at + kProperty <= message.size(); ++i, at += kProperty)
        if (fontPropertyIsAtom(predefinedOrKnown(view.u32(at))))
            patch(message, 0, {at + 4, 4, wire::FieldKind::Atom, true}, order, Way::ToClient);
}

void Translator::property(std::span<std::byte> value, std::uint32_t nameAtom,
                          std::uint32_t typeAtom, std::uint8_t format, std::size_t firstUnit,
                          ByteOrder order, Way way) {
    forEachPropertyField(predefinedOrKnown(nameAtom), predefinedOrKnown(typeAtom), format,
                         firstUnit, value,
                         [&](const wire::FieldRef& field) { patch(value, 0, field, order, way); });
}

std::string_view Translator::predefinedOrKnown(std::uint32_t clientAtom) const {
    return clientAtom <= kLastPredefinedAtom ? predefinedAtomName(clientAtom)
                                             : m_names.nameOf(ClientAtom{clientAtom});
}

void Translator::opaqueEvent(std::span<std::byte> event, ByteOrder order, Way way) {
    if ((static_cast<std::uint8_t>(event[0]) & 0x7f) != core::kClientMessageEvent)
        return;
    // The type is an atom in the programs' world at this moment: callers translate it after this on
    // the way to the server, before this on the way back.
    const MessageView view(event, order);
    const auto type = view.get(core::ClientMessageEvent::type);
    const auto format = view.get(core::ClientMessageEvent::format);
    constexpr std::size_t kData = 12;
    const auto data = event.subspan(kData, 20);
    const AtomNameOf nameOf = [&](std::uint32_t rawAtom) {
        return predefinedOrKnown(way == Way::ToServer ? rawAtom
                                                      : raw(atoms.toClient(ServerAtom{rawAtom})));
    };
    // Which words hold what may depend on other words: find first, change then.
    std::vector<wire::FieldRef> fields;
    forEachClientMessageField(predefinedOrKnown(type), format, data, order, nameOf,
                              [&](const wire::FieldRef& field) { fields.push_back(field); });
    for (const auto& field : fields)
        patch(data, 0, field, order, way);
}

void Translator::embeddedEvent(std::span<std::byte> message, std::size_t at, ByteOrder order,
                               Way way) {
    if (at > message.size() || message.size() - at < kEventSize)
        return;
    const auto event = message.subspan(at, kEventSize);
    opaqueEvent(event, order, way);
    const auto code = static_cast<std::uint8_t>(event[0]);
    const auto place = client->byEvent(code & 0x7f);
    if (!place)
        return;
    if (const auto* schema = eventSchema(place->ext, place->offset, event))
        walk(*schema, event, order, false, way);
    if (place->ext != Ext::Core)
        event[0] = static_cast<std::byte>((code & kSendEventBit) |
                                          (server.of(place->ext).firstEvent + place->offset));
}

void Translator::sawEvent(const MessageView& event) {
    // What another program sent, or wrote into a property, may bear any time.
    const std::uint8_t code = event.u8(0);
    if (code >= core::kKeyPressEvent && code <= core::kLeaveNotifyEvent)
        time.saw(event.get(core::KeyPressEvent::time));
    else if (code == core::kPropertyNotifyEvent)
        time.saw(event.get(core::PropertyNotifyEvent::time));
    else if (code == kGenericEvent && server.byMajor(event.u8(1)) == Ext::XInput)
        time.saw(event.get(wire::xinput::KeyPressEvent::time));
}

void Translator::event(std::span<std::byte> message, ByteOrder order) {
    sawEvent(MessageView(message, order));
    if (identity())
        return;
    const auto code = static_cast<std::uint8_t>(message[0]);
    if ((code & 0x7f) == kGenericEvent) {
        const auto ext = server.byMajor(static_cast<std::uint8_t>(message[1]));
        if (!ext || *ext == Ext::Core)
            return;
        const MessageView view(message, order);
        if (const auto* schema = genericEventSchema(*ext, view.get(wire::header::geEvtype)))
            walk(*schema, message, order, false, Way::ToClient);
        message[1] = std::byte{client->of(*ext).major};
        return;
    }
    const auto place = server.byEvent(code & 0x7f);
    if (!place)
        return;
    if (const auto* schema = eventSchema(place->ext, place->offset, message))
        walk(*schema, message, order, false, Way::ToClient);
    opaqueEvent(message, order, Way::ToClient);
    if (place->ext == Ext::Sync && !(code & kSendEventBit)) // a program's are not moved when sent
        counterTime.event(place->offset, message, order);
    if (place->ext != Ext::Core)
        message[0] = static_cast<std::byte>((code & kSendEventBit) |
                                            (client->of(place->ext).firstEvent + place->offset));
}

void Translator::error(std::span<std::byte> message, ByteOrder order) {
    if (identity())
        return;
    const MessageView view(message, order);
    const auto place = server.byError(view.get(wire::header::errorCode));
    const auto major = view.get(wire::header::errorMajorOpcode); // before it is changed
    if (place) {
        if (view.get(wire::header::errorCode) == kBadValue && refusesXidsAsValues(view))
            patch(message, 0, {wire::header::errorValue.offset, 4, wire::FieldKind::Xid, false},
                  order, Way::ToClient);
        if (const auto* schema = errorSchema(place->ext, place->offset))
            walk(*schema, message, order, false, Way::ToClient);
        if (place->ext != Ext::Core)
            message[1] = static_cast<std::byte>(client->of(place->ext).firstError + place->offset);
    }
    if (const auto ext = server.byMajor(major); ext && *ext != Ext::Core)
        message[wire::header::errorMajorOpcode.offset] = std::byte{client->of(*ext).major};
}

std::string_view predefinedAtomName(std::uint32_t atom) {
    static constexpr std::array<std::string_view, kLastPredefinedAtom + 1> kNames = {
        "",
        "PRIMARY",
        "SECONDARY",
        "ARC",
        "ATOM",
        "BITMAP",
        "CARDINAL",
        "COLORMAP",
        "CURSOR",
        "CUT_BUFFER0",
        "CUT_BUFFER1",
        "CUT_BUFFER2",
        "CUT_BUFFER3",
        "CUT_BUFFER4",
        "CUT_BUFFER5",
        "CUT_BUFFER6",
        "CUT_BUFFER7",
        "DRAWABLE",
        "FONT",
        "INTEGER",
        "PIXMAP",
        "POINT",
        "RECTANGLE",
        "RESOURCE_MANAGER",
        "RGB_COLOR_MAP",
        "RGB_BEST_MAP",
        "RGB_BLUE_MAP",
        "RGB_DEFAULT_MAP",
        "RGB_GRAY_MAP",
        "RGB_GREEN_MAP",
        "RGB_RED_MAP",
        "STRING",
        "VISUALID",
        "WINDOW",
        "WM_COMMAND",
        "WM_HINTS",
        "WM_CLIENT_MACHINE",
        "WM_ICON_NAME",
        "WM_ICON_SIZE",
        "WM_NAME",
        "WM_NORMAL_HINTS",
        "WM_SIZE_HINTS",
        "WM_ZOOM_HINTS",
        "MIN_SPACE",
        "NORM_SPACE",
        "MAX_SPACE",
        "END_SPACE",
        "SUPERSCRIPT_X",
        "SUPERSCRIPT_Y",
        "SUBSCRIPT_X",
        "SUBSCRIPT_Y",
        "UNDERLINE_POSITION",
        "UNDERLINE_THICKNESS",
        "STRIKEOUT_ASCENT",
        "STRIKEOUT_DESCENT",
        "ITALIC_ANGLE",
        "X_HEIGHT",
        "QUAD_WIDTH",
        "WEIGHT",
        "POINT_SIZE",
        "RESOLUTION",
        "COPYRIGHT",
        "NOTICE",
        "FONT_NAME",
        "FAMILY_NAME",
        "FULL_NAME",
        "CAP_HEIGHT",
        "WM_CLASS",
        "WM_TRANSIENT_FOR"};
    return atom < kNames.size() ? kNames[atom] : std::string_view{};
}

} // namespace entracte::xproxy
