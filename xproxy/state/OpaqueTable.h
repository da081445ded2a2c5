#pragma once

// Identifiers that hide in bytes which the X protocol itself does not type: property values and
// ClientMessage data. What lies where is convention (ICCCM 2.0, EWMH 1.5, XDND 5, XEMBED 0.5,
// System Tray 0.3, XIM transport, GDK); all of it stands in the two tables of OpaqueTable.cpp and
// nowhere else.
//
// Pure: names and bytes in, places out. The caller knows atoms by name and changes the bytes.

#include "xproxy/wire/Schema.h"

#include <functional>
#include <span>
#include <string_view>

namespace entracte::xproxy {

// Receives the place of one identifier: `offset` is in bytes from the start of the span given.
using OpaqueVisitor = std::function<void(const wire::FieldRef&)>;

// The name of the atom whose raw value stands in the message; empty when unknown.
using AtomNameOf = std::function<std::string_view(std::uint32_t rawAtom)>;

// A value, or a part of one, of a property with this name and type. Only format 32 holds
// identifiers. `firstUnit` is the position of the span within the whole value, in 32-bit units
// (GetProperty's long-offset; for appended values it is unknown, and 0 is right for the types that
// are lists).
void forEachPropertyField(std::string_view name, std::string_view type, std::uint8_t format,
                          std::size_t firstUnit, std::span<const std::byte> value,
                          const OpaqueVisitor& visit);

// True when a property of this name or type can hold identifiers at all: cheap, to decide once.
bool propertyHoldsIdentifiers(std::string_view name, std::string_view type);

// True when the value of a font's property with this name is an atom (X Logical Font Description
// 1.5, section 3.2; the names that the protocol predefines for the same).
bool fontPropertyIsAtom(std::string_view name);

// The 20 data bytes of a ClientMessage event (X protocol, section 11) with this message type. What
// some words mean depends on others (WM_PROTOCOLS with _NET_WM_PING holds a window), hence the
// values.
void forEachClientMessageField(std::string_view type, std::uint8_t format,
                               std::span<const std::byte> data, wire::ByteOrder order,
                               const AtomNameOf& atomName, const OpaqueVisitor& visit);

} // namespace entracte::xproxy
