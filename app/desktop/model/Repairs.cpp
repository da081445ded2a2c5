#include "app/desktop/model/Repairs.h"

#include "session/base/Companion.h"

#include <QFileInfo>
#include <QStandardPaths>
#include <QStringList>

#include <utility>

namespace entracte::desktop {

namespace {

constexpr int kDismissed = 126; // pkexec(1): the person closed the dialog
constexpr int kRefused = 127;   // not authorised, or it could not be asked for

QString pathOf(const QString& program) {
    return QString::fromStdString(companionProgram(program.toStdString()).string());
}

} // namespace

Repairs::Repairs(QObject* parent) : QObject(parent), m_process(std::make_unique<QProcess>()) {
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    connect(m_process.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            ended(tr("pkexec could not be started."));
    });
    connect(m_process.get(), &QProcess::finished, this,
            [this](int code, QProcess::ExitStatus status) {
                if (status != QProcess::NormalExit)
                    return ended(tr("The repair was ended from outside."));
                if (code == kDismissed || code == kRefused)
                    return ended(tr("Nothing was changed: you were not authorised."));
                if (code == 0)
                    return ended({});
                const auto said = QString::fromUtf8(m_process->readAll().right(4000)).trimmed();
                ended(tr("The repair failed: %1").arg(said.section('\n', -1)));
            });
}

Repairs::~Repairs() {
    m_process->disconnect(this);
    // It is root's and would not end for us; whoever destroys a QProcess waits for it.
    if (m_process->state() != QProcess::NotRunning)
        static_cast<void>(m_process.release());
}

bool Repairs::isPossible(const QString& check) {
    static const QStringList known{"criu", "dbus-daemon", "xvfb", "xephyr", "helper"};
    return known.contains(check) && canAsk("entracte-repair");
}

bool Repairs::canAsk(const QString& program) {
    return QFileInfo(pathOf(program)).isExecutable() &&
           !QStandardPaths::findExecutable("pkexec").isEmpty();
}

void Repairs::start(const QString& program, const QStringList& arguments, Then then) {
    if (isRunning())
        return then(tr("Another repair is under way."));
    m_then = std::move(then);
    m_process->start(QStandardPaths::findExecutable("pkexec"),
                     QStringList{pathOf(program)} + arguments);
}

void Repairs::ended(const QString& problem) {
    if (const auto then = std::exchange(m_then, nullptr))
        then(problem);
}

} // namespace entracte::desktop
