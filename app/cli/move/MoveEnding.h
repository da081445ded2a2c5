#pragma once

// The end of a move, on the side that gives the session away: where it becomes the other side's,
// and how that is found out when the link is cut in that very moment (docs/moving.md).

#include "app/cli/Arguments.h"
#include "app/cli/move/MoveLink.h"
#include "app/cli/move/SshProcess.h"
#include "app/cli/move/StopWish.h"
#include "dbus/client/Client.h"

#include <chrono>
#include <memory>
#include <optional>

namespace entracte::cli {

// ssh, and the other side of it having said who it is.
struct Connection {
    static Result<std::unique_ptr<Connection>>
    open(const std::string& host, int stop,
         SshProcess::Questions questions = SshProcess::Questions::Yes);

    SshProcess ssh;
    std::optional<MoveLink> link;
    nlohmann::json hello;
    std::string user, host; // of the other side, printable

private:
    explicit Connection(SshProcess started) : ssh(std::move(started)) {}
};

struct MoveOutcome {
    enum class Where : std::uint8_t {
        There,   // the other side has it
        Here,    // the other side does not have it, and will not
        Unknown, // it stays given
    };
    Where where = Where::Unknown;
    std::optional<Error> reason; // but for There
    nlohmann::json there = nlohmann::json::object();
    std::chrono::steady_clock::time_point decided{}; // when that was heard
    // There, and only running: what came last is in no snapshot there, for all that is known.
    std::optional<Error> unstored{};
};

class MoveEnding {
public:
    MoveEnding(const Client& client, SessionView session, std::string host, std::string move,
               nlohmann::json go, const StopWish& stop);

    // All has arrived over `link`: gives it away.
    MoveOutcome commit(MoveLink& link);
    // The helper has given it away; `input` was typed meanwhile, and goes with it.
    MoveOutcome commitGiven(MoveLink& link, const nlohmann::json& input);
    // Given earlier; what became of it? Where it only waits for the word, it is taken back: what
    // had to be said with it is not known any more. Nor is, where it was taken, whether it is
    // stored.
    MoveOutcome settle(std::chrono::seconds limit);

    // It runs there. Earlier snapshots stay, with `keep` also a copy that can be resumed; what is
    // `unstored` there is kept here for the case that it must be taken back.
    Status finishHere(bool keep, bool unstored);
    // It does not: suspended here, and nobody else's.
    Status takeBack();

private:
    MoveOutcome sayGo(MoveLink& link);
    Result<MoveOutcome> giveOver(MoveLink& link);
    MoveOutcome isThere(nlohmann::json there) const; // and nothing more was heard
    Error notHeardStored() const;
    MoveOutcome ask(std::chrono::seconds limit, bool sayAgain);
    Error cutBefore() const;
    MoveOutcome settleOver(MoveLink& link, std::optional<Error> refusal, bool sayAgain);
    MoveOutcome dropThere(MoveLink& link, Error reason);
    Status step(const char* name);

    const Client& m_client;
    SessionView m_session;
    std::string m_host;
    std::string m_move;
    nlohmann::json m_go;
    const StopWish& m_stop;
};

} // namespace entracte::cli
