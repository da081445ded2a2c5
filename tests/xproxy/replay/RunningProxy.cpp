#include "tests/xproxy/replay/RunningProxy.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>

namespace entracte::xproxy {

using namespace std::chrono_literals;

RunningProxy::RunningProxy() : m_change(m_proxy) {
    for (m_number = 600 + ::getpid() % 300; !m_proxy.listen(m_number); ++m_number)
        if (m_number > 5000) {
            ADD_FAILURE() << "no display number is free";
            break;
        }
    m_wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    m_wakeWatch.act = [this](std::uint32_t) {
        eventfd_t count = 0;
        ::eventfd_read(m_wake.get(), &count);
    };
    m_proxy.core().loop.watch(m_wake.get(), EPOLLIN, m_wakeWatch);
    m_proxy.tidied = [this] {
        std::deque<std::function<void()>> calls;
        {
            const std::lock_guard lock(m_mutex);
            calls.swap(m_calls);
        }
        for (const auto& call : calls)
            call();
        m_change.keepFresh();
    };
    m_thread = std::thread([this] { m_proxy.run(); });
}

RunningProxy::~RunningProxy() {
    with([](Proxy& proxy, ServerChange&) { proxy.stop(); });
    m_thread.join();
    ::unlink(("/tmp/.X11-unix/X" + std::to_string(m_number)).c_str());
    for (const pid_t screen : m_screens) {
        ::kill(screen, SIGTERM);
        ::waitpid(screen, nullptr, 0);
    }
}

void RunningProxy::with(const std::function<void(Proxy&, ServerChange&)>& what) {
    std::promise<void> done;
    {
        const std::lock_guard lock(m_mutex);
        m_calls.push_back([&] {
            what(m_proxy, m_change);
            done.set_value();
        });
    }
    ::eventfd_write(m_wake.get(), 1);
    done.get_future().wait();
}

void RunningProxy::moveTo(const test::TestServer& server) {
    const auto done = attach(server);
    EXPECT_TRUE(done) << done.error().forLog();
}

std::string RunningProxy::refusalOf(const test::TestServer& server) {
    const auto done = attach(server);
    EXPECT_FALSE(done);
    return done ? std::string() : done.error().forLog();
}

Status RunningProxy::attach(const test::TestServer& server) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
        return fail(ErrorCode::Internal, "There is no socket.");
    const std::string number = std::to_string(ends[1]);
    const pid_t screen = ::fork();
    if (screen == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        ::setenv("XAUTHORITY", server.cookieFile().c_str(), 1);
        ::execl(ENTRACTE_SCREEN, "entracte-screen", "--kind", "host", "--display",
                server.display().c_str(), "--channel-fd", number.c_str(), nullptr);
        ::_exit(127);
    }
    m_screens.push_back(screen);
    ::close(ends[1]);
    Status done;
    with([&](Proxy&, ServerChange& change) { done = change.attach(UniqueFd(ends[0])); });
    return done;
}

void RunningProxy::settle(xcb_connection_t* program) {
    std::free(xcb_get_input_focus_reply(program, xcb_get_input_focus(program), nullptr));
}

void RunningProxy::waitFor(const std::string& what, const std::function<bool(Core&)>& condition) {
    const auto deadline = Clock::now() + 15s;
    for (bool holds = false; !holds;) {
        with([&](Proxy& proxy, ServerChange&) { holds = condition(proxy.core()); });
        if (!holds && Clock::now() > deadline) {
            ADD_FAILURE() << "waited in vain for " << what;
            return;
        }
        if (!holds)
            std::this_thread::sleep_for(10ms);
    }
}

AuditReport RunningProxy::audit() {
    AuditReport report;
    with([&](Proxy&, ServerChange& change) {
        const auto done = change.audit();
        EXPECT_TRUE(done) << done.error().forLog();
        report = change.lastAudit();
    });
    return report;
}

} // namespace entracte::xproxy
