#pragma once

// A client of the helper as some user, for tests that run as root: the bus takes a connection's uid
// from the socket, so it is opened under that uid. Speaks raw sd-bus, to be able to say what no
// well-behaved client would.

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace entracte::test {

inline constexpr const char* kService = "org.entracte.Entracte1";
inline constexpr const char* kRoot = "/org/entracte/Entracte1";
inline constexpr const char* kManager = "org.entracte.Entracte1.Manager";
inline constexpr const char* kSession = "org.entracte.Entracte1.Session";
inline constexpr const char* kSnapshot = "org.entracte.Entracte1.Snapshot";
inline constexpr const char* kVault = "org.entracte.Entracte1.Vault";
inline constexpr const char* kJob = "org.entracte.Entracte1.Job";
inline constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
inline constexpr const char* kObjectManager = "org.freedesktop.DBus.ObjectManager";

using Message = std::shared_ptr<sd_bus_message>;
inline Message adopt(sd_bus_message* message) {
    return {message, sd_bus_message_unref};
}

struct Reply {
    Message message;   // null on error
    std::string error; // D-Bus error name
    std::string text;
    bool ok() const { return error.empty(); }
    std::string objectPath() const {
        const char* path = "";
        sd_bus_message_read(message.get(), "o", &path);
        return path;
    }
};

class BusClient {
public:
    using Fill = std::function<void(sd_bus_message*)>;

    explicit BusClient(uid_t uid) {
        if (seteuid(uid) < 0)
            throw std::runtime_error("seteuid");
        sd_bus* bus = nullptr;
        const int result = sd_bus_open_system(&bus);
        if (seteuid(0) < 0 || result < 0)
            throw std::runtime_error("no bus for uid " + std::to_string(uid));
        m_bus.reset(bus);
    }

    sd_bus* bus() { return m_bus.get(); }

    Message newCall(const std::string& path, const char* interface, const char* member) {
        sd_bus_message* call = nullptr;
        if (sd_bus_message_new_method_call(bus(), &call, kService, path.c_str(), interface,
                                           member) < 0)
            throw std::runtime_error("message");
        return adopt(call);
    }

    Reply call(const std::string& path, const char* interface, const char* member,
               const Fill& fill = {}) {
        const auto message = newCall(path, interface, member);
        if (fill)
            fill(message.get());
        return send(message);
    }

    Reply send(const Message& message) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message* reply = nullptr;
        const int result = sd_bus_call(bus(), message.get(), 20'000'000, &error, &reply);
        Reply told{adopt(reply), error.name ? error.name : "", error.message ? error.message : ""};
        if (result < 0 && told.error.empty())
            told.error = "errno " + std::to_string(-result);
        sd_bus_error_free(&error);
        return told;
    }

    // Handles what comes until `done` or the time is over; whether `done` came true.
    bool until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!done()) {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            while (sd_bus_process(bus(), nullptr) > 0) {
            }
            sd_bus_wait(bus(), 20'000);
        }
        return true;
    }

    // Every signal from the helper that reaches this connection, asked for as broadly as can be.
    void listen(std::vector<std::string>& heard) {
        for (const char* rule : {"type='signal',sender='org.entracte.Entracte1'",
                                 "type='signal',path_namespace='/org/entracte'"})
            sd_bus_add_match(
                bus(), nullptr, rule,
                [](sd_bus_message* signal, void* list, sd_bus_error*) {
                    static_cast<std::vector<std::string>*>(list)->push_back(
                        std::string(sd_bus_message_get_path(signal)) + " " +
                        sd_bus_message_get_member(signal));
                    return 0;
                },
                &heard);
        // Makes itself known to the helper, as a listener has to.
        call(kRoot, kObjectManager, "GetManagedObjects");
    }

    // --- the helper's verbs, with good arguments
    Reply start(const std::string& name) {
        return call(kRoot, kManager, "StartSession", [&](sd_bus_message* m) {
            sd_bus_message_append(m, "asa{sv}", 1, "xterm", 2, "name", "s", name.c_str(), "screen",
                                  "s", "headless");
        });
    }
    Reply snapshot(const std::string& session, const std::string& comment) {
        return call(session, kSession, "Snapshot",
                    [&](sd_bus_message* m) { sd_bus_message_append(m, "s", comment.c_str()); });
    }
    Reply get(const std::string& path, const char* interface, const char* property) {
        return call(path, kProperties, "Get", [&](sd_bus_message* m) {
            sd_bus_message_append(m, "ss", interface, property);
        });
    }
    std::string text(const std::string& path, const char* interface, const char* property) {
        const auto reply = get(path, interface, property);
        const char* value = "";
        if (reply.ok())
            sd_bus_message_read(reply.message.get(), "v", "s", &value);
        return value;
    }
    std::string pathProperty(const std::string& path, const char* interface, const char* property) {
        const auto reply = get(path, interface, property);
        const char* value = "";
        if (reply.ok())
            sd_bus_message_read(reply.message.get(), "v", "o", &value);
        return value;
    }
    bool flag(const std::string& path, const char* interface, const char* property) {
        const auto reply = get(path, interface, property);
        int value = 0;
        if (reply.ok())
            sd_bus_message_read(reply.message.get(), "v", "b", &value);
        return value != 0;
    }
    // A call whose arguments are passphrases, each in a pipe.
    Reply withPassphrases(const std::string& path, const char* interface, const char* member,
                          const std::vector<std::string>& passphrases) {
        return call(path, interface, member, [&](sd_bus_message* m) {
            for (const auto& text : passphrases) {
                int ends[2];
                ASSERT_EQ(::pipe(ends), 0);
                ASSERT_EQ(::write(ends[1], text.data(), text.size()),
                          static_cast<ssize_t>(text.size()));
                ::close(ends[1]);
                sd_bus_message_append(m, "h", ends[0]); // takes a descriptor of its own
                ::close(ends[0]);
            }
        });
    }
    bool running(const std::string& job) {
        const auto reply = get(job, kJob, "Running");
        int value = 0;
        if (reply.ok())
            sd_bus_message_read(reply.message.get(), "v", "b", &value);
        return value != 0;
    }
    bool waitForEnd(const std::string& job) {
        return until([&] { return !running(job); }, std::chrono::seconds(10));
    }

    // Paths of the objects that GetManagedObjects shows.
    std::vector<std::string> managed() {
        const auto reply = call(kRoot, kObjectManager, "GetManagedObjects");
        EXPECT_TRUE(reply.ok()) << reply.error;
        std::vector<std::string> paths;
        auto* const m = reply.message.get();
        if (!m || sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}") < 0)
            return paths;
        while (sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}") > 0) {
            const char* path = nullptr;
            sd_bus_message_read(m, "o", &path);
            paths.emplace_back(path);
            sd_bus_message_skip(m, "a{sa{sv}}");
            sd_bus_message_exit_container(m);
        }
        return paths;
    }

private:
    struct Close {
        void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    };
    std::unique_ptr<sd_bus, Close> m_bus;
};

} // namespace entracte::test
