#include "app/desktop/model/Errands.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFileInfo>
#include <QJsonDocument>
#include <QPointer>
#include <QProcess>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <unistd.h>

namespace entracte::desktop {

namespace {

constexpr qsizetype kMaxOutput = 4 << 20; // bytes of an answer that are kept
constexpr double kMostBytes = 1e15;       // that one line is believed

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Words)
};

// Beside this program, as in a build or an installation; otherwise the one that is found.
QString commandLine() {
    const QString beside = QCoreApplication::applicationDirPath() + "/entracte";
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable("entracte");
}

Errands::Answer answerOf(const QByteArray& output, const QByteArray& errors, bool well) {
    Errands::Answer answer;
    answer.object = QJsonDocument::fromJson(output).object();
    const auto error = answer.object.value("error").toObject();
    answer.code = error.value("code").toString();
    answer.message = error.value("message").toString();
    if (!well && answer.code.isEmpty()) {
        answer.code = "System";
        answer.message = QString::fromUtf8(errors.right(2000)).trimmed();
    }
    return answer;
}

} // namespace

struct Errands::Child {
    QProcess process;
    QByteArray output;
    QByteArray errors; // what was no JSON: ssh's words, too
    QByteArray line;   // of standard error, not whole yet

    Answer answer() const {
        if (process.error() == QProcess::FailedToStart)
            return {{}, "NotFound", Words::tr("The program “entracte” is not there.")};
        return answerOf(output, errors,
                        process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0);
    }
};

Errands::Errands(QObject* parent, int stopMs) : QObject(parent), m_stopMs(stopMs) {}

Errands::~Errands() {
    for (auto& [id, child] : m_children) {
        child->process.disconnect(this);
        if (child->process.processId() > 0)
            ::kill(static_cast<pid_t>(child->process.processId()), SIGINT);
    }
    // A move that is giving its session away hears nobody until that is settled, and one that has
    // stopped its session brings it back first: whoever takes longer goes on without us.
    const QDeadlineTimer limit(m_stopMs);
    for (auto& [id, child] : m_children)
        if (!child->process.waitForFinished(static_cast<int>(limit.remainingTime())) &&
            child->process.state() != QProcess::NotRunning)
            static_cast<void>(child.release());
}

std::unique_ptr<Errands::Child> Errands::start(const QStringList& arguments,
                                               const QString& passphrase) {
    auto child = std::make_unique<Child>();
    auto& process = child->process;
    // Away from a terminal that this was started from: ssh would ask there what nobody sees.
    process.setChildProcessModifier([] {
        ::setsid();
        ::signal(SIGINT, SIG_DFL);
    });
    connect(&process, &QProcess::readyReadStandardOutput, &process, [raw = child.get()] {
        raw->output += raw->process.readAllStandardOutput();
        raw->output.truncate(kMaxOutput);
    });
    process.setProgram(commandLine());
    process.setArguments(QStringList{"--json"} + arguments);
    process.start();
    if (!passphrase.isEmpty()) {
        auto bytes = passphrase.toUtf8() + '\n';
        process.write(bytes);
        std::fill(bytes.begin(), bytes.end(), '\0');
    }
    process.closeWriteChannel();
    return child;
}

int Errands::run(const Errand& errand, const QStringList& arguments, const QString& passphrase) {
    const int id = ++m_last;
    m_all.append(errand);
    m_all.last().id = id;
    auto child = start(arguments, passphrase);
    auto* const process = &child->process;
    m_children.emplace_back(id, std::move(child));
    connect(process, &QProcess::readyReadStandardError, this, [this, id] { told(id); });
    connect(process, &QProcess::finished, this, [this, id] { ended(id); });
    if (process->state() == QProcess::NotRunning) // it could not be started
        QMetaObject::invokeMethod(
            this, [this, id] { ended(id); }, Qt::QueuedConnection);
    else
        connect(process, &QProcess::errorOccurred, this, [this, id](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                ended(id);
        });
    emit changed();
    return id;
}

void Errands::ask(const QStringList& arguments, const QString& passphrase, QObject* receiver,
                  std::function<void(const Answer&)> then) {
    // Gone with the receiver: it changes nothing.
    auto* const child = start(arguments, passphrase).release();
    auto* const process = &child->process;
    const auto over = [child, receiver = QPointer<QObject>(receiver), then = std::move(then)] {
        child->output += child->process.readAllStandardOutput();
        child->errors += child->process.readAllStandardError();
        const auto answer = child->answer();
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [child] { delete child; }, Qt::QueuedConnection);
        if (receiver)
            then(answer);
    };
    if (process->state() == QProcess::NotRunning) {
        QMetaObject::invokeMethod(QCoreApplication::instance(), over, Qt::QueuedConnection);
        return;
    }
    connect(process, &QProcess::finished, process, over); // never both of these
    connect(process, &QProcess::errorOccurred, process, [over](QProcess::ProcessError e) {
        if (e == QProcess::FailedToStart)
            over();
    });
}

