#pragma once

// Rewrites messages between the programs' world and one server's, in place: identifiers by the
// schema, those in opaque bytes by OpaqueTable, codes of extensions. Messages keep their length.
// Where both worlds are the same (the session's first server) nothing is done.

#include "xproxy/proxy/AtomMap.h"
#include "xproxy/proxy/CounterTime.h"
#include "xproxy/proxy/NumberMap.h"
#include "xproxy/proxy/TimeMap.h"
#include "xproxy/proxy/XidMap.h"
#include "xproxy/state/Extensions.h"

namespace entracte::xproxy {

class Translator {
public:
    Translator(AtomNames& names, std::uint32_t clientMask, std::uint32_t serverMask,
               bool firstServer);

    bool identity() const { return m_first && xids.identity() && time.identity(); }

    // A whole request; `schema` may be null (unknown requests are passed as they are).
    void request(const wire::MessageSchema* schema, Ext ext, std::span<std::byte> message,
                 ByteOrder order, bool bigRequest);
    // A whole reply to `request` (in the programs' world).
    void reply(const wire::MessageSchema* schema, Ext ext, const MessageView& request,
               std::span<std::byte> message, ByteOrder order);
    // A whole event or error.
    void event(std::span<std::byte> message, ByteOrder order);
    void error(std::span<std::byte> message, ByteOrder order);

    XidMap xids;
    AtomMap atoms;
    TimeMap time;
    CounterTime counterTime;
    NumberMap visuals;
    NumberMap pictFormats;
    NumberMap fbConfigs;
    NumberMap outputs;
    NumberMap crtcs;
    NumberMap modes;
    NumberMap devices;
    ExtensionTable server;            // this server's numbers
    ExtensionTable* client = nullptr; // the programs'; owned by the session

    enum class Way { ToServer, ToClient };
    std::uint32_t translate(wire::FieldKind kind, std::uint32_t value, Way way);

private:
    void walk(const wire::MessageSchema& schema, std::span<std::byte> message, ByteOrder order,
              bool bigRequest, Way way);
    void patch(std::span<std::byte> message, std::size_t base, const wire::FieldRef& field,
               ByteOrder order, Way way);
    bool refusesXidsAsValues(const MessageView& error) const;
    void sawEvent(const MessageView& event);
    void embeddedEvent(std::span<std::byte> message, std::size_t at, ByteOrder order, Way way);
    void opaqueEvent(std::span<std::byte> event, ByteOrder order, Way way);
    void fontProperties(std::span<std::byte> message, ByteOrder order);
    void property(std::span<std::byte> value, std::uint32_t nameAtom, std::uint32_t typeAtom,
                  std::uint8_t format, std::size_t firstUnit, ByteOrder order, Way way);
    std::string_view predefinedOrKnown(std::uint32_t clientAtom) const;

    AtomNames& m_names;
    bool m_first;
};

// Names of the predefined atoms (X protocol, appendix B), empty for others.
std::string_view predefinedAtomName(std::uint32_t atom);

} // namespace entracte::xproxy
