#pragma once

// The first to see every message that is meant for us, before any object does.
//
// It answers itself whatever only reads (Properties, ObjectManager, Introspectable), because the
// answer depends on who asks: the built-in ones of sd-bus know no caller and would show everybody's
// sessions to everybody. To whom an object is not visible, it does not exist. What is left, the
// methods of our own interfaces, goes on to the adaptors, which find the caller in current(). Bus
// thread only.

#include "dbus/service/Authority.h"
#include "dbus/service/ObjectTree.h"

namespace entracte::service {

class Gate {
public:
    Gate(BusLoop& loop, Callers& callers, ObjectTree& tree, Authority& authority);
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();

    // Who sent the method call that is being dispatched.
    const Caller& current() const { return m_current; }

private:
    static int onMessage(sd_bus_message* message, void* self, sd_bus_error* error);
    int handle(sd_bus_message* message);
    void managedObjects(sd_bus_message* message, bool everything);
    void introspect(sd_bus_message* message, const std::string& path);
    void property(sd_bus_message* message, const std::string& path, const std::string& member);
    // Calls `then` with whether the caller may see everybody's objects. polkit is asked, without a
    // dialog.
    void withSight(sd_bus_message* message, std::function<void(sd_bus_message*, bool)> then);

    BusLoop& m_loop;
    Callers& m_callers;
    ObjectTree& m_tree;
    Authority& m_authority;
    Caller m_current;
    sd_bus_slot* m_slot = nullptr;
};

} // namespace entracte::service
