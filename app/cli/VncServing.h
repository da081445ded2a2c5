#pragma once

// One session's VNC server over the session's life: started when the session is on a screen of its
// own, started anew when that is another one after a resume.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"
#include "session/base/Subprocess.h"

#include <QEventLoop>
#include <QObject>
#include <QSocketNotifier>

#include <filesystem>
#include <functional>

namespace entracte::cli {

class VncServing : public QObject {
    Q_OBJECT
public:
    // `say` is given sentences for the person.
    VncServing(const Client& client, SessionView session, std::filesystem::path socket,
               bool readOnly, std::function<void(const std::string&)> say);
    ~VncServing() override;

    // Until `wish` is readable (ok), or the session is deleted (ok), or the server cannot run.
    Status serve(int wish);

private slots:
    void onChange();
    void onInterfacesRemoved(const QDBusObjectPath& path, const QStringList& interfaces);

private:
    void start(const SessionView& session);
    void onServerEnded();
    void finish(Status outcome);

    const Client& m_client;
    SessionView m_session;
    std::filesystem::path m_socket;
    bool m_readOnly;
    std::function<void(const std::string&)> m_say;
    std::optional<Subprocess> m_server;
    QString m_display;  // that the server shows, or has shown last
    int m_failures = 0; // how often it ended while that display seemed to be there
    std::unique_ptr<QSocketNotifier> m_ended;
    QEventLoop m_loop;
    std::optional<Status> m_outcome;
};

} // namespace entracte::cli
