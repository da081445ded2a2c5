#pragma once

// Every object that the service shows, by path, and the telling of their changes. What is told
// goes, message by message, to those who may read the object: sd-bus's own ObjectManager and
// Properties would broadcast a session's name and command line to every user of the machine. Bus
// thread only.

#include "dbus/service/Callers.h"
#include "dbus/service/PropertyValue.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace entracte::service {

inline constexpr const char* kBusName = "org.entracte.Entracte1";
inline constexpr const char* kRootPath = "/org/entracte/Entracte1";

class BusObject {
public:
    virtual ~BusObject() = default;
    virtual std::optional<uid_t> owner() const = 0; // nullopt: everybody may read it
    virtual std::string interface() const = 0;      // the one that carries its properties
    virtual PropertyMap properties() = 0;
};

class ObjectTree {
public:
    using Objects = std::map<std::string, std::unique_ptr<BusObject>>;

    ObjectTree(BusLoop& loop, const Callers& callers) : m_loop(loop), m_callers(callers) {}

    // Announces it (InterfacesAdded). An object at the same path is replaced.
    void add(const std::string& path, std::unique_ptr<BusObject> object);
    // To be called before another object is made for the path of one that was removed: the bus
    // knows that one until then, and no two at a path.
    void forget(const std::string& path) { m_removed->erase(path); }
    // With all beneath it.
    void remove(const std::string& path);
    BusObject* find(const std::string& path) const;
    const Objects& all() const { return m_objects; }

    // PropertiesChanged, with those properties that differ from `before`.
    void changed(const std::string& path, const PropertyMap& before);
    // A signal of the object's own interface; `write` fills in its arguments.
    template <typename Write>
    void signal(const std::string& path, const char* member, Write write) {
        const auto* const object = find(path);
        if (!object)
            return;
        for (const auto& listener : m_callers.audience(object->owner())) {
            MessageWriter message(newSignal(path, object->interface(), member));
            write(message);
            message.send(listener);
        }
    }

private:
    sd_bus_message* newSignal(const std::string& path, const std::string& interface,
                              const char* member) const;

    BusLoop& m_loop;
    const Callers& m_callers;
    Objects m_objects;
    std::shared_ptr<Objects> m_removed = std::make_shared<Objects>(); // a while ago
};

} // namespace entracte::service
