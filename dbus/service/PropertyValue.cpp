#include "dbus/service/PropertyValue.h"

namespace entracte::service {

void MessageWriter::open(char type, const char* contents) {
    if (m_ok)
        check(sd_bus_message_open_container(m_message, type, contents));
}

void MessageWriter::close() {
    if (m_ok)
        check(sd_bus_message_close_container(m_message));
}

void MessageWriter::boolean(bool flag) {
    const int wide = flag; // sd-bus takes a boolean as an int
    if (m_ok)
        check(sd_bus_message_append_basic(m_message, 'b', &wide));
}

void MessageWriter::int32(std::int32_t number) {
    if (m_ok)
        check(sd_bus_message_append_basic(m_message, 'i', &number));
}

void MessageWriter::string(const std::string& text) {
    if (m_ok)
        check(sd_bus_message_append_basic(m_message, 's', text.c_str()));
}

void MessageWriter::objectPath(const std::string& path) {
    if (m_ok)
        check(sd_bus_message_append_basic(m_message, 'o', path.c_str()));
}

void MessageWriter::strings(const std::vector<std::string>& list) {
    open('a', "s");
    for (const auto& item : list)
        string(item);
    close();
}

void MessageWriter::variant(const PropertyValue& value) {
    struct Visitor {
        MessageWriter& writer;
        void basic(const char* type, const void* data) {
            writer.open('v', type);
            if (writer.m_ok)
                writer.check(sd_bus_message_append_basic(writer.m_message, type[0], data));
            writer.close();
        }
        void operator()(bool flag) {
            const int wide = flag;
            basic("b", &wide);
        }
        void operator()(std::int64_t number) { basic("x", &number); }
        void operator()(std::uint32_t number) { basic("u", &number); }
        void operator()(std::uint64_t number) { basic("t", &number); }
        void operator()(double number) { basic("d", &number); }
        void operator()(const std::string& text) { basic("s", text.c_str()); }
        void operator()(const sdbus::ObjectPath& path) { basic("o", path.c_str()); }
        void operator()(const std::vector<std::string>& list) {
            writer.open('v', "as");
            writer.strings(list);
            writer.close();
        }
    };
    std::visit(Visitor{*this}, value);
}

void MessageWriter::properties(const PropertyMap& map) {
    open('a', "{sv}");
    for (const auto& [name, value] : map) {
        open('e', "sv");
        string(name);
        variant(value);
        close();
    }
    close();
}

void MessageWriter::interfaces(const std::string& interface, const PropertyMap& map) {
    open('a', "{sa{sv}}");
    open('e', "sa{sv}");
    string(interface);
    properties(map);
    close();
    close();
}

bool MessageWriter::send(const std::string& destination) {
    if (!m_ok)
        return false;
    sd_bus* const bus = sd_bus_message_get_bus(m_message);
    return (destination.empty()
                ? sd_bus_send(bus, m_message, nullptr)
                : sd_bus_send_to(bus, m_message, destination.c_str(), nullptr)) >= 0;
}

} // namespace entracte::service
