#include "app/cli/move/RoundSnapshots.h"

#include "EntracteProxies.h" // generated

#include <chrono>
#include <thread>

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

constexpr const char* kRound = "Round ";
constexpr const char* kOfMove = " of move ";
constexpr auto kFree = 20s; // until then the session should be nobody's
constexpr auto kBetweenTries = 100ms;

} // namespace

std::string roundComment(const std::string& move, int round) {
    return kRound + std::to_string(round) + kOfMove + move;
}

bool isRoundComment(const std::string& comment) {
    return comment.starts_with(kRound) && comment.find(kOfMove) != comment.npos;
}

QList<QString> roundsOf(const Client& client, const SessionView& session, const std::string& move) {
    QList<QString> rounds;
    const auto overview = client.overview();
    if (!overview)
        return rounds;
    auto snapshots = overview->snapshotsOf(session);
    if (!snapshots.isEmpty())
        snapshots.removeLast();
    for (const auto& snapshot : snapshots) {
        const auto comment = snapshot.comment.toStdString();
        if (isRoundComment(comment) && comment.ends_with(kOfMove + move))
            rounds.append(snapshot.path);
    }
    return rounds;
}

void removeSnapshots(const Client& client, const QList<QString>& paths) {
    const auto end = std::chrono::steady_clock::now() + kFree;
    for (const QString& path : paths) {
        const auto proxy = client.proxy<SnapshotProxy>(path);
        for (;;) {
            const auto removed = valueOf(proxy->Delete());
            if (removed || removed.error().code() != ErrorCode::Busy ||
                std::chrono::steady_clock::now() > end)
                break;
            std::this_thread::sleep_for(kBetweenTries);
        }
    }
}

void keepNewestRound(const Client& client, const SessionView& session, const std::string& peer) {
    const auto overview = client.overview();
    if (!overview)
        return;
    auto snapshots = overview->snapshotsOf(session);
    if (snapshots.isEmpty())
        return;
    const auto newest = snapshots.takeLast();
    if (isRoundComment(newest.comment.toStdString()))
        static_cast<void>(
            valueOf(client.proxy<SnapshotProxy>(newest.path)
                        ->SetComment(QString::fromStdString("Just before it came from " + peer))));
    QList<QString> earlier;
    for (const auto& snapshot : snapshots)
        if (isRoundComment(snapshot.comment.toStdString()))
            earlier.append(snapshot.path);
    removeSnapshots(client, earlier);
}

} // namespace entracte::cli
