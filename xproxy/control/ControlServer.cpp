#include "xproxy/control/ControlServer.h"

#include "session/base/FdPassing.h"
#include "xproxy/control/ProgramList.h"
#include "xproxy/proxy/Log.h"
#include "xproxy/replay/Capture.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace entracte::xproxy {

using namespace std::chrono_literals;
using xcontrol::Operation;

namespace {
constexpr std::size_t kMaxConnections = 32;
constexpr auto kWaitStateLimit = 10s;
} // namespace

ControlServer::ControlServer(Proxy& proxy, ServerChange& change)
    : m_proxy(proxy), m_change(change), m_segments(proxy.core().loop) {
    m_proxy.core().segments = &m_segments;
    m_proxy.stateChanged = [this] { wakeWaiting(); };
}

ControlServer::~ControlServer() {
    m_proxy.core().segments = nullptr;
    m_proxy.stateChanged = {};
}

Status ControlServer::listen(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return fail(ErrorCode::InvalidArgument, "The path of the control socket is too long.");
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    m_listener.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::unlink(path.c_str());
    if (!m_listener ||
        ::bind(m_listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0 ||
        ::chmod(path.c_str(), 0600) != 0 || ::listen(m_listener.get(), SOMAXCONN) != 0)
        return fail(Error::fromErrno("The control socket could not be made"));
    m_listenerWatch.act = [this](std::uint32_t) { accept(); };
    m_proxy.core().loop.watch(m_listener.get(), EPOLLIN, m_listenerWatch);
    return {};
}

void ControlServer::accept() {
    UniqueFd socket(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket || m_connections.size() >= kMaxConnections)
        return;
    auto& connection = m_connections.emplace_back();
    connection.socket = std::move(socket);
    connection.watch.act = [this, &connection](std::uint32_t) { receive(connection); };
    m_proxy.core().loop.watch(connection.socket.get(), EPOLLIN, connection.watch);
}

void ControlServer::receive(Connection& connection) {
    if (connection.closed)
        return;
    const auto message =
        receiveMessage(connection.socket.get(), sizeof(xcontrol::Request) + kMaxMoveText, 0ms);
    if (!message && message.error().code() == ErrorCode::TimedOut)
        return;
    xcontrol::Request request{};
    if (!message || message->bytes.size() < sizeof request) {
        close(connection);
        return;
    }
    std::memcpy(&request, message->bytes.data(), sizeof request);
    if (request.magic != xcontrol::kMagic) {
        close(connection);
        return;
    }
    handle(connection, request, textOf(ByteView(message->bytes).subspan(sizeof request)));
}

void ControlServer::handle(Connection& connection, const xcontrol::Request& request,
                           std::string text) {
    if (request.operation == kMoveTo) {
        m_tasks.push_back({&connection, request, std::move(text), {}});
        return;
    }
    switch (request.operation) {
    case Operation::Status:
        answer(connection, request.operation, m_change.lastFailure());
        break;
    case Operation::Programs: {
        std::string text = programList(m_proxy);
        text.resize(std::min(text.size(), xcontrol::kMaxAuditText));
        answer(connection, request.operation, m_change.lastFailure(), bytesOf(text));
        break;
    }
    case Operation::SinceInput: {
        std::uint64_t since = UINT64_MAX;
        if (const auto last = m_proxy.core().lastInput)
            since = static_cast<std::uint64_t>((Clock::now() - *last) / 1ms);
        answer(connection, request.operation, m_change.lastFailure(),
               std::as_bytes(std::span(&since, 1)));
        break;
    }
    case Operation::WaitState:
        if (request.argument != m_proxy.stateSerial()) {
            answer(connection, request.operation, m_change.lastFailure());
        } else {
            connection.waits = true;
            connection.timer = m_proxy.core().loop.after(kWaitStateLimit, [this, &connection] {
                connection.waits = false;
                answer(connection, Operation::WaitState, m_change.lastFailure());
            });
        }
        break;
    case Operation::BecomeShmChannel:
        m_proxy.core().segmentsByDescriptor = true;
        m_segments.open(takeSocket(connection));
        m_proxy.resume(); // whoever was held for want of a channel asks again
        break;
    case Operation::BecomeDisplayChannel:
        m_tasks.push_back({nullptr, request, {}, takeSocket(connection)});
        break;
    case Operation::Prepare:
    case Operation::Continue:
    case Operation::Detach:
    case Operation::Audit:
        m_tasks.push_back({&connection, request, {}, {}});
        break;
    default:
        close(connection);
        break;
    }
}

void ControlServer::work() {
    while (!m_tasks.empty()) {
        Task task = std::move(m_tasks.front());
        m_tasks.pop_front();
        perform(std::move(task));
    }
    std::erase_if(m_connections, [this](const Connection& connection) {
        return connection.closed && std::ranges::none_of(m_tasks, [&](const Task& task) {
                   return task.from == &connection;
               });
    });
}

Status ControlServer::moveTo(const std::string& text) {
    const auto end = text.find('\0');
    if (!openDisplay || end == std::string::npos)
        return fail(ErrorCode::InvalidArgument, "This proxy is steered by a session.");
    ENTRACTE_ASSIGN(channel, openDisplay(text.substr(0, end), text.c_str() + end + 1));
    return m_change.attach(std::move(channel));
}

void ControlServer::audit(Connection& connection, bool now) {
    const Status done = now ? m_change.audit() : Status{};
    if (!done)
        logLine("audit: {}", done.error().forLog());
    const AuditReport& report = m_change.lastAudit();
    const xcontrol::AuditNumbers numbers{report.complete ? 1u : 0u, report.comparedFacts(),
                                         report.differences(),      report.allowedCount(),
                                         report.unaskedCount(),     report.micros};
    std::string text = done ? report.text() : done.error().forPerson() + "\n";
    text.resize(std::min(text.size(), xcontrol::kMaxAuditText));
    Bytes more = copyOf(std::as_bytes(std::span(&numbers, 1)));
    const auto letters = bytesOf(text);
    more.insert(more.end(), letters.begin(), letters.end());
    answer(connection, Operation::Audit, done ? xcontrol::Failure::None : failureOf(done.error()),
           more);
}

void ControlServer::perform(Task task) {
    const auto reply = [&](const Status& done, ByteView more = {}) {
        if (task.from)
            answer(*task.from, task.request.operation,
                   done ? xcontrol::Failure::None : failureOf(done.error()), more);
    };
    if (task.request.operation == kMoveTo) {
        const auto done = moveTo(task.text);
        const std::string sentence = done ? std::string() : done.error().forPerson();
        if (!done)
            logLine("move: {}", done.error().forLog());
        reply(done, bytesOf(sentence));
        return;
    }
    switch (task.request.operation) {
    case Operation::Prepare: {
        m_segments.close();
        const auto inodes = m_change.prepare();
        if (!inodes) {
            logLine("prepare: {}", inodes.error().forLog());
            reply(fail(inodes.error()));
            break;
        }
        answer(*task.from, Operation::Prepare, xcontrol::Failure::None,
               std::as_bytes(std::span(*inodes)), static_cast<std::uint32_t>(inodes->size()));
        closeAll();
        break;
    }
    case Operation::Continue:
        m_change.goOn();
        reply({});
        break;
    case Operation::Detach:
        reply(m_change.detach());
        break;
    case Operation::Audit:
        audit(*task.from, task.request.argument != 0);
        break;
    case Operation::BecomeDisplayChannel:
        if (const auto done = m_change.attach(std::move(task.channel)); !done)
            logLine("attach: {}", done.error().forLog());
        break;
    default:
        break;
    }
}

void ControlServer::answer(Connection& connection, Operation operation, xcontrol::Failure failure,
                           ByteView more, std::uint32_t upstreams) {
    if (connection.closed)
        return;
    const Record& record = m_proxy.core().record;
    xcontrol::Answer answer{};
    answer.magic = xcontrol::kMagic;
    answer.operation = operation;
    answer.failure = failure;
    answer.state = m_proxy.state();
    answer.stateSerial = m_proxy.stateSerial();
    answer.clients = static_cast<std::uint32_t>(m_proxy.core().clients.size());
    answer.topLevelWindows = topLevelWindows(record);
    answer.upstreamCount = upstreams;
    answer.rebuildMicros = m_change.rebuildMicros();
    answer.capturedBytes = capturedBytes(record);
    Bytes bytes = copyOf(std::as_bytes(std::span(&answer, 1)));
    bytes.insert(bytes.end(), more.begin(), more.end());
    if (!sendMessage(connection.socket.get(), bytes))
        close(connection);
}

void ControlServer::wakeWaiting() {
    for (auto& connection : m_connections)
        if (connection.waits) {
            connection.waits = false;
            m_proxy.core().loop.cancel(connection.timer);
            answer(connection, Operation::WaitState, m_change.lastFailure());
        }
}

void ControlServer::close(Connection& connection) {
    if (connection.closed)
        return;
    connection.closed = true;
    m_proxy.core().loop.cancel(connection.timer);
    m_proxy.core().loop.forget(connection.socket.get());
    connection.socket.reset();
}

void ControlServer::closeAll() {
    for (auto& connection : m_connections)
        close(connection);
}

UniqueFd ControlServer::takeSocket(Connection& connection) {
    m_proxy.core().loop.forget(connection.socket.get());
    m_proxy.core().loop.cancel(connection.timer);
    connection.closed = true;
    return std::move(connection.socket);
}

std::uint32_t topLevelWindows(const Record& record) {
    std::uint32_t count = 0;
    for (const ClientXid root : record.roots)
        for (const ClientXid child : record.find<Window>(root)->children)
            if (const auto window = record.find<Window>(child);
                window && window->mapped && !window->isInputOnly())
                ++count;
    return count;
}

} // namespace entracte::xproxy
