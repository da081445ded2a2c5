#pragma once

// What a person is told of a program that they start in a session: where it was started when their
// folder is not there, and that it ended at once.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <QDir>
#include <QEventLoop>
#include <QObject>

#include <vector>

namespace entracte::cli {

// Made before a program is started, so that no end is missed.
class StartedProgram : public QObject {
    Q_OBJECT
public:
    StartedProgram(const Client& client, const Arguments& arguments);

    // Says so when it fails within the next moment; to a script, which would wait for that each
    // time, nothing. `pid` 0: whichever program of the session it is.
    void tellItsEnd(const QString& session, int pid = 0);

private slots:
    void onExited(int pid, int waitStatus, const QDBusMessage& message);

private:
    struct End {
        QString session;
        int pid;
        int waitStatus;
    };
    const Arguments& m_arguments;
    std::vector<End> m_ends;
    QEventLoop m_loop;
};

// Says that the person's folder is not there.
void tellOtherFolder(const QString& folder);

// Asks to start something in the person's folder, or at home when that is not there: a session has
// a /tmp of its own, and more. `ask` takes the folder, empty for home, and gives a Result.
template <typename Ask>
auto inThisFolder(Ask ask) {
    const QString here = QDir::currentPath();
    auto done = ask(here);
    if (done || done.error().code() != ErrorCode::NotFound)
        return done;
    auto atHome = ask(QString());
    if (atHome)
        tellOtherFolder(here);
    return atHome;
}

} // namespace entracte::cli
