#include "app/cli/VncServing.h"

#include "EntracteProxies.h" // generated
#include "app/cli/VncCommand.h"
#include "session/base/Printable.h"

#include <QTimer>

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;

constexpr const char* kSession = "org.entracte.Entracte1.Session";
constexpr std::size_t kNameLength = 60;
constexpr int kMostFailures = 10; // on one display
constexpr auto kPause = 500ms;    // before it is started again
constexpr auto kGrace = 2s;       // for the server to end by itself

bool isShown(const SessionView& session) {
    return session.state == "running" && !session.xauthority.isEmpty();
}

} // namespace

VncServing::VncServing(const Client& client, SessionView session, std::filesystem::path socket,
                       bool readOnly, std::function<void(const std::string&)> say)
    : m_client(client), m_session(std::move(session)), m_socket(std::move(socket)),
      m_readOnly(readOnly), m_say(std::move(say)) {
    auto bus = m_client.bus();
    bus.connect(Client::kService, m_session.path, "org.freedesktop.DBus.Properties",
                "PropertiesChanged", this, SLOT(onChange()));
    bus.connect(Client::kService, Client::kRoot, "org.freedesktop.DBus.ObjectManager",
                "InterfacesRemoved", this, SLOT(onInterfacesRemoved(QDBusObjectPath, QStringList)));
}

VncServing::~VncServing() {
    m_ended.reset();
    if (m_server)
        m_server->terminate(kGrace);
    std::error_code ignored;
    std::filesystem::remove(m_socket, ignored);
}

Status VncServing::serve(int wish) {
    QSocketNotifier stop(wish, QSocketNotifier::Read);
    connect(&stop, &QSocketNotifier::activated, this, [this] { finish({}); });
    onChange();
    if (!m_outcome)
        m_loop.exec();
    return *m_outcome;
}

void VncServing::finish(Status outcome) {
    if (!m_outcome)
        m_outcome = std::move(outcome);
    m_loop.quit();
}

void VncServing::onInterfacesRemoved(const QDBusObjectPath& path, const QStringList& interfaces) {
    if (path.path() == m_session.path && interfaces.contains(kSession)) {
        m_say("The session is deleted.");
        finish({});
    }
}

void VncServing::onChange() {
    const auto properties = m_client.properties(m_session.path, kSession);
    if (!properties)
        return; // its end, or the helper's, is told otherwise; a later helper shows it again
    m_session = sessionView(m_session.path, *properties);
    if (!isShown(m_session) || (m_server && m_session.display == m_display))
        return;
    start(m_session);
}

void VncServing::start(const SessionView& session) {
    m_ended.reset();
    if (m_server)
        m_server->terminate(kGrace);
    m_server.reset();
    std::error_code ignored;
    std::filesystem::remove(m_socket, ignored);

    SubprocessSpec spec;
    spec.environment = cleanEnvironment();
    spec.environment.push_back("XAUTHORITY=" + session.xauthority.toStdString());
    spec.environment.push_back("HOME=" + m_socket.parent_path().string()); // no settings of others
    spec.command =
        commandOf({session.display.toStdString(),
                   printable(session.name.toStdString(), kNameLength), m_socket, m_readOnly},
                  qEnvironmentVariable("PATH").toStdString());
    if (spec.command.empty())
        return finish(fail(ErrorCode::NotFound, "There is no VNC server on this computer.", {},
                           "Install tigervnc-scraping-server or x11vnc."));
    auto started = Subprocess::start(spec);
    if (!started)
        return finish(fail(std::move(started).error()));
    m_server.emplace(std::move(*started));
    m_display = session.display;
    m_ended = std::make_unique<QSocketNotifier>(m_server->pidfd(), QSocketNotifier::Read);
    connect(m_ended.get(), &QSocketNotifier::activated, this, [this] { onServerEnded(); });
}

// With its display, mostly, and the helper may hear of that end later than we do. One that ended
// for a reason of its own is started again, up to a limit.
void VncServing::onServerEnded() {
    m_ended.reset();
    static_cast<void>(m_server->wait(0ms));
    const std::string said = printable(m_server->errors(), 500);
    m_server.reset();
    const auto properties = m_client.properties(m_session.path, kSession);
    const bool sameDisplay = properties && isShown(sessionView(m_session.path, *properties)) &&
                             sessionView(m_session.path, *properties).display == m_display;
    if (!sameDisplay) {
        m_failures = 0; // of another display, even if it gets the same number
        m_say("The session is off its screen. It is shown again when it is back.");
        return onChange();
    }
    if (++m_failures > kMostFailures)
        return finish(fail(ErrorCode::ScreenUnavailable, "The VNC server ended by itself.", said,
                           "The session goes on. Try again."));
    QTimer::singleShot(kPause, this, [this] { onChange(); });
}

} // namespace entracte::cli
