// What is set for a session: when it is saved, what it may use and share.

#include "app/cli/SessionCommands.h"

#include <QDateTime>

namespace entracte::cli {

Result<Json> SessionCommands::schedule() {
    ENTRACTE_ASSIGN(found, session());
    const auto proxy = proxyOf(found);
    if (m_arguments.everySeconds)
        ENTRACTE_TRY(valueOf(proxy->SetSchedule(*m_arguments.everySeconds)));
    if (m_arguments.pauseSeconds)
        ENTRACTE_TRY(valueOf(proxy->PauseSchedule(
            *m_arguments.pauseSeconds == 0
                ? 0
                : QDateTime::currentMSecsSinceEpoch() + *m_arguments.pauseSeconds * qint64{1000})));
    if (m_arguments.keep)
        ENTRACTE_TRY(valueOf(proxy->SetRetention(keptRules(*m_arguments.keep))));
    if (m_arguments.resumeAutomatically)
        ENTRACTE_TRY(valueOf(proxy->SetResumeAutomatically(*m_arguments.resumeAutomatically)));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(now) + ": " + scheduleText(now) + ".");
    if (m_arguments.keep && !now.retention.isEmpty())
        tellWhatGoes(now);
    return Json{{"session", toJson(now)}};
}

void SessionCommands::tellWhatGoes(const SessionView& session) {
    auto reply = proxyOf(session)->Prune({}, true);
    reply.waitForFinished();
    if (reply.isError()) // the rules are set; a session that is busy cannot tell now
        return;
    const auto count = QStringList(reply.argumentAt<0>()).size();
    if (count > 0)
        say("At its next snapshot " + std::to_string(count) +
            (count == 1 ? " of those that are there goes" : " of those that are there go") +
            "; \"entracte prune " + session.id.toStdString() + " --dry-run\" lists " +
            (count == 1 ? "it." : "them."));
}

Result<Json> SessionCommands::clipboard() {
    ENTRACTE_ASSIGN(found, session());
    const bool shared = m_arguments.clipboardShared == "on";
    ENTRACTE_TRY(valueOf(proxyOf(found)->SetClipboard(shared)));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(now) +
        (shared ? " shares its clipboard with the desktop that its window is on."
                : " keeps its clipboard to itself."));
    return Json{{"session", toJson(now)}};
}

Result<Json> SessionCommands::limits() {
    ENTRACTE_ASSIGN(found, session());
    const auto proxy = proxyOf(found);
    if (m_arguments.memoryLimit || m_arguments.cpuLimit || m_arguments.processLimit)
        ENTRACTE_TRY(valueOf(proxy->SetLimits(
            {{"memoryBytes",
              static_cast<qulonglong>(m_arguments.memoryLimit.value_or(found.memoryLimit))},
             {"cpuPercent", m_arguments.cpuLimit.value_or(found.cpuLimitPercent)},
             {"processes", m_arguments.processLimit.value_or(found.processLimit)}})));
    auto reply = proxy->Usage();
    reply.waitForFinished();
    if (reply.isError())
        return fail(errorOf(reply.error()));
    const quint64 memory = reply.argumentAt<0>();
    const quint64 cpu = reply.argumentAt<1>();
    const uint processes = reply.argumentAt<2>();
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    const auto most = [](quint64 limit, const std::string& text) {
        return limit == 0 ? std::string("no limit") : "at most " + text;
    };
    say("memory     " + bytesText(memory) + ", " +
        most(now.memoryLimit, bytesText(now.memoryLimit)));
    say("processor  " + durationText(cpu) + ", " +
        most(now.cpuLimitPercent, std::to_string(now.cpuLimitPercent) + " %"));
    say("processes  " + std::to_string(processes) + ", " +
        most(now.processLimit, std::to_string(now.processLimit)));
    return Json{{"usage", {{"memory_bytes", memory}, {"cpu_us", cpu}, {"processes", processes}}},
                {"session", toJson(now)}};
}

} // namespace entracte::cli
