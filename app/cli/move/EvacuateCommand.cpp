// "entracte evacuate": every session of the person's leaves this machine, before a reboot or an
// upgrade. Each is moved by an "entracte move" of its own, several at once.

#include "app/cli/Output.h"
#include "app/cli/move/HostState.h"
#include "app/cli/move/HostsCommand.h"
#include "app/cli/move/SessionNeeds.h"
#include "app/cli/move/StopWish.h"
#include "session/base/Subprocess.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 200ms;     // how often the wish to stop is looked for
constexpr std::size_t kTries = 3; // machines that are tried for one session

struct Task {
    SessionView session;
    std::uint64_t memory = 0;
    std::string host; // where it is now; empty: it stays
    std::int64_t downtimeMs = 0;
    std::optional<Error> problem; // why it stays
};

std::string nameOf(const SessionView& session) {
    return "\"" + printable(session.name) + "\"";
}

class Evacuation {
public:
    Evacuation(const Client& client, const Arguments& arguments)
        : m_client(client), m_arguments(arguments) {}

    Result<Json> run() {
        ENTRACTE_ASSIGN(overview, m_client.overview());
        for (const auto& session : overview.sessions)
            if (session.owner == ::getuid() && session.move != "gone" && session.move != "arriving")
                m_tasks.push_back({session, memoryNeeded(m_client, overview, session), {}, 0, {}});
        if (!m_tasks.empty()) {
            const auto hosts = hostsAskedFor(m_arguments);
            if (hosts.empty())
                return fail(noHosts());
            m_hosts = askHosts(hosts);
            m_given.resize(m_hosts.size());
            work();
        }
        return account();
    }
    // Of the first session that stays.
    int status() const {
        for (const Task& task : m_tasks)
            if (task.problem)
                return errorInfo(task.problem->code()).exitStatus;
        return 0;
    }

private:
    void work() {
        std::vector<std::thread> workers;
        const std::size_t count = std::min<std::size_t>(m_arguments.jobs, m_tasks.size());
        for (std::size_t i = 0; i < count; ++i)
            workers.emplace_back([this] {
                for (Task* task = next(); task; task = next())
                    evacuate(*task);
            });
        for (auto& worker : workers)
            worker.join();
    }

    Task* next() {
        const std::lock_guard lock(m_mutex);
        return m_next < m_tasks.size() ? &m_tasks[m_next++] : nullptr;
    }

    // To one machine after the other, until one takes it; what is refused changes nothing.
    void evacuate(Task& task) {
        if (!task.session.move.isEmpty())
            return stays(
                task, {ErrorCode::HostMismatch,
                       "It is not known whether " + printable(task.session.movePeer) + " has it.",
                       {},
                       "\"entracte move " + task.session.id.toStdString() + "\" asks again."});
        std::set<std::string> tried;
        Error problem(ErrorCode::NotFound, "No other machine can be reached that has room for it.",
                      {}, "\"entracte hosts\" tells of each.");
        while (tried.size() < kTries) {
            const auto at = choose(task, tried);
            if (!at)
                break;
            if (m_stop.made())
                return stays(task, {ErrorCode::Cancelled, "The evacuation was stopped."});
            if (m_arguments.dryRun)
                return goes(task, *at, 0);
            const auto moved = moveTo(task, m_hosts[*at].host);
            if (moved)
                return goes(task, *at, *moved);
            problem = moved.error();
            giveBack(task, *at);
            if (!isStillHere(task))
                break;
        }
        stays(task, problem);
    }

    std::optional<std::size_t> choose(const Task& task, std::set<std::string>& tried) {
        const std::lock_guard lock(m_mutex);
        for (const std::string& host : bestFor(task.memory, m_hosts, m_given, m_self)) {
            if (!tried.insert(host).second)
                continue;
            const auto at = static_cast<std::size_t>(
                std::ranges::find(m_hosts, host, &HostState::host) - m_hosts.begin());
            ++m_given[at].sessions;
            m_given[at].memory += task.memory;
            return at;
        }
        return std::nullopt;
    }
    void giveBack(const Task& task, std::size_t at) {
        const std::lock_guard lock(m_mutex);
        --m_given[at].sessions;
        m_given[at].memory -= task.memory;
    }

