#include "app/cli/move/HostState.h"

#include "app/cli/move/MoveEnding.h"
#include "app/cli/move/MoveProtocol.h"

#include <sodium.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace entracte::cli {

namespace {

constexpr std::size_t kAtOnce = 16;              // machines that are asked
constexpr int kPatience = 20;                    // seconds, of one
constexpr std::uint64_t kReserve = 128ull << 20; // bytes of memory that stay free

std::uint64_t meminfo(std::string_view key) {
    std::ifstream in("/proc/meminfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(key)) {
            std::istringstream value(line.substr(key.size()));
            std::uint64_t kibibytes = 0;
            value >> kibibytes;
            return kibibytes * 1024;
        }
    return 0;
}

double averageLoad() {
    double load[1] = {};
    return ::getloadavg(load, 1) == 1 ? load[0] : 0;
}

HostState ask(const std::string& host) {
    const UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec limit{{}, {kPatience, 0}};
    ::timerfd_settime(timer.get(), 0, &limit, nullptr);
    const auto connection = Connection::open(host, timer.get(), SshProcess::Questions::No);
    if (connection)
        return hostStateIn((*connection)->hello, host);
    HostState state;
    state.host = host;
    state.problem = connection.error();
    if (connection.error().code() == ErrorCode::Cancelled)
        state.problem = Error(ErrorCode::TimedOut, host + " gave no answer in " +
                                                       std::to_string(kPatience) + " seconds.");
    return state;
}

} // namespace

std::string ownMachine() {
    std::ifstream in("/etc/machine-id");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    text += name;
    // The id itself is nobody else's to know.
    text = "entracte host " + text;
    const auto hash = hashChunk(std::as_bytes(std::span(text)));
    std::string hex(2 * 8 + 1, '\0');
    ::sodium_bin2hex(hex.data(), hex.size(),
                     reinterpret_cast<const unsigned char*>(hash.bytes.data()), 8);
    hex.pop_back();
    return hex;
}

nlohmann::json ownState(const Overview& overview) {
    const auto count = [&](auto&& is) { return std::ranges::count_if(overview.sessions, is); };
    return {{"machine", ownMachine()},
            {"load", averageLoad()},
            {"processors", std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))},
            {"memory_free", meminfo("MemAvailable:")},
            {"memory_total", meminfo("MemTotal:")},
            {"running", count([](const SessionView& session) {
                 return session.state == "running" || session.state == "detached";
             })},
            {"suspended", count([](const SessionView& session) {
                 return session.state == "suspended" && session.move.isEmpty();
             })}};
}

HostState hostStateIn(const nlohmann::json& hello, const std::string& host) {
    HostState state;
    state.host = host;
    const auto said = hello.find("state");
    if (said == hello.end() || !said->is_object())
        return state;
    const auto number = [&](const char* key) -> std::uint64_t {
        const auto found = said->find(key);
        return found != said->end() && found->is_number_unsigned() ? found->get<std::uint64_t>()
                                                                   : 0;
    };
    const auto small = [&](const char* key) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(number(key), 1'000'000));
    };
    state.machine = textIn(*said, "machine", 16);
    if (const auto load = said->find("load"); load != said->end() && load->is_number())
        state.load = load->get<double>();
    if (!std::isfinite(state.load) || state.load < 0)
        state.load = 0;
    state.processors = std::max(1u, small("processors"));
    state.memoryFree = number("memory_free");
    state.memoryTotal = number("memory_total");
    state.running = small("running");
    state.suspended = small("suspended");
    return state;
}

std::vector<HostState> askHosts(const std::vector<std::string>& hosts) {
    std::vector<HostState> states(hosts.size());
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> askers;
    for (std::size_t i = 0; i < std::min(kAtOnce, hosts.size()); ++i)
        askers.emplace_back([&] {
            for (std::size_t at = next++; at < hosts.size(); at = next++)
                states[at] = ask(hosts[at]);
        });
    for (auto& asker : askers)
        asker.join();
    return states;
}

std::vector<std::string> bestFor(std::uint64_t memory, const std::vector<HostState>& hosts,
                                 const std::vector<Given>& given, const std::string& self) {
    struct Candidate {
        long pressure; // in tenths: what a minute's load has by chance does not count
        std::uint64_t free;
        std::string host;
    };
    std::vector<Candidate> candidates;
    std::set<std::string> seen{self};
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const HostState& one = hosts[i];
        const Given more = i < given.size() ? given[i] : Given{};
        const std::uint64_t taken = memory + more.memory + kReserve;
        if (one.problem || taken > one.memoryFree ||
            (!one.machine.empty() && !seen.insert(one.machine).second))
            continue;
        const double pressure =
            one.pressure() + static_cast<double>(more.sessions) / one.processors;
        candidates.push_back(
            {std::lround(10 * std::min(pressure, 1e6)), one.memoryFree - more.memory, one.host});
    }
    std::ranges::stable_sort(candidates, [](const Candidate& a, const Candidate& b) {
        return a.pressure != b.pressure ? a.pressure < b.pressure : a.free > b.free;
    });
    std::vector<std::string> best;
    for (const Candidate& candidate : candidates)
        best.push_back(candidate.host);
    return best;
}

} // namespace entracte::cli