Errand* Errands::find(int id) {
    const auto found =
        std::find_if(m_all.begin(), m_all.end(), [id](const Errand& one) { return one.id == id; });
    return found == m_all.end() ? nullptr : &*found;
}

bool Errands::runningFor(const QString& session) const {
    return std::any_of(m_all.begin(), m_all.end(),
                       [&](const Errand& one) { return one.session == session; });
}

void Errands::cancel(int id) {
    auto* const errand = find(id);
    for (auto& [other, child] : m_children)
        if (other == id && errand && child->process.processId() > 0) {
            errand->cancelling = true;
            ::kill(static_cast<pid_t>(child->process.processId()), SIGINT);
        }
    emit changed();
}

void Errands::told(int id) {
    auto* const errand = find(id);
    for (auto& [other, child] : m_children) {
        if (other != id || !errand)
            continue;
        child->line += child->process.readAllStandardError();
        for (qsizetype end = 0; (end = child->line.indexOf('\n')) >= 0;) {
            const auto line = child->line.left(end);
            child->line.remove(0, end + 1);
            const auto object = QJsonDocument::fromJson(line).object();
            if (object.isEmpty()) {
                // Perhaps the other machine's words.
                const auto words = printable(QString::fromUtf8(line)).toUtf8();
                child->errors = (child->errors + words + '\n').right(4000);
                continue;
            }
            if (object.contains("phase"))
                errand->phase = object.value("phase").toString();
            errand->sentBytes += static_cast<quint64>(
                std::clamp(object.value("sent_bytes").toDouble(), 0.0, kMostBytes));
        }
        child->line = child->line.right(4000);
    }
    emit changed();
}

void Errands::ended(int id) {
    const auto child = std::find_if(m_children.begin(), m_children.end(),
                                    [id](const auto& one) { return one.first == id; });
    if (child == m_children.end() || !find(id))
        return;
    told(id);
    child->second->output += child->second->process.readAllStandardOutput();
    const Errand errand = *find(id);
    const auto answer = child->second->answer();
    const auto details = QString::fromUtf8(child->second->errors);
    child->second->process.disconnect(this);
    // The process itself may be what told us.
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [kept = std::shared_ptr<Child>(std::move(child->second))]() mutable { kept.reset(); },
        Qt::QueuedConnection);
    m_children.erase(child);
    m_all.removeIf([id](const Errand& one) { return one.id == id; });
    emit changed();
    if (answer.code.isEmpty())
        emit done(errand, answer.object);
    else if (answer.code != "Cancelled" && !(errand.cancelling && answer.message.isEmpty()))
        emit failed(errandTrouble(errand, answer.code, answer.message, details), errand.session);
}

QString errandTitle(const Errand& errand) {
    const auto name = printable(errand.name);
    const auto place = printable(errand.place);
    if (errand.kind == "move")
        return Words::tr("Moving “%1” to %2").arg(name, place);
    if (errand.kind == "push")
        return Words::tr("Sending “%1” to the repository “%2”").arg(name, place);
    return Words::tr("Fetching “%1” from the repository “%2”").arg(name, place);
}

QString errandText(const Errand& errand) {
    if (errand.cancelling)
        return Words::tr("Cancelling…");
    QString text;
    if (errand.kind == "move") {
        if (errand.phase == "ahead")
            text = Words::tr("Sending it ahead; it runs on here");
        else if (errand.phase == "rest")
            text = Words::tr("Sending the rest; it stands still");
        else if (errand.phase == "giving")
            text = Words::tr("It begins to run there");
        else
            text = Words::tr("Asking the other computer");
    }
    if (errand.sentBytes == 0)
        return text;
    return Words::tr("%1 · %2 sent", "what happens, so much of it")
        .arg(text, sizeText(errand.sentBytes));
}

Trouble errandTrouble(const Errand& errand, const QString& code, const QString& message,
                      const QString& details) {
    auto trouble = troubleOf(errand.kind, errand.name, code, message);
    const auto place = printable(errand.place);
    if (errand.kind == "move")
        trouble.title = Words::tr("“%1” did not move to %2").arg(printable(errand.name), place);
    else if (errand.kind == "push")
        trouble.title = Words::tr("“%1” was not sent to “%2”").arg(printable(errand.name), place);
    else
        trouble.title =
            Words::tr("“%1” was not fetched from “%2”").arg(printable(errand.name), place);
    // The command knows what failed on which side, and where the session is by now.
    if (!message.isEmpty())
        trouble.happened = printable(message.left(1000));
    trouble.next.clear();
    trouble.safe = errand.kind == "move" ? Words::tr("It never runs on both computers.")
                                         : Words::tr("What was there before is as it was.");
    if (!details.isEmpty())
        trouble.details += '\n' + details;
    return trouble;
}

} // namespace entracte::desktop
