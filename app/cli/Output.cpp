#include "app/cli/Output.h"

#include <QDateTime>
#include <QLocale>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iostream>

namespace entracte::cli {

namespace {

std::string text(const QString& string) {
    return string.toStdString();
}

std::vector<std::string> strings(const QStringList& list) {
    std::vector<std::string> all;
    for (const auto& one : list)
        all.push_back(text(one));
    return all;
}

} // namespace

Json toJson(const SessionView& session) {
    return {{"id", text(session.id)},
            {"name", text(session.name)},
            {"owner", session.owner},
            {"state", text(session.state)},
            {"screen", text(session.screen)},
            {"display", text(session.display)},
            {"network", text(session.network)},
            {"clipboard", session.clipboard},
            {"private", session.isPrivate},
            {"share", strings(session.share)},
            {"share_read_only", strings(session.shareReadOnly)},
            {"command", strings(session.command)},
            {"created_unix_ms", session.createdUnixMs},
            {"programs", session.programs},
            {"windows", session.windows},
            {"blockers", session.blockers},
            {"schedule_s", session.scheduleSeconds},
            {"paused_until_unix_ms", session.pausedUntilUnixMs},
            {"next_snapshot_unix_ms", session.nextSnapshotUnixMs},
            {"keep", text(session.retention)},
            {"memory_limit_bytes", session.memoryLimit},
            {"cpu_limit_percent", session.cpuLimitPercent},
            {"process_limit", session.processLimit},
            {"resume_automatically", session.resumeAutomatically},
            {"move", text(session.move)},
            {"move_peer", text(session.movePeer)},
            {"lineage", text(session.lineage)}};
}

Json toJson(const SnapshotView& snapshot) {
    return {{"id", text(snapshot.id)},
            {"session", text(snapshot.session.section('/', -1))},
            {"comment", text(snapshot.comment)},
            {"taken_unix_ms", snapshot.takenUnixMs},
            {"image_bytes", snapshot.imageBytes},
            {"layer_bytes", snapshot.layerBytes},
            {"stored_bytes", snapshot.storedBytes},
            {"host_file_bytes", snapshot.hostFileBytes},
            {"host_file_stored_bytes", snapshot.hostFileStoredBytes},
            {"frozen_us", snapshot.frozenMicros},
            {"total_ms", snapshot.totalMillis},
            {"windows", snapshot.windows},
            {"programs", snapshot.programs},
            {"suspended", snapshot.suspended},
            {"origin", text(snapshot.origin)},
            {"pinned", snapshot.pinned},
            {"encrypted", snapshot.encrypted},
            {"locked", snapshot.locked},
            {"unique_bytes", snapshot.uniqueBytes}};
}

void printJson(const Json& json) {
    std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string bytesText(quint64 bytes) {
    if (bytes < 1000)
        return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes);
    const char* unit = "kB";
    for (const char* next : {"kB", "MB", "GB", "TB"}) {
        value /= 1000;
        unit = next;
        if (value < 999.95)
            break;
    }
    return fmt::format("{:.1f} {}", value, unit);
}

std::string durationText(quint64 micros) {
    return micros < 1'000'000 ? fmt::format("{} ms", (micros + 500) / 1000)
                              : fmt::format("{:.1f} s", static_cast<double>(micros) / 1e6);
}

std::string timeText(qint64 unixMs) {
    return text(QDateTime::fromMSecsSinceEpoch(unixMs).toString("yyyy-MM-dd HH:mm:ss"));
}

namespace {

std::string intervalText(uint seconds) {
    constexpr std::pair<uint, const char*> kUnits[] = {
        {604800, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}};
    for (const auto& [size, unit] : kUnits)
        if (seconds % size == 0) {
            const uint count = seconds / size;
            return count == 1 ? unit : fmt::format("{} {}s", count, unit);
        }
    return fmt::format("{} seconds", seconds);
}

// "memory 2.0 GB, processor 50 %"; empty without any.
std::string limitsText(const SessionView& session) {
    QStringList parts;
    if (session.memoryLimit > 0)
        parts.append(QString::fromStdString("memory " + bytesText(session.memoryLimit)));
    if (session.cpuLimitPercent > 0)
        parts.append(QString("processor %1 %").arg(session.cpuLimitPercent));
    if (session.processLimit > 0)
        parts.append(QString("%1 processes").arg(session.processLimit));
    return text(parts.join(", "));
}

} // namespace

std::string scheduleText(const SessionView& session) {
    std::string said = session.scheduleSeconds == 0
                           ? "saved only when asked"
                           : "saved every " + intervalText(session.scheduleSeconds);
    if (session.scheduleSeconds > 0 &&
        session.pausedUntilUnixMs > QDateTime::currentMSecsSinceEpoch())
        said += ", paused until " + timeText(session.pausedUntilUnixMs);
    else if (session.nextSnapshotUnixMs > 0)
        said += ", next at " + timeText(session.nextSnapshotUnixMs);
    said += session.retention.isEmpty() ? "; all snapshots are kept"
                                        : "; kept are " + printable(session.retention);
    if (session.resumeAutomatically)
        said += "; brought back by itself when it was interrupted";
    return said;
}

std::string printable(const QString& string) {
    auto safe = string.toUcs4(); // whole characters: half of one is not printable
    std::ranges::replace_if(
        safe, [](uint character) { return !QChar::isPrint(character); }, uint{'?'});
    return text(
        QString::fromUcs4(reinterpret_cast<const char32_t*>(safe.constData()), safe.size()));
}

void printSessions(const Overview& overview) {
    if (overview.sessions.isEmpty()) {
        std::cout << "There is no session. \"entracte start -- PROGRAM\" makes one.\n";
        return;
    }
    std::size_t width = 4;
    for (const auto& session : overview.sessions)
        width = std::max(width, static_cast<std::size_t>(session.name.size()));
    fmt::print("{:<16}  {:<{}}  {:<11}  {:<16}  {:<12}  {:>7}  {:>9}  {}\n", "ID", "NAME", width,
               "STATE", "SCREEN", "NETWORK", "WINDOWS", "SNAPSHOTS", "NEWEST");
    for (const auto& session : overview.sessions) {
        const auto screen = session.display.isEmpty()
                                ? std::string("-")
                                : printable(session.screen) + " " + printable(session.display);
        const auto snapshots = overview.snapshotsOf(session);
        // Its ports are for "show".
        const auto network = printable(session.network.section(':', 0, 0));
        fmt::print("{:<16}  {:<{}}  {:<11}  {:<16}  {:<12}  {:>7}  {:>9}  {}\n", text(session.id),
                   printable(session.name), width, text(session.state), screen, network,
                   session.windows, snapshots.size(),
                   snapshots.isEmpty() ? "-" : timeText(snapshots.last().takenUnixMs));
        if (session.move == "given")
            fmt::print(
                "{:<16}  given to {}; whether it took it is not known: \"entracte move {}\" asks\n",
                "", printable(session.movePeer), text(session.id));
        else if (!session.move.isEmpty())
            fmt::print("{:<16}  {} {}\n", "",
                       session.move == "gone" ? "moved; it is at" : "about to arrive from",
                       printable(session.movePeer));
        if (session.blockers > 0)
            fmt::print("{:<16}  cannot be saved now: \"entracte show {}\" tells why\n", "",
                       printable(session.name));
    }
    if (const auto vault = overview.vaultOf(::getuid()); vault && vault->locked)
        fmt::print("Your vault is locked: nothing is saved or brought back until \"entracte vault "
                   "unlock\".\n");
}

Json toJson(const EntracteFindings& findings) {
    auto list = Json::array();
    for (const auto& finding : findings)
        list.push_back({{"blocks", finding.blocks},
                        {"program", text(finding.program)},
                        {"pid", finding.pid},
                        {"reason", text(finding.reason)},
                        {"remedy", text(finding.remedy)}});
    return list;
}

void printFindings(const EntracteFindings& findings) {
    for (const auto& finding : findings)
        fmt::print("  {} {} (pid {}): {} {}\n",
                   finding.blocks ? "cannot be saved:" : "careful:", printable(finding.program),
                   finding.pid, printable(finding.reason), printable(finding.remedy));
}

void printSession(const SessionView& session, const QList<SnapshotView>& snapshots,
                  const EntracteFindings& findings) {
    fmt::print("{} ({})\n", printable(session.name), text(session.id));
    fmt::print("  state     {}\n", text(session.state));
    fmt::print("  screen    {}{}\n", text(session.screen),
               session.display.isEmpty() ? "" : " on " + printable(session.display));
    if (session.screen == "window")
        fmt::print("  clipboard {}\n", session.clipboard ? "shared" : "its own");
    if (session.isPrivate)
        fmt::print("  private   its notifications, links and sound stay in it\n");
    fmt::print("  network   {}\n", printable(session.network));
    for (const auto& folder : session.share)
        fmt::print("  shares    {}\n", printable(folder));
    for (const auto& folder : session.shareReadOnly)
        fmt::print("  shares    {}, to read only\n", printable(folder));
    if (const auto limits = limitsText(session); !limits.empty())
        fmt::print("  limits    {}\n", limits);
    fmt::print("  command   {}\n", printable(session.command.join(' ')));
    fmt::print("  started   {}\n", timeText(session.createdUnixMs));
    fmt::print("  programs  {}, windows {}\n", session.programs, session.windows);
    fmt::print("  schedule  {}\n", scheduleText(session));
    printFindings(findings);
    if (snapshots.isEmpty()) {
        fmt::print("  no snapshots\n");
        return;
    }
    fmt::print("  {:<16}  {:<19}  {:<9}  {:>9}  {:>9}  {:>8}  {}\n", "SNAPSHOT", "TAKEN", "WHY",
               "STORED", "FREES", "FROZEN", "COMMENT");
    for (const auto& snapshot : snapshots)
        fmt::print("  {:<16}  {:<19}  {:<9}  {:>9}  {:>9}  {:>8}  {}{}{}\n", text(snapshot.id),
                   timeText(snapshot.takenUnixMs),
                   snapshot.locked ? "-" : printable(snapshot.origin),
                   bytesText(snapshot.storedBytes), bytesText(snapshot.uniqueBytes),
                   snapshot.locked ? "-" : durationText(snapshot.frozenMicros),
                   snapshot.pinned ? "[pinned] " : "",
                   snapshot.locked      ? "[encrypted, locked]"
                   : snapshot.encrypted ? "[encrypted] "
                                        : "",
                   printable(snapshot.comment));
    fmt::print("  FREES: what its deletion gives back, with the system's files that only it "
               "keeps; STORED is without those.\n");
}

void showProgress(const JobView& job, bool cancelling) {
    constexpr int kWidth = 30;
    const int full = static_cast<int>(std::lround(std::clamp(job.fraction, 0.0, 1.0) * kWidth));
    fmt::print(stderr, "\r\033[K[{}{}] {:3.0f} %  {}{}",
               std::string(static_cast<std::size_t>(full), '#'),
               std::string(static_cast<std::size_t>(kWidth - full), ' '), job.fraction * 100,
               cancelling ? "cancelling" : printable(job.phase),
               job.bytes > 0 ? "  " + bytesText(job.bytes) : "");
    std::fflush(stderr);
}

void clearProgress() {
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
}

int report(const Error& error, bool json) {
    return report(error, json, errorInfo(error.code()).exitStatus);
}

int report(const Error& error, bool json, int status) {
    const auto& info = errorInfo(error.code());
    if (json)
        printJson({{"error",
                    {{"code", std::string(info.name)},
                     {"message", error.forPerson()},
                     {"exit_status", status}}}});
    std::cerr << "entracte: " << error.forPerson() << '\n';
    return status;
}

int conclude(const Result<Json>& result, bool json) {
    if (!result)
        return report(result.error(), json);
    if (json)
        printJson(*result);
    return 0;
}

} // namespace entracte::cli
