#pragma once

// A property as a value, and how it is written into a message. Used for everything that tells of
// properties: Get, GetAll, GetManagedObjects, PropertiesChanged, InterfacesAdded.

#include "dbus/service/SdbusCompat.h"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace entracte::service {

using PropertyValue = std::variant<bool, std::int64_t, std::uint32_t, std::uint64_t, double,
                                   std::string, sdbus::ObjectPath, std::vector<std::string>>;
using PropertyMap = std::map<std::string, PropertyValue>;

// A message of ours being written. The first error sticks; send() tells it.
class MessageWriter {
public:
    // Takes ownership; null is an error.
    explicit MessageWriter(sd_bus_message* message)
        : m_message(message), m_ok(message != nullptr) {}
    MessageWriter(const MessageWriter&) = delete;
    MessageWriter& operator=(const MessageWriter&) = delete;
    ~MessageWriter() { sd_bus_message_unref(m_message); }

    void open(char type, const char* contents);
    void close();
    void boolean(bool flag);
    void int32(std::int32_t number);
    void string(const std::string& text);
    void objectPath(const std::string& path);
    void strings(const std::vector<std::string>& list);                    // as
    void variant(const PropertyValue& value);                              // v
    void properties(const PropertyMap& map);                               // a{sv}
    void interfaces(const std::string& interface, const PropertyMap& map); // a{sa{sv}}, one entry

    // To `destination`, or where the message's own header says when empty.
    bool send(const std::string& destination = {});

private:
    void check(int result) { m_ok = m_ok && result >= 0; }

    sd_bus_message* m_message;
    bool m_ok;
};

} // namespace entracte::service
