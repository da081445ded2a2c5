// entracted: the privileged helper. Reads its options, opens the engine, and serves the bus until
// it is told to end. Sessions outlive it: the next one finds them again.

#include "dbus/service/JobLog.h"
#include "dbus/service/Service.h"
#include "dbus/service/XProxyParticipant.h"
#include "session/criu/Criu.h"
#include "session/doctor/Doctor.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>

namespace {

using namespace entracte;

// Sessions are not in their owner's slice, in which systemd counts what a person runs
// (logind.conf(5), UserTasksMax); so they get the same again.
std::uint32_t aThirdOfAllProcesses() {
    std::uint32_t most = 32768;
    for (const char* path : {"/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"})
        if (std::uint32_t number = 0; std::ifstream(path) >> number)
            most = std::min(most, number);
    return most / 3;
}

struct Options {
    service::BusKind bus = service::BusKind::System;
    EngineOptions engine;
    bool verbose = false;

    Options() {
        engine.stateDirectory = "/var/lib/entracte";
        engine.runtimeDirectory = "/run/entracte";
        engine.personLimits.processes = aThirdOfAllProcesses();
    }
};

// To the journal when systemd gave us one, otherwise to standard error.
void setUpLog(bool verbose) {
    std::shared_ptr<spdlog::logger> log;
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    if (journal)
        log = std::make_shared<spdlog::logger>(
            "entracted", std::make_shared<spdlog::sinks::systemd_sink_mt>("entracted", true));
    else
        log = std::make_shared<spdlog::logger>(
            "entracted", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    // The journal has time and level by itself, and ends lines.
    log->set_formatter(
        journal ? service::formatterWithJobs("%*%v", "")
                : service::formatterWithJobs("[%Y-%m-%d %H:%M:%S.%e] [%n] [%^%l%$] %*%v", "\n"));
    log->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
    log->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(log));
}

// What the command line and the configuration say; the status to exit with when they make no sense
// or only ask for help.
std::optional<int> read(int argc, char** argv, Options& options) {
    CLI::App app(
        "The privileged helper of Entracte: runs sessions, saves them and brings them back. "
        "It is started by the message bus or by systemd when somebody asks for it.",
        "entracted");
    bool onSystemBus = false;
    bool onSessionBus = false;
    app.set_version_flag("--version", std::string(ENTRACTE_VERSION));
    auto* const systemFlag =
        app.add_flag("--system", onSystemBus,
                     "Serve the system bus (the default; DBUS_SYSTEM_BUS_ADDRESS is honoured)")
            ->configurable(false);
    app.add_flag("--session", onSessionBus, "Serve the session bus, for trying things out")
        ->configurable(false)
        ->excludes(systemFlag);
    app.add_option("--state-dir", options.engine.stateDirectory,
                   "Where sessions and snapshots are kept")
        ->capture_default_str();
    app.add_option("--runtime-dir", options.engine.runtimeDirectory,
                   "Where locks, sockets and mounts are made")
        ->capture_default_str();
    app.add_option("--criu", options.engine.criu,
                   "The CRIU to use, instead of the first that works on this kernel");
    // 20GB is 20,000,000,000 bytes, 20GiB somewhat more.
    const CLI::AsSizeValue size(true);
    app.add_option("--store-limit", options.engine.storeLimits.maxBytes,
                   "What all snapshots together may take, such as 20GB; 0: no limit")
        ->transform(size);
    app.add_option("--keep-free", options.engine.storeLimits.minFree,
                   "What snapshots leave free of their file system, such as 2GB")
        ->transform(size);
    app.add_option("--person-memory", options.engine.personLimits.memoryBytes,
                   "What all sessions of one person together may have in memory; 0: no limit")
        ->transform(size);
    app.add_option("--person-processes", options.engine.personLimits.processes,
                   "How many processes and threads they may have; 0: no limit")
        ->capture_default_str();
    app.add_flag("-v,--verbose", options.verbose, "Log more");
    app.set_config("--config", "/etc/entracte/entracted.conf",
                   "A file with lines such as store-limit=20GB, by the names of these options");
    app.allow_config_extras(CLI::config_extras_mode::error);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    if (onSessionBus)
        options.bus = service::BusKind::Session;
    return std::nullopt;
}

// `readAnew`: the limits of the store as they are written now; nullopt when that makes no sense.
Status serve(const Options& options, const std::function<std::optional<StoreLimits>()>& readAnew) {
    ENTRACTE_ASSIGN(loop, service::BusLoop::open(options.bus));
    const auto& engineOptions = options.engine;
    service::Service service(*loop, [engineOptions] {
        return examineMachine({engineOptions.stateDirectory, [&]() -> Result<std::string> {
                                   ENTRACTE_ASSIGN(criu, Criu::find(engineOptions.criu,
                                                                    engineOptions.stateDirectory));
                                   return criu.version();
                               }});
    });
    auto engine = Engine::open(
        engineOptions,
        [](pid_t sessionInit) { return std::make_unique<service::XProxyParticipant>(sessionInit); },
        service.observer());
    if (!engine)
        return fail(engine.error());
    loop->onHangUp([&readAnew, serving = engine->get()] {
        if (const auto limits = readAnew()) {
            serving->setStoreLimits(*limits);
            spdlog::info("the limits of the store were read anew");
        } else {
            spdlog::error("the configuration makes no sense; the limits stay as they were");
        }
    });
    ENTRACTE_TRY(service.begin(std::move(*engine)));
    spdlog::info("entracted {} serves {}", ENTRACTE_VERSION, service::kBusName);
    const auto outcome = loop->run();
    spdlog::info("ending");
    service.end();
    return outcome;
}

} // namespace

int main(int argc, char** argv) {
    // Who reads an export may go away in the middle: an error of that job, not the end of the
    // helper.
    std::signal(SIGPIPE, SIG_IGN);
    Options options;
    if (const auto status = read(argc, argv, options))
        return *status;

    setUpLog(options.verbose);
    try {
        const auto readAnew = [&]() -> std::optional<StoreLimits> {
            Options fresh;
            if (read(argc, argv, fresh))
                return std::nullopt;
            return fresh.engine.storeLimits;
        };
        if (const auto status = serve(options, readAnew); !status) {
            spdlog::error("{}", status.error().forLog());
            std::cerr << "entracted: " << status.error().forPerson() << '\n';
            return errorInfo(status.error().code()).exitStatus;
        }
    } catch (const std::exception& exception) {
        spdlog::error("{}", exception.what());
        return errorInfo(ErrorCode::Internal).exitStatus;
    }
    return 0;
}
