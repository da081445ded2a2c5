#include "app/cli/move/HostsCommand.h"

#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/move/HostState.h"
#include "app/cli/move/MoveCommand.h"
#include "app/cli/move/SessionNeeds.h"
#include "app/common/HostList.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iostream>

namespace entracte::cli {

namespace {

std::string shown(const std::string& text) {
    return printable(QString::fromStdString(text));
}

Json toJson(const HostState& state, const std::string& self) {
    if (state.problem)
        return {{"host", state.host},
                {"error",
                 {{"code", errorInfo(state.problem->code()).name},
                  {"message", state.problem->sentence()}}}};
    return {{"host", state.host},
            {"this_machine", state.machine == self},
            {"load", state.load},
            {"processors", state.processors},
            {"memory_free_bytes", state.memoryFree},
            {"memory_total_bytes", state.memoryTotal},
            {"running", state.running},
            {"suspended", state.suspended}};
}

void print(const std::vector<HostState>& states, const std::string& self) {
    std::size_t width = 4;
    for (const auto& state : states)
        width = std::max(width, shown(state.host).size());
    std::cout << fmt::format("{:<{}}  {:>9}  {:>20}  SESSIONS\n", "HOST", width, "LOAD",
                             "FREE MEMORY");
    for (const auto& state : states) {
        const auto name = fmt::format("{:<{}}  ", shown(state.host), width);
        if (state.problem) {
            std::cout << name << state.problem->sentence() << '\n';
            continue;
        }
        std::cout << name
                  << fmt::format("{:>9}  {:>20}  {} running, {} suspended{}\n",
                                 fmt::format("{:.2f}/{}", state.load, state.processors),
                                 bytesText(state.memoryFree) + " of " +
                                     bytesText(state.memoryTotal),
                                 state.running, state.suspended,
                                 state.machine == self ? " (this machine)" : "");
    }
}

} // namespace

std::vector<std::string> hostsAskedFor(const Arguments& arguments) {
    return arguments.hosts.empty() ? knownHosts() : arguments.hosts;
}

Error noHosts() {
    return Error(ErrorCode::NotFound, "No other machine is known.")
        .withHint("Name some, write them into ~/.config/entracte/hosts, or into ~/.ssh/config.");
}

int listHosts(const Arguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto hosts = hostsAskedFor(arguments);
    const auto states = askHosts(hosts);
    const std::string self = ownMachine();
    if (arguments.json) {
        Json list = Json::array();
        for (const auto& state : states)
            list.push_back(toJson(state, self));
        printJson({{"hosts", list}});
    } else if (hosts.empty()) {
        return report(noHosts(), false);
    } else {
        print(states, self);
    }
    return 0;
}

int moveAnywhere(const Client& client, const Arguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto moved = [&]() -> Result<Json> {
        ENTRACTE_ASSIGN(overview, client.overview());
        ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
        const auto states = askHosts(hostsAskedFor(arguments));
        const auto best =
            bestFor(memoryNeeded(client, overview, session), states, {}, ownMachine());
        // The first that takes it; what one refuses changes nothing. Stopped is not refused.
        std::optional<Error> refusal;
        for (const std::string& host : best) {
            Arguments there = arguments;
            there.host = host;
            auto attempt = tryMove(client, there, session);
            if (attempt.moved || attempt.begun ||
                attempt.moved.error().code() == ErrorCode::Cancelled)
                return std::move(attempt.moved);
            refusal = attempt.moved.error();
            if (!arguments.quiet && !arguments.json)
                std::cerr << refusal->sentence() << '\n';
        }
        if (refusal)
            return fail(*refusal);
        for (const auto& state : states)
            if (state.problem && !arguments.json)
                std::cerr << shown(state.host) << ": " << state.problem->sentence() << '\n';
        return fail(states.empty()
                        ? noHosts()
                        : Error(ErrorCode::NotFound,
                                "No other machine can be reached that has room for the session.")
                              .withHint("\"entracte hosts\" tells of each. Nothing was changed."));
    }();
    return conclude(moved, arguments.json);
}

} // namespace entracte::cli
