#pragma once

// A whole proxy within a test: its loop runs in a thread of its own, X programs of the test connect
// to its display, and it is moved between real servers. What touches the proxy or its record is
// called between two rounds of its loop.

#include "tests/support/TestServer.h"
#include "xproxy/replay/ServerChange.h"

#include <gtest/gtest.h>
#include <xcb/xcb.h>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace entracte::xproxy {

class RunningProxy {
public:
    RunningProxy();
    ~RunningProxy();
    RunningProxy(const RunningProxy&) = delete;

    void moveTo(const test::TestServer& server);
    // The message with which it is refused; a failure of the test when it is not.
    std::string refusalOf(const test::TestServer& server);
    // In the proxy's thread; returns when it is done.
    void with(const std::function<void(Proxy&, ServerChange&)>& what);
    // Everything that the program sent has been handled by proxy and server.
    static void settle(xcb_connection_t* program);
    // Until the condition, looked at in the proxy's thread, holds; a failure of the test else.
    void waitFor(const std::string& what, const std::function<bool(Core&)>& condition);

    AuditReport audit();
    std::string display() const { return ":" + std::to_string(m_number); }

private:
    Status attach(const test::TestServer& server);

    Proxy m_proxy;
    ServerChange m_change;
    int m_number = 0;
    UniqueFd m_wake;
    Watcher m_wakeWatch;
    std::mutex m_mutex;
    std::deque<std::function<void()>> m_calls;
    std::vector<pid_t> m_screens;
    std::thread m_thread;
};

// A program of the test's.
class Program {
public:
    explicit Program(const std::string& display)
        : m_connection(xcb_connect(display.c_str(), nullptr)) {
        EXPECT_EQ(xcb_connection_has_error(m_connection), 0);
        m_screen = xcb_setup_roots_iterator(xcb_get_setup(m_connection)).data;
    }
    ~Program() { xcb_disconnect(m_connection); }
    Program(const Program&) = delete;

    operator xcb_connection_t*() const { return m_connection; }
    const xcb_screen_t& screen() const { return *m_screen; }
    std::uint32_t newId() const { return xcb_generate_id(m_connection); }
    std::uint32_t window(std::uint32_t mask = 0, const std::uint32_t* values = nullptr) const {
        const auto id = newId();
        xcb_create_window(m_connection, XCB_COPY_FROM_PARENT, id, m_screen->root, 10, 20, 200, 100,
                          1, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, mask, values);
        return id;
    }

private:
    xcb_connection_t* m_connection;
    xcb_screen_t* m_screen = nullptr;
};

} // namespace entracte::xproxy