    // How long it stood still, in ms.
    Result<std::int64_t> moveTo(const Task& task, const std::string& host) {
        SubprocessSpec spec;
        std::error_code ignored;
        spec.command = {std::filesystem::read_symlink("/proc/self/exe", ignored).string(),
                        "--json",
                        "--quiet",
                        "move",
                        task.session.id.toStdString(),
                        host};
        if (m_arguments.sessionBus)
            spec.command.emplace_back("--session-bus");
        for (const auto& [option, value] :
             {std::pair{"--screen", m_arguments.screen}, std::pair{"--files", m_arguments.files}})
            if (!value.empty())
                spec.command.insert(spec.command.end(), {option, value});
        spec.environment.clear();
        for (char** entry = environ; *entry; ++entry)
            spec.environment.emplace_back(*entry);
        ENTRACTE_ASSIGN(child, Subprocess::start(spec));
        bool told = false;
        for (;;) {
            const auto ended = child.wait(kLook);
            if (!ended && ended.error().code() != ErrorCode::TimedOut)
                return fail(ended.error());
            if (ended)
                return outcome(child);
            if (m_stop.made() && !std::exchange(told, true))
                static_cast<void>(child.signal(SIGINT)); // it knows where it may stop
        }
    }

    static Result<std::int64_t> outcome(const Subprocess& child) {
        const auto said = nlohmann::json::parse(child.output(), nullptr, false);
        if (said.is_object() && said.contains("moved") && said.at("moved").is_object())
            return said.at("moved").value("downtime_ms", std::int64_t{0});
        if (said.is_object() && said.contains("error") && said.at("error").is_object()) {
            const auto& error = said.at("error");
            return fail(errorCodeFromName(error.value("code", "")), error.value("message", ""));
        }
        return fail(ErrorCode::Internal, "It is not known what became of the move.",
                    child.errors());
    }

    bool isStillHere(const Task& task) const {
        const std::lock_guard lock(m_mutex);
        const auto overview = m_client.overview();
        return overview && std::ranges::any_of(overview->sessions, [&](const SessionView& session) {
                   return session.id == task.session.id && session.move.isEmpty();
               });
    }

    void goes(Task& task, std::size_t at, std::int64_t downtimeMs) {
        task.host = m_hosts[at].host;
        task.downtimeMs = downtimeMs;
        say(nameOf(task.session) + (m_arguments.dryRun ? " would go to " : " is on ") + task.host +
            (downtimeMs > 0
                 ? ", and stood still for " + durationText(static_cast<quint64>(downtimeMs) * 1000)
                 : "") +
            ".");
    }
    void stays(Task& task, Error problem) {
        say(nameOf(task.session) + " stays: " + problem.sentence());
        task.problem = std::move(problem);
    }
    void say(const std::string& sentence) const {
        const std::lock_guard lock(m_mutex);
        if (!m_arguments.json)
            std::cout << sentence << std::endl;
    }

    Json account() const {
        Json moved = Json::array();
        Json stayed = Json::array();
        for (const Task& task : m_tasks) {
            const Json one{{"session", task.session.id.toStdString()},
                           {"name", task.session.name.toStdString()}};
            if (task.problem) {
                stayed.push_back(one);
                stayed.back()["code"] = errorInfo(task.problem->code()).name;
                stayed.back()["message"] = task.problem->sentence();
            } else {
                moved.push_back(one);
                moved.back()["host"] = task.host;
                moved.back()["downtime_ms"] = task.downtimeMs;
            }
        }
        if (!m_arguments.json) {
            if (m_tasks.empty())
                std::cout << "There is no session of yours here.\n";
            else
                std::cout << moved.size() << " of " << m_tasks.size()
                          << (m_arguments.dryRun ? " would move.\n" : " moved.\n");
        }
        return {
            {"evacuated", {{"moved", moved}, {"stayed", stayed}, {"dry_run", m_arguments.dryRun}}}};
    }

    const Client& m_client;
    const Arguments& m_arguments;
    const StopWish m_stop;
    const std::string m_self = ownMachine();
    std::vector<Task> m_tasks;
    std::vector<HostState> m_hosts;
    mutable std::mutex m_mutex;
    std::size_t m_next = 0;
    std::vector<Given> m_given;
};

} // namespace

int evacuate(const Client& client, const Arguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    Evacuation evacuation(client, arguments);
    const auto done = evacuation.run();
    if (!done)
        return report(done.error(), arguments.json);
    if (arguments.json)
        printJson(*done);
    return evacuation.status();
}

} // namespace entracte::cli
