#include "app/cli/StartedProgram.h"

#include "app/cli/Output.h"
#include "session/base/Subprocess.h"

#include <QDBusMessage>
#include <QTimer>

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace entracte::cli {
namespace {

constexpr const char* kSession = "org.entracte.Entracte1.Session";
constexpr int kMomentMs = 600;

} // namespace

StartedProgram::StartedProgram(const Client& client, const Arguments& arguments)
    : m_arguments(arguments) {
    auto bus = client.bus();
    bus.connect(Client::kService, QString(), kSession, "ProgramExited", this,
                SLOT(onExited(int, int, QDBusMessage)));
}

void StartedProgram::onExited(int pid, int waitStatus, const QDBusMessage& message) {
    m_ends.push_back({message.path(), pid, waitStatus});
    m_loop.quit();
}

void StartedProgram::tellItsEnd(const QString& session, int pid) {
    if (m_arguments.quiet || m_arguments.json || ::isatty(STDERR_FILENO) == 0)
        return;
    QTimer moment;
    moment.setSingleShot(true);
    connect(&moment, &QTimer::timeout, &m_loop, &QEventLoop::quit);
    moment.start(kMomentMs);
    const auto its = [&](const End& end) {
        return end.session == session && (pid == 0 || end.pid == pid);
    };
    auto end = std::ranges::find_if(m_ends, its);
    while (end == m_ends.end() && moment.isActive()) {
        m_loop.exec();
        end = std::ranges::find_if(m_ends, its);
    }
    if (end == m_ends.end() || end->waitStatus == 0)
        return; // also one that handed over to another
    const auto& command = m_arguments.command;
    std::cerr << "entracte: "
              << (command.empty() ? "The program"
                                  : "\"" + printable(QString::fromStdString(command[0])) + "\"")
              << ' ' << ExitStatus::fromWait(end->waitStatus).inWords()
              << " at once. What it wrote is in the session, in /run/entracte/log/" << end->pid
              << ".\n";
}

void tellOtherFolder(const QString& folder) {
    std::cerr << "entracte: There is no folder \"" << printable(folder)
              << "\" in the session. It was started in the home folder.\n";
}

} // namespace entracte::cli
