#include "app/cli/move/MoveCommand.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/TransferCommands.h"
#include "app/cli/move/MoveEnding.h"
#include "app/cli/move/RoundSnapshots.h"
#include "app/cli/move/Rounds.h"
#include "app/cli/move/SessionNeeds.h"
#include "app/common/TransferFiles.h"

#include <pwd.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <csignal>
#include <iostream>

namespace entracte::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;
using Where = MoveOutcome::Where;

constexpr int kMaxRounds = 4;                    // while the session runs on
constexpr std::uint64_t kWorthARound = 1u << 20; // bytes over the link
constexpr double kShrinks = 0.7;
constexpr auto kSettleLimit = 20s;
// What would take longer might not get there before the helper's limit
// (EngineOptions::departLimit): it is stored first.
constexpr auto kDepartWithin = 60s;
constexpr std::uint64_t kLayerGuess = 64ull << 20; // bytes, of a session without a snapshot

std::string newMove() {
    unsigned char bytes[8];
    while (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    }
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::int64_t millis(Clock::duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

class Mover {
public:
    Mover(const Client& client, const Arguments& arguments, SessionView session)
        : m_client(client), m_arguments(arguments), m_session(std::move(session)),
          m_name("\"" + printable(m_session.name) + "\""),
          m_running(m_session.state != "suspended"),
          m_host(arguments.host.empty() ? m_session.movePeer.toStdString() : arguments.host) {}

    Result<Json> run() {
        if (m_arguments.takeBack)
            return takeBack();
        ENTRACTE_TRY(checkHostName(m_host));
        if (m_session.move == "given")
            return settle();
        ENTRACTE_TRY(checkMovable());
        m_move = newMove();
        tell({{"phase", "asking"}});
        ENTRACTE_ASSIGN(connection, Connection::open(m_host, m_stop.fd()));
        m_connection = std::move(connection);
        ENTRACTE_TRY(offer());
        m_sender.emplace(*m_connection->link); // it has begun
        const auto moved = m_running ? moveRunning() : moveSuspended();
        if (!moved)
            removeRounds();
        return moved;
    }

    bool begun() const { return m_sender.has_value(); }

private:
    Status checkMovable() const {
        if (!m_session.move.isEmpty())
            return fail(ErrorCode::HostMismatch,
                        "Session " + m_name +
                            (m_session.move == "gone" ? " is at " : " is about to arrive from ") +
                            printable(m_session.movePeer) + " already.");
        if (m_session.state == "running" || m_session.state == "detached" ||
            m_session.state == "suspended")
            return {};
        return fail(ErrorCode::InvalidArgument,
                    "Session " + m_name + " is " + m_session.state.toStdString() +
                        "; only one that runs or is suspended can move.",
                    {}, "Resume it first.");
    }

    std::unique_ptr<SessionProxy> proxy() const {
        return m_client.proxy<SessionProxy>(m_session.path);
    }
    void say(const std::string& sentence) const {
        if (!m_arguments.quiet && !m_arguments.json)
            std::cerr << sentence << '\n';
    }

    // Where it is, for a program that shows it to somebody.
    void tell(const Json& where) const {
        if (m_arguments.json && !m_arguments.quiet)
            std::cerr << where.dump() << std::endl;
    }

    // What the other side needs to know to show it.
    nlohmann::json wishes() const {
        nlohmann::json object{{"move", m_move},
                              {"running", m_running},
                              {"screen", m_arguments.screen.empty() ? m_session.screen.toStdString()
                                                                    : m_arguments.screen},
                              {"display", m_arguments.display},
                              {"files", m_arguments.files}};
        if (m_arguments.fullScreen)
            object["fullScreen"] = true;
        if (m_arguments.size) {
            object["width"] = m_arguments.size->first;
            object["height"] = m_arguments.size->second;
        }
        return object;
    }

    // Everything that can be known beforehand, before anything moves.
    Status offer() {
        ENTRACTE_ASSIGN(facts,
                        valueOf(m_client.proxy<ManagerProxy>(Client::kRoot)->ArrivalFacts()));
        ENTRACTE_ASSIGN(overview, m_client.overview());
        const auto snapshots = overview.snapshotsOf(m_session);
        const std::uint64_t memory = memoryNeeded(m_client, overview, m_session);
        const std::uint64_t files =
            snapshots.isEmpty() ? kLayerGuess
                                : snapshots.last().layerBytes + snapshots.last().hostFileBytes;
        char here[256] = {};
        ::gethostname(here, sizeof here - 1);
        const passwd* person = ::getpwuid(::getuid());
        auto object = wishes();
        const auto known = nlohmann::json::parse(facts.toStdString(), nullptr, false);
        m_stages = known.is_object() && known.value("stages", nlohmann::json()) == true &&
                   m_connection->hello.value("stages", nlohmann::json()) == true;
        m_deltas = known.is_object() && known.value("deltas", nlohmann::json()) == true &&
                   m_connection->hello.value("deltas", nlohmann::json()) == true;
        object.update({{"protocol", kMoveProtocol},
                       {"lineage", m_session.lineage.toStdString()},
                       {"user", person ? person->pw_name : ""},
                       {"uid", ::getuid()},
                       {"host", here},
                       {"facts", facts.toStdString()},
                       {"memory", memory},
                       {"disk", 2 * (memory + files)}});
        ENTRACTE_TRY(m_connection->link->sendObject(FrameKind::Offer, object));
        ENTRACTE_ASSIGN(answer, m_connection->link->expectObject(FrameKind::Answer));
        std::string lacks;
        if (const auto list = answer.find("lacks"); list != answer.end() && list->is_array())
            for (const auto& one : *list)
                if (one.is_string())
                    lacks += " " + printable(QString::fromStdString(one.get<std::string>()));
        if (!lacks.empty())
            return fail(ErrorCode::HostMismatch, m_host + " cannot take the session:" + lacks, {},
                        "Nothing was changed.");
        return {};
    }

    Result<SnapshotView> finish(QDBusPendingReply<QDBusObjectPath> reply) const {
        ENTRACTE_ASSIGN(job, valueOf(reply));
        ENTRACTE_ASSIGN(path, JobWatcher(m_client, job.path(), !m_arguments.quiet).wait());
        ENTRACTE_ASSIGN(properties,
                        m_client.properties(path, SnapshotProxy::staticInterfaceName()));
        return snapshotView(path, properties);
    }

    // A whole snapshot to the other side; it has stored it when this returns.
    Result<RoundFigures> sendRound(const SnapshotView& snapshot, bool last) {
        if (m_stop.made())
            return fail(ErrorCode::Cancelled, "The move was stopped.");
        const auto began = Clock::now();
        MoveLink& link = *m_connection->link;
        ENTRACTE_TRY(link.sendObject(FrameKind::Round, {{"last", last}}));
        RoundFigures figures;
        QVariantMap options{{"compress", false}};
        if (!m_brought.isEmpty())
            options.insert("since", m_brought);
        const auto exported = exportTo(m_client, m_arguments, snapshot, options, [&](int from) {
            const auto sent = m_sender->send(from);
            if (sent)
                figures = *sent;
            return sent ? Status() : Status(fail(sent.error()));
        });
        if (!exported)
            return fail(exported.error());
        ENTRACTE_TRY(link.expect(FrameKind::Arrived));
        m_brought = snapshot.id;
        m_roundTook = Clock::now() - began;
        noteRound(figures);
        return figures;
    }

    void noteRound(const RoundFigures& figures) {
        m_rounds.push_back({{"bytes", figures.bytes},
                            {"new_bytes", figures.newBytes},
                            {"sent_bytes", figures.sent},
                            {"ms", millis(m_roundTook)}});
        tell({{"sent_bytes", figures.sent}, {"bytes", figures.bytes}});
        say("Sent " + bytesText(figures.sent) + " for " + bytesText(figures.bytes) +
            " of the session.");
    }

    // While it runs on: the more has arrived, the shorter it will stand still.
    Status sendAhead() {
        std::uint64_t before = 0;
        for (int round = 1; round <= kMaxRounds; ++round) {
            tell({{"phase", "ahead"}, {"round", round}});
            ENTRACTE_ASSIGN(snapshot, finish(proxy()->Snapshot(
                                          QString::fromStdString(roundComment(m_move, round)))));
            m_ahead.append(snapshot.path);
            ENTRACTE_ASSIGN(figures, sendRound(snapshot, false));
            const bool shrinks = before == 0 || static_cast<double>(figures.newBytes) <
                                                    kShrinks * static_cast<double>(before);
            before = figures.newBytes;
            if (figures.sent < kWorthARound || !shrinks)
                break;
        }
        return {};
    }

    Result<Json> moveRunning() {
        if (const auto sent = sendAhead(); !sent)
            return fail(untouched(sent.error(), "The session runs on here."));
        if (m_stages && m_roundTook < kDepartWithin)
            return depart();
        return storeAndMove();
    }

    // The rest goes out while it is dumped and stored; the session stands still here until the
    // other side has all of it.
    Result<Json> depart() {
        tell({{"phase", "rest"}});
        ENTRACTE_ASSIGN(pipe, makePipe());
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
            return fail(Error::fromErrno("The helper could not be talked to"));
        UniqueFd talk(pair[0]);
        UniqueFd theirs(pair[1]);
        ENTRACTE_TRY(m_connection->link->sendObject(
            FrameKind::Round, {{"last", true}, {"stage", true}, {"deltas", m_deltas}}));
        QVariantMap options{{"move", QString::fromStdString(m_move)},
                            {"peer", QString::fromStdString(m_host)},
                            {"since", m_brought},
                            {"comment", QString::fromStdString("Before it moved to " + m_host)}};
        if (m_deltas)
            options.insert("deltas", true);
        const auto job = valueOf(proxy()->Depart(QDBusUnixFileDescriptor(pipe.write.get()),
                                                 QDBusUnixFileDescriptor(theirs.get()), options));
        pipe.write.reset();
        theirs.reset();
        if (!job)
            return fail(untouched(job.error(), "The session runs on here."));
        const auto given = sendDeparting(pipe.read.get(), talk.get());
        const auto told = Clock::now();
        if (!given) { // which ends the job, if it has not ended yet
            pipe.read.reset();
            talk.reset();
            return fail(notGiven(given.error(), job->path()));
        }
        MoveEnding ending(m_client, m_session, m_host, m_move, wishes(), m_stop);
        tell({{"phase", "giving"}});
        const auto outcome =
            ending.commitGiven(*m_connection->link, given->value("input", Json::object()));
        const std::chrono::milliseconds still(given->value("still_ms", std::int64_t{0}));
        const auto resumed = decided(outcome) - told;
        m_downtime = still + resumed;
        m_phases = {{"leave_ms", still.count()}, {"resume_ms", millis(resumed)}};
        // It tidies up; nothing can be done with the session before.
        const auto left = JobWatcher(m_client, job->path(), false).wait();
        if (outcome.where == Where::Unknown)
            return fail(unknown(*outcome.reason));
        if (outcome.where == Where::Here) {
            if (const auto back = ending.takeBack(); !back)
                return fail(staysGiven(*outcome.reason, back.error()));
            return fail(bringBack(*outcome.reason, left ? *left : QString("/")));
        }
        removeRounds();
        return done(ending, outcome);
    }

    // What the helper says once the session is given away.
    Result<Json> sendDeparting(int from, int talk) {
        const auto began = Clock::now();
        MoveLink& link = *m_connection->link;
        ENTRACTE_ASSIGN(figures, m_sender->send(from));
        ENTRACTE_TRY(link.expect(FrameKind::Arrived));
        m_roundTook = Clock::now() - began;
        noteRound(figures);
        if (m_stop.made())
            return fail(ErrorCode::Cancelled, "The move was stopped.");
        if (::send(talk, "a", 1, MSG_NOSIGNAL) != 1)
            return fail(notHeard());
        std::string line;
        char buffer[16384];
        while (!line.ends_with('\n')) {
            const ssize_t got = ::recv(talk, buffer, sizeof buffer, 0);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return fail(notHeard());
            line.append(buffer, static_cast<std::size_t>(got));
        }
        auto given = Json::parse(line, nullptr, false);
        return given.is_object() ? Result<Json>(std::move(given)) : fail(notHeard());
    }
    static Error notHeard() {
        return {ErrorCode::Cancelled, "The helper did not give the session away."};
    }

    // The job ends by itself. Whose error it was, and where the session is.
    Error notGiven(const Error& cause, const QString& path) {
        m_client.proxy<OrgEntracteEntracte1JobInterface>(path)->Cancel();
        const auto left = JobWatcher(m_client, path, false).wait();
        const bool ownReason = !left && left.error().code() != ErrorCode::Cancelled;
        const Error& reason = ownReason ? left.error() : cause;
        const auto now = m_client.properties(m_session.path, SessionProxy::staticInterfaceName());
        const auto view = now ? sessionView(m_session.path, *now) : m_session;
        if (view.state == "suspended") {
            // It may have been given away before its word was lost; nobody was told to take it.
            MoveEnding ending(m_client, m_session, m_host, m_move, wishes(), m_stop);
            if (view.move == "given")
                if (const auto back = ending.takeBack(); !back)
                    return staysGiven(reason, back.error());
            return bringBack(reason, left ? *left : QString("/"));
        }
        return untouched(reason, "The session goes on here.");
    }

    Result<Json> storeAndMove() {
        const auto began = Clock::now();
        tell({{"phase", "rest"}});
        const auto last =
            finish(proxy()->Suspend(QString::fromStdString("Before it moved to " + m_host)));
        if (!last) // the engine's own word: it goes on
            return fail(last.error());
        const auto suspended = Clock::now();
        const auto sent = sendRound(*last, true);
        if (!sent)
            return fail(bringBack(sent.error(), last->path));
        const auto arrived = Clock::now();
        MoveEnding ending(m_client, m_session, m_host, m_move, wishes(), m_stop);
        tell({{"phase", "giving"}});
        const auto outcome = ending.commit(*m_connection->link);
        m_downtime = decided(outcome) - began;
        m_phases = {{"suspend_ms", millis(suspended - began)},
                    {"last_round_ms", millis(arrived - suspended)},
                    {"resume_ms", millis(m_downtime - (arrived - began))}};
        if (outcome.where == Where::Unknown)
            return fail(unknown(*outcome.reason));
        if (outcome.where == Where::Here) {
            if (const auto back = ending.takeBack(); !back)
                return fail(staysGiven(*outcome.reason, back.error()));
            return fail(bringBack(*outcome.reason, last->path));
        }
        removeRounds();
        return done(ending, outcome);
    }

    Result<Json> moveSuspended() {
        ENTRACTE_ASSIGN(overview, m_client.overview());
        ENTRACTE_ASSIGN(newest, findSnapshot(overview, m_session, "newest"));
        tell({{"phase", "rest"}});
        if (const auto sent = sendRound(newest, true); !sent)
            return fail(untouched(sent.error(), "The session is suspended here, as before."));
        MoveEnding ending(m_client, m_session, m_host, m_move, wishes(), m_stop);
        tell({{"phase", "giving"}});
        const auto outcome = ending.commit(*m_connection->link);
        if (outcome.where == Where::Unknown)
            return fail(unknown(*outcome.reason));
        if (outcome.where == Where::Here) {
            if (const auto back = ending.takeBack(); !back)
                return fail(staysGiven(*outcome.reason, back.error()));
            return fail(untouched(*outcome.reason, "The session is suspended here, as before."));
        }
        return done(ending, outcome);
    }

    Result<Json> settle() {
        m_move = m_session.moveId.toStdString();
        m_running = true;
        MoveEnding ending(m_client, m_session, m_host, m_move, wishes(), m_stop);
        const auto outcome = ending.settle(kSettleLimit);
        if (outcome.where == Where::Unknown)
            return fail(unknown(*outcome.reason));
        removeSnapshots(m_client, roundsOf(m_client, m_session, m_move)); // of a killed process
        if (outcome.where == Where::There)
            return done(ending, outcome);
        ENTRACTE_TRY(ending.takeBack());
        return fail(outcome.reason->code(),
                    m_host + " did not take the session: " + outcome.reason->sentence(), {},
                    "It is suspended here; \"entracte resume\" brings it back.");
    }

    Result<Json> takeBack() {
        if (m_session.move.isEmpty())
            return fail(ErrorCode::InvalidArgument, "Session " + m_name + " is in no move.");
        MoveEnding ending(m_client, m_session, m_host, m_session.moveId.toStdString(), {}, m_stop);
        ENTRACTE_TRY(ending.takeBack());
        if (m_session.move == "given")
            removeSnapshots(m_client,
                            roundsOf(m_client, m_session, m_session.moveId.toStdString()));
        else if (m_session.move == "arriving") // the rounds are all that there is of it
            keepNewestRound(m_client, m_session, m_session.movePeer.toStdString());
        if (!m_arguments.json)
            std::cout << "Session " << m_name << " is here, suspended.\n";
        return Json{{"taken_back", m_session.id.toStdString()}};
    }

    // When it was heard where it is.
    static Clock::time_point decided(const MoveOutcome& outcome) {
        return outcome.decided == Clock::time_point() ? Clock::now() : outcome.decided;
    }

    // How to remove what it was when it left, and nothing else.
    std::string removal() const {
        const auto overview = m_client.overview();
        if (!overview)
            return {};
        const auto snapshots = overview->snapshotsOf(m_session);
        std::string command = "entracte delete " + m_session.id.toStdString();
        if (snapshots.size() > 1)
            command += " --snapshot " + snapshots.last().id.toStdString();
        return "; \"" + command + "\" removes it";
    }

    Result<Json> done(MoveEnding& ending, const MoveOutcome& outcome) {
        if (outcome.unstored)
            say("It runs there, and is not known to be stored there: " +
                outcome.unstored->forPerson() +
                (m_arguments.keepCopy
                     ? std::string()
                     : " So what it was when it left stays here" + removal() + "."));
        const auto finished = ending.finishHere(m_arguments.keepCopy, outcome.unstored.has_value());
        if (!finished)
            say("It runs there, but what is here could not be tidied up: " +
                finished.error().sentence());
        const auto total = millis(Clock::now() - m_began);
        if (!m_arguments.json) {
            std::cout << "Session " << m_name << (m_running ? " runs on " : " is on ") << m_host;
            if (m_downtime.count() > 0)
                std::cout << "; it stood still for "
                          << durationText(static_cast<quint64>(millis(m_downtime)) * 1000);
            std::cout << ".\n";
        }
        return Json{{"moved",
                     {{"session", m_session.id.toStdString()},
                      {"host", m_host},
                      {"there", textIn(outcome.there, "session", 16)},
                      {"display", textIn(outcome.there, "display", 100)},
                      {"kept", m_arguments.keepCopy},
                      {"stored", !outcome.unstored},
                      {"rounds", m_rounds},
                      {"downtime_ms", millis(m_downtime)},
                      {"phases", m_phases},
                      {"total_ms", total}}}};
    }

    // --- what failed, and where the session is

    static Error untouched(const Error& cause, const std::string& where) {
        return {cause.code(), "The session did not move: " + cause.sentence() + " " + where,
                cause.detail(), cause.hint()};
    }

    Error staysSuspended(const Error& cause, const Error& why) const {
        return {cause.code(),
                "The session did not move: " + cause.sentence() +
                    " It is suspended here, and could not be resumed: " + why.sentence(),
                cause.detail() + "; " + why.detail(),
                "\"entracte resume " + m_session.id.toStdString() + "\" brings it back."};
    }

    // It is marked as given away, and is not.
    Error staysGiven(const Error& cause, const Error& why) const {
        return {cause.code(),
                "The session did not move: " + cause.sentence() +
                    " It is suspended here, and could not be taken back: " + why.sentence(),
                cause.detail() + "; " + why.detail(),
                "\"entracte move " + m_session.id.toStdString() +
                    "\" tries that again; then \"entracte resume " + m_session.id.toStdString() +
                    "\" brings it back."};
    }

    Error unknown(const Error& cause) const {
        // Who asks again may have named another machine.
        const std::string peer = m_session.move == "given" ? printable(m_session.movePeer) : m_host;
        return {ErrorCode::System,
                "It is not known whether " + peer + " has the session: " + cause.sentence() +
                    " Until it is known, it stays suspended here.",
                cause.detail(),
                "\"entracte move " + m_session.id.toStdString() +
                    "\" asks again. If it does not run there, \"entracte move --take-back " +
                    m_session.id.toStdString() + "\" makes it this machine's."};
    }

    // As if nothing had been.
    Error bringBack(const Error& cause, const QString& snapshot) {
        const auto resumed = [&]() -> Status {
            ENTRACTE_ASSIGN(job, valueOf(proxy()->Resume(QDBusObjectPath(snapshot),
                                                         {{"files", QString("current")}})));
            ENTRACTE_TRY(JobWatcher(m_client, job.path(), !m_arguments.quiet).wait());
            if (m_session.state != "detached")
                return {};
            ENTRACTE_ASSIGN(detaching, valueOf(proxy()->Detach()));
            ENTRACTE_TRY(JobWatcher(m_client, detaching.path(), false).wait());
            return {};
        }();
        if (!resumed)
            return staysSuspended(cause, resumed.error());
        if (snapshot != "/")
            m_ahead.append(snapshot);
        return untouched(cause, "The session goes on here.");
    }

    void removeRounds() { removeSnapshots(m_client, std::exchange(m_ahead, {})); }

    const Client& m_client;
    const Arguments& m_arguments;
    SessionView m_session;
    const std::string m_name;
    bool m_running;
    const std::string m_host;
    const StopWish m_stop;
    const Clock::time_point m_began = Clock::now();
    Clock::duration m_downtime{};
    Json m_phases = Json::object(); // of the downtime
    std::string m_move;
    std::unique_ptr<Connection> m_connection;
    std::optional<RoundSender> m_sender;
    bool m_stages = false;         // both sides know how to depart
    bool m_deltas = false;         // then: memory that the other side has need only be named
    Clock::duration m_roundTook{}; // the last one
    QString m_brought;             // the snapshot that arrived last
    QList<QString> m_ahead;        // of earlier rounds: nobody's but ours
    Json m_rounds = Json::array();
};

} // namespace

MoveAttempt tryMove(const Client& client, const Arguments& arguments, const SessionView& session) {
    Mover mover(client, arguments, session);
    auto moved = mover.run();
    return {std::move(moved), mover.begun()};
}

int moveSession(const Client& client, const Arguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto moved = [&]() -> Result<Json> {
        ENTRACTE_ASSIGN(overview, client.overview());
        ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
        if (arguments.host.empty() && !arguments.takeBack && session.move != "given")
            return fail(ErrorCode::InvalidArgument, "It is not said where to.", {},
                        "Write \"entracte move SESSION [USER@]HOST\".");
        return tryMove(client, arguments, session).moved;
    }();
    return conclude(moved, arguments.json);
}

} // namespace entracte::cli
