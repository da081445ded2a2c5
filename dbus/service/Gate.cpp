#include "dbus/service/Gate.h"

#include "InterfaceXml.h" // generated from the contract: kInterfaceXml

#include <spdlog/spdlog.h>

#include <set>
#include <string_view>

namespace entracte::service {

namespace {

void refuse(sd_bus_message* message, const char* name, const std::string& sentence) {
    sd_bus_reply_method_errorf(message, name, "%s", sentence.c_str());
}

void refuse(sd_bus_message* message, const Error& error) {
    refuse(message,
           (std::string(kDBusErrorPrefix) + std::string(errorInfo(error.code()).name)).c_str(),
           error.forPerson());
}

sd_bus_message* replyTo(sd_bus_message* message) {
    sd_bus_message* reply = nullptr;
    return sd_bus_message_new_method_return(message, &reply) < 0 ? nullptr : reply;
}

// The element of the contract that describes one interface.
std::string_view interfaceXml(const std::string& name) {
    const std::string_view all(kInterfaceXml);
    const auto begin = all.find("<interface name=\"" + name + "\">");
    constexpr std::string_view kEnd = "</interface>";
    const auto end = all.find(kEnd, begin);
    if (begin == all.npos || end == all.npos)
        return {};
    return all.substr(begin, end + kEnd.size() - begin);
}

} // namespace

Gate::Gate(BusLoop& loop, Callers& callers, ObjectTree& tree, Authority& authority)
    : m_loop(loop), m_callers(callers), m_tree(tree), m_authority(authority) {
    if (sd_bus_add_filter(m_loop.raw(), &m_slot, onMessage, this) < 0)
        throw compat::makeError("org.entracte.Error.Internal",
                                "No filter can be added to the bus.");
}

Gate::~Gate() {
    sd_bus_slot_unref(m_slot);
}

int Gate::onMessage(sd_bus_message* message, void* self, sd_bus_error*) {
    std::uint8_t type = 0;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    try {
        return static_cast<Gate*>(self)->handle(message);
    } catch (const std::exception& exception) {
        spdlog::error("gate: {}", exception.what());
        return -EIO; // answered with an error by sd-bus
    }
}

// 1: answered here (now or later); 0: goes on to the adaptors.
int Gate::handle(sd_bus_message* message) {
    const auto textOf = [](const char* text) { return std::string(text ? text : ""); };
    const auto path = textOf(sd_bus_message_get_path(message));
    const auto interface = textOf(sd_bus_message_get_interface(message));
    const auto member = textOf(sd_bus_message_get_member(message));

    if (interface == "org.freedesktop.DBus.Peer")
        return 0;
    const auto caller = m_callers.identify(message);
    if (!caller) {
        refuse(message, caller.error());
        return 1;
    }
    m_current = *caller;
    if (interface.empty()) { // sd-bus would look for the member in every interface, ours and its
                             // own
        refuse(message, SD_BUS_ERROR_UNKNOWN_INTERFACE, "Name the interface of the method.");
    } else if (interface == "org.freedesktop.DBus.ObjectManager") {
        if (path != kRootPath || member != "GetManagedObjects")
            refuse(message, SD_BUS_ERROR_UNKNOWN_METHOD, "No such method here.");
        else
            withSight(message,
                      [this](sd_bus_message* asked, bool all) { managedObjects(asked, all); });
    } else if (interface == "org.freedesktop.DBus.Introspectable") {
        introspect(message, path);
    } else if (interface == "org.freedesktop.DBus.Properties") {
        property(message, path, member);
    } else if (!m_tree.find(path)) { // it was removed, and is kept for calls that wait
        refuse(message, SD_BUS_ERROR_UNKNOWN_OBJECT, "There is no such object.");
    } else {
        return 0;
    }
    return 1;
}

void Gate::withSight(sd_bus_message* message, std::function<void(sd_bus_message*, bool)> then) {
    // polkit is troubled only when there is something to hide.
    std::optional<uid_t> foreign;
    for (const auto& [path, object] : m_tree.all())
        if (!isOwn(m_current.uid, object->owner()))
            foreign = object->owner();
    if (!foreign) {
        then(message, false);
        return;
    }
    const std::shared_ptr<sd_bus_message> kept(sd_bus_message_ref(message), sd_bus_message_unref);
    m_authority.askSilently(
        m_current, *foreign,
        [this, kept, then = std::move(then), name = m_current.name](Status may) {
            if (may)
                m_callers.letSeeAll(name);
            then(kept.get(), may.has_value());
        });
}

void Gate::managedObjects(sd_bus_message* message, bool everything) {
    const auto caller = m_callers.identify(message);
    if (!caller)
        return refuse(message, caller.error());
    MessageWriter reply(replyTo(message));
    reply.open('a', "{oa{sa{sv}}}");
    for (const auto& [path, object] : m_tree.all()) {
        // The ObjectManager's own path is not among the objects that it manages.
        if (path == kRootPath || !(everything || isOwn(caller->uid, object->owner())))
            continue;
        reply.open('e', "oa{sa{sv}}");
        reply.objectPath(path);
        reply.interfaces(object->interface(), object->properties());
        reply.close();
    }
    reply.close();
    reply.send();
}

void Gate::introspect(sd_bus_message* message, const std::string& path) {
    const std::string beneath = path == "/" ? path : path + "/";
    std::set<std::string> children;
    std::string xml =
        "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\" "
        "\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node>\n";
    for (const auto& [other, object] : m_tree.all()) {
        if (!isOwn(m_current.uid, object->owner()))
            continue;
        if (other == path)
            xml.append("  ").append(interfaceXml(object->interface())).append("\n");
        if (other.starts_with(beneath))
            children.insert(
                other.substr(beneath.size(), other.find('/', beneath.size()) - beneath.size()));
    }
    if (path == kRootPath)
        xml += "  <interface name=\"org.freedesktop.DBus.ObjectManager\">\n"
               "    <method name=\"GetManagedObjects\">"
               "<arg type=\"a{oa{sa{sv}}}\" direction=\"out\"/></method>\n  </interface>\n";
    for (const auto& child : children)
        xml += "  <node name=\"" + child + "\"/>\n";
    xml += "</node>\n";
    MessageWriter reply(replyTo(message));
    reply.string(xml);
    reply.send();
}

void Gate::property(sd_bus_message* message, const std::string& path, const std::string& member) {
    if (member != "Get" && member != "GetAll")
        return refuse(message, SD_BUS_ERROR_PROPERTY_READ_ONLY, "No property can be set.");
    const char* interface = nullptr;
    const char* name = nullptr;
    const bool one = member == "Get";
    if ((one ? sd_bus_message_read(message, "ss", &interface, &name)
             : sd_bus_message_read(message, "s", &interface)) < 0)
        return refuse(message, SD_BUS_ERROR_INVALID_ARGS, "The arguments are not Properties'.");

    const auto answer = [this, path, one, wanted = std::string(interface),
                         property = std::string(name ? name : "")](sd_bus_message* asked,
                                                                   bool all) {
        const auto caller = m_callers.identify(asked);
        auto* const object = m_tree.find(path);
        if (!caller || !object || !(all || isOwn(caller->uid, object->owner())))
            return refuse(asked, SD_BUS_ERROR_UNKNOWN_OBJECT, "There is no such object.");
        if (!wanted.empty() && wanted != object->interface())
            return refuse(asked, SD_BUS_ERROR_UNKNOWN_INTERFACE, "It has no such interface.");
        const auto properties = object->properties();
        if (!one) {
            MessageWriter reply(replyTo(asked));
            reply.properties(properties);
            reply.send();
        } else if (const auto found = properties.find(property); found != properties.end()) {
            MessageWriter reply(replyTo(asked));
            reply.variant(found->second);
            reply.send();
        } else {
            refuse(asked, SD_BUS_ERROR_UNKNOWN_PROPERTY, "It has no such property.");
        }
    };
    const auto* const object = m_tree.find(path);
    if (object && !isOwn(m_current.uid, object->owner()))
        withSight(message, answer);
    else
        answer(message, false);
}

} // namespace entracte::service
