#pragma once

// The one place that knows how sdbus-c++ 1.2 (Debian 12) and 2.x (Debian 13) differ, and the one
// place that reaches the sd-bus connection beneath: sdbus-c++ offers neither message filters nor
// the "may ask the person" flag of a message, and the service needs both (Gate.h).

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#if __has_include(<sdbus-c++/VTableItems.h>) // came with 2.0
#define ENTRACTE_SDBUS_2 1
#else
#define ENTRACTE_SDBUS_2 0
#endif

namespace entracte::compat {

#if ENTRACTE_SDBUS_2
using ServiceName = sdbus::ServiceName;
using AsyncError = std::optional<sdbus::Error>; // of a generated onSomethingReply
inline bool processPending(sdbus::IConnection& connection) {
    return connection.processPendingEvent();
}
inline int secondFd(const sdbus::IConnection::PollData& data) {
    return data.eventFd;
}
inline sdbus::Error makeError(const std::string& name, const std::string& message) {
    return sdbus::Error(sdbus::Error::Name(name), message);
}
template <typename Handler>
sdbus::Slot addMatch(sdbus::IConnection& connection, const std::string& rule, Handler handler) {
    return connection.addMatch(
        rule, [handler = std::move(handler)](sdbus::Message) { handler(); }, sdbus::return_slot);
}
inline sdbus::MethodCall anyCall(sdbus::IProxy& proxy) {
    return proxy.createMethodCall(sdbus::InterfaceName("org.freedesktop.DBus.Peer"),
                                  sdbus::MethodName("Ping"));
}
#else
using ServiceName = std::string;
using AsyncError = const sdbus::Error*;
inline bool processPending(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}
inline int secondFd(const sdbus::IConnection::PollData&) {
    return -1;
}
inline sdbus::Error makeError(const std::string& name, const std::string& message) {
    return sdbus::Error(name, message);
}
template <typename Handler>
sdbus::Slot addMatch(sdbus::IConnection& connection, const std::string& rule, Handler handler) {
    return connection.addMatch(rule,
                               [handler = std::move(handler)](sdbus::Message&) { handler(); });
}
inline sdbus::MethodCall anyCall(sdbus::IProxy& proxy) {
    return proxy.createMethodCall("org.freedesktop.DBus.Peer", "Ping");
}
#endif

// The sd-bus connection beneath. Used from the bus thread only, since sd-bus knows no threads.
inline sd_bus* rawBus(sdbus::IConnection& connection) {
    struct Beneath : sdbus::MethodCall {
        static void* message(const sdbus::MethodCall& call) { return call.*(&Beneath::msg_); }
    };
    const auto proxy = sdbus::createProxy(connection, ServiceName("org.freedesktop.DBus"),
                                          sdbus::ObjectPath("/org/freedesktop/DBus"));
    const auto call = anyCall(*proxy);
    return sd_bus_message_get_bus(static_cast<sd_bus_message*>(Beneath::message(call)));
}

// Of the signal whose handler runs: whether it went to everybody. Only then has the bus checked
// that it comes from whom a match names: anybody may send us one alone, and sd-bus takes its word.
inline bool wentToEverybody(sd_bus* bus) {
    sd_bus_message* const signal = sd_bus_get_current_message(bus);
    return signal && !sd_bus_message_get_destination(signal);
}

} // namespace entracte::compat
