#include "app/cli/move/MoveEnding.h"

#include "EntracteProxies.h" // generated

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using Where = MoveOutcome::Where;
using Clock = std::chrono::steady_clock;

constexpr auto kSettleLimit = 60s;
constexpr int kBetweenTriesMs = 1000;
constexpr std::size_t kName = 200;

} // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& host, int stop,
                                                     SshProcess::Questions questions) {
    ENTRACTE_ASSIGN(ssh, SshProcess::start(host, questions));
    std::unique_ptr<Connection> connection(new Connection(std::move(ssh)));
    connection->link.emplace(std::move(connection->ssh.in), std::move(connection->ssh.out), stop);
    const auto met = [&]() -> Status {
        ENTRACTE_TRY(connection->link->meetOther());
        ENTRACTE_ASSIGN(hello, connection->link->expectObject(FrameKind::Hello));
        connection->hello = std::move(hello);
        return {};
    }();
    if (!met)
        return fail(isLinkCut(met.error()) ? connection->ssh.whyItEnded(host) : met.error());
    if (connection->hello.value("protocol", nlohmann::json()) != kMoveProtocol)
        return fail(ErrorCode::HostMismatch,
                    "The Entracte of " + host + " (" + textIn(connection->hello, "version", 40) +
                        ") speaks another version of the move's protocol.",
                    {}, "The same version is needed on both. Nothing was changed.");
    connection->user = textIn(connection->hello, "user", kName);
    connection->host = textIn(connection->hello, "host", kName);
    return connection;
}

MoveEnding::MoveEnding(const Client& client, SessionView session, std::string host,
                       std::string move, nlohmann::json go, const StopWish& stop)
    : m_client(client), m_session(std::move(session)), m_host(std::move(host)),
      m_move(std::move(move)), m_go(std::move(go)), m_stop(stop) {}

Status MoveEnding::step(const char* name) {
    return valueOf(
        m_client.proxy<SessionProxy>(m_session.path)
            ->MoveStep(name, QString::fromStdString(m_move), QString::fromStdString(m_host)));
}

MoveOutcome MoveEnding::commit(MoveLink& link) {
    // Nothing was said to the other side yet: whether this was written or not, it is ours.
    if (const auto given = step("give"); !given)
        return {Where::Here, given.error()};
    return sayGo(link);
}

MoveOutcome MoveEnding::commitGiven(MoveLink& link, const nlohmann::json& input) {
    m_go["input"] = input;
    return sayGo(link);
}

MoveOutcome MoveEnding::sayGo(MoveLink& link) {
    link.ignoreStop(); // from here on, both know too much to stop in the middle
    auto told = giveOver(link);
    if (told)
        return std::move(*told);
    if (!isLinkCut(told.error())) {
        auto outcome = settleOver(link, told.error(), true);
        if (outcome.where != Where::Unknown)
            return outcome;
    }
    return ask(kSettleLimit, true);
}

// It runs there when this returns no error, and most often is stored there, too.
Result<MoveOutcome> MoveEnding::giveOver(MoveLink& link) {
    m_go["hears_stored"] = true;
    ENTRACTE_TRY(link.sendObject(FrameKind::Go, m_go));
    ENTRACTE_ASSIGN(there, link.expectObject(FrameKind::Runs));
    MoveOutcome outcome = isThere(there);
    if (there.value("storing", nlohmann::json()) != true)
        return outcome;
    link.heedStop(m_stop.fd()); // of what follows, nothing hangs on this side
    const auto stored = link.expectObject(FrameKind::Stored);
    outcome.unstored.reset();
    if (!stored)
        outcome.unstored = stored.error();
    else if (const auto error = stored->find("error"); error != stored->end())
        outcome.unstored = errorFromJson(error->dump());
    return outcome;
}

MoveOutcome MoveEnding::isThere(nlohmann::json there) const {
    MoveOutcome outcome{Where::There, {}, std::move(there), Clock::now(), {}};
    if (m_go.contains("input")) // what was staged there is taken before it is stored
        outcome.unstored = notHeardStored();
    return outcome;
}

Error MoveEnding::notHeardStored() const {
    return {ErrorCode::System, m_host + " did not say that it is."};
}

MoveOutcome MoveEnding::settle(std::chrono::seconds limit) {
    auto outcome = ask(limit, false);
    if (outcome.where == Where::There) // nor is it known any more how the last of it went there
        outcome.unstored = notHeardStored();
    return outcome;
}

MoveOutcome MoveEnding::ask(std::chrono::seconds limit, bool sayAgain) {
    const auto end = std::chrono::steady_clock::now() + limit;
    MoveOutcome outcome;
    do {
        auto connection = Connection::open(m_host, m_stop.fd());
        if (!connection) {
            outcome.reason = connection.error();
        } else {
            outcome = settleOver(*(*connection)->link, {}, sayAgain);
            if (outcome.where != Where::Unknown || !isLinkCut(*outcome.reason))
                return outcome;
        }
    } while (std::chrono::steady_clock::now() < end && m_stop.sleep(kBetweenTriesMs));
    return outcome;
}

MoveOutcome MoveEnding::settleOver(MoveLink& link, std::optional<Error> refusal, bool sayAgain) {
    for (;;) {
        const auto answer = [&]() -> Result<nlohmann::json> {
            ENTRACTE_TRY(link.sendObject(FrameKind::Ask, {{"move", m_move}}));
            return link.expectObject(FrameKind::Fate);
        }();
        if (!answer)
            return {Where::Unknown, answer.error()};
        const auto fate = textIn(*answer, "fate", 20);
        if (fate == "taken")
            return isThere(nlohmann::json::object());
        if (fate == "dropped")
            return {Where::Here, refusal.value_or(cutBefore())};
        if (fate != "arriving")
            return {Where::Unknown,
                    Error(ErrorCode::NotFound, m_host + " knows nothing of this move."),
                    {}};
        if (refusal || !sayAgain)
            return dropThere(link, refusal.value_or(cutBefore()));
        // It waits for the word that was lost.
        auto told = giveOver(link);
        if (told)
            return std::move(*told);
        if (isLinkCut(told.error()))
            return {Where::Unknown, told.error()};
        refusal = told.error();
    }
}

Error MoveEnding::cutBefore() const {
    return {ErrorCode::System,
            "The connection to " + m_host + " was cut before it could take the session."};
}

MoveOutcome MoveEnding::dropThere(MoveLink& link, Error reason) {
    const auto dropped = [&]() -> Status {
        ENTRACTE_TRY(link.sendObject(FrameKind::Drop, {{"move", m_move}}));
        ENTRACTE_TRY(link.expect(FrameKind::Dropped));
        return {};
    }();
    if (!dropped)
        return {Where::Unknown, dropped.error()};
    return {Where::Here, std::move(reason)};
}

Status MoveEnding::finishHere(bool keep, bool unstored) {
    if (keep)
        return step("take-back");
    ENTRACTE_ASSIGN(overview, m_client.overview());
    if (unstored || overview.snapshotsOf(m_session).size() > 1)
        return step("leave");
    return valueOf(m_client.proxy<SessionProxy>(m_session.path)->Delete());
}

Status MoveEnding::takeBack() {
    return step("take-back");
}

} // namespace entracte::cli
