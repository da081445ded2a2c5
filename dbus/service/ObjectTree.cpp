#include "dbus/service/ObjectTree.h"

namespace entracte::service {

namespace {
constexpr const char* kObjectManager = "org.freedesktop.DBus.ObjectManager";
constexpr std::chrono::minutes kLongestCall{7}; // with polkit's dialog
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
} // namespace

sd_bus_message* ObjectTree::newSignal(const std::string& path, const std::string& interface,
                                      const char* member) const {
    sd_bus_message* message = nullptr;
    if (sd_bus_message_new_signal(m_loop.raw(), &message, path.c_str(), interface.c_str(), member) <
        0)
        return nullptr;
    return message;
}

void ObjectTree::add(const std::string& path, std::unique_ptr<BusObject> object) {
    auto& added = *(m_objects[path] = std::move(object));
    for (const auto& listener : m_callers.audience(added.owner())) {
        MessageWriter message(newSignal(kRootPath, kObjectManager, "InterfacesAdded"));
        message.objectPath(path);
        message.interfaces(added.interface(), added.properties());
        message.send(listener);
    }
}

void ObjectTree::remove(const std::string& path) {
    // Children first, as they were added last.
    const std::string beneath = path + "/";
    std::vector<std::string> paths;
    for (auto child = m_objects.lower_bound(beneath);
         child != m_objects.end() && child->first.starts_with(beneath); ++child)
        paths.push_back(child->first);
    if (m_objects.contains(path))
        paths.push_back(path);
    for (const auto& gone : paths) {
        auto node = m_objects.extract(gone);
        for (const auto& listener : m_callers.audience(node.mapped()->owner())) {
            MessageWriter message(newSignal(kRootPath, kObjectManager, "InterfacesRemoved"));
            message.objectPath(gone);
            message.strings({node.mapped()->interface()});
            message.send(listener);
        }
        // Nobody reaches it any more (Gate), but a call of it may wait for its answer, and sd-bus
        // looks up what the answer must be like in what the object registered.
        const BusObject* const object = node.mapped().get();
        m_removed->insert_or_assign(gone, std::move(node.mapped()));
        m_loop.after(kLongestCall, [removed = std::weak_ptr(m_removed), gone, object] {
            if (const auto all = removed.lock())
                if (const auto found = all->find(gone);
                    found != all->end() && found->second.get() == object)
                    all->erase(found);
        });
    }
}

BusObject* ObjectTree::find(const std::string& path) const {
    const auto found = m_objects.find(path);
    return found == m_objects.end() ? nullptr : found->second.get();
}

void ObjectTree::changed(const std::string& path, const PropertyMap& before) {
    auto* const object = find(path);
    if (!object)
        return;
    PropertyMap different;
    for (auto& [name, value] : object->properties())
        if (const auto old = before.find(name); old == before.end() || old->second != value)
            different.emplace(name, value);
    if (different.empty())
        return;
    for (const auto& listener : m_callers.audience(object->owner())) {
        MessageWriter message(newSignal(path, kProperties, "PropertiesChanged"));
        message.string(object->interface());
        message.properties(different);
        message.strings({});
        message.send(listener);
    }
}

} // namespace entracte::service
