#include "app/cli/Confirmation.h"

#include "app/cli/Output.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace entracte::cli {
namespace {

std::string named(const SessionView& session) {
    return "\"" + printable(session.name) + "\"";
}

} // namespace

Status confirm(const Arguments& arguments, const std::string& question) {
    if (arguments.yes || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)
        return {};
    std::cerr << question << " [y/N] " << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer))
        std::cerr << '\n';
    std::ranges::transform(answer, answer.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    if (answer == "y" || answer == "yes")
        return {};
    return fail(ErrorCode::Cancelled, "Nothing was changed.");
}

std::string questionOfStop(const SessionView& session, const QList<SnapshotView>& snapshots) {
    const auto question = "Stop session " + named(session) + "? ";
    if (snapshots.isEmpty())
        return question + "It has no snapshot: all of it is lost.";
    return question + "What its programs did since the newest snapshot of " +
           timeText(snapshots.last().takenUnixMs) + " is lost.";
}

std::string questionOfDelete(const SessionView& session, const QList<SnapshotView>& snapshots) {
    const auto question = "Delete session " + named(session);
    if (snapshots.isEmpty())
        return question + "? It has no snapshot.";
    return question + " with its " +
           (snapshots.size() == 1 ? "only snapshot"
                                  : std::to_string(snapshots.size()) + " snapshots") +
           "? It cannot be brought back then.";
}

std::string questionOfDelete(const SessionView& session, const QList<SnapshotView>& snapshots,
                             const SnapshotView& snapshot) {
    const auto question = "Delete snapshot " + snapshot.id.toStdString() + " of " +
                          timeText(snapshot.takenUnixMs) + "?";
    if (snapshots.size() > 1)
        return question;
    return question + " It is the last snapshot of session " + named(session) + ".";
}

} // namespace entracte::cli
