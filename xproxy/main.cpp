// entracte-xproxy: an X display whose programs outlive the X server behind it.
//
//   entracte-xproxy --listen :50 --display :0      alone: programs on :50 are shown on :0
//   entracte-xproxy --move :50 :1                  they hop to :1
//   entracte-xproxy --audit :50                    compares the X server with what they made
//   entracte-xproxy --status :50                   tells what each program has made
//   entracte-xproxy --session --listen :0 --control PATH
//                                                  in a session: waits for a display channel

#include "xproxy/control/ControlServer.h"
#include "xproxy/control/Standalone.h"
#include "xproxy/proxy/Log.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using namespace entracte;
using namespace entracte::xproxy;

constexpr int kUsage = 2;

struct Options {
    std::string listen;
    std::string display;
    std::string control;
    std::string moveFrom;
    std::string moveTo;
    std::string audit;
    std::string status;
    bool session = false;
};

int usage() {
    std::fputs("Usage: entracte-xproxy --listen :N --display DISPLAY\n"
               "       entracte-xproxy --move :N DISPLAY\n"
               "       entracte-xproxy --audit :N\n"
               "       entracte-xproxy --status :N\n"
               "       entracte-xproxy --session --listen :N --control PATH\n",
               stderr);
    return kUsage;
}

// ":50" or "50".
std::optional<int> displayNumber(std::string_view text) {
    if (text.starts_with(':'))
        text.remove_prefix(1);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > 65'535)
        return {};
    return number;
}

std::optional<Options> parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        const auto value = [&](std::string& to) {
            if (i + 1 >= argc)
                return false;
            to = argv[++i];
            return true;
        };
        bool known = true;
        if (name == "--session")
            options.session = true;
        else if (name == "--listen")
            known = value(options.listen);
        else if (name == "--display")
            known = value(options.display);
        else if (name == "--control")
            known = value(options.control);
        else if (name == "--audit")
            known = value(options.audit);
        else if (name == "--status")
            known = value(options.status);
        else if (name == "--move")
            known = value(options.moveFrom) && value(options.moveTo);
        else
            known = false;
        if (!known)
            return {};
    }
    return options;
}

int report(const Error& error) {
    std::fputs((error.forPerson() + "\n").c_str(), stderr);
    if (!error.detail().empty())
        logLine("{}", error.forLog());
    return errorInfo(error.code()).exitStatus;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

void raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// An image of a few megabytes has a mapping of its own, which goes back to the kernel when it is
// replaced. By itself malloc would soon keep such blocks (mallopt(3), M_MMAP_THRESHOLD), and each
// snapshot would save what was in them.
void keepNoLargeBlocks() {
    constexpr int kLarge = 256 << 10;
    ::mallopt(M_MMAP_THRESHOLD, kLarge);
}

int serve(const Options& options, int number) {
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGCHLD, SIG_IGN); // screens are reaped by the kernel
    raiseDescriptorLimit();
    keepNoLargeBlocks();
    Proxy proxy;
    ServerChange change(proxy);
    ControlServer control(proxy, change);
    if (const auto done = proxy.listen(number); !done)
        return report(done.error());
    std::filesystem::path controlPath = options.control;
    if (!options.session) {
        control.openDisplay = startScreen;
        if (controlPath.empty()) {
            auto path = standaloneControlPath(number);
            if (!path)
                return report(path.error());
            controlPath = std::move(*path);
        }
    }
    proxy.core().segmentsByDescriptor = options.session;
    if (const auto done = control.listen(controlPath); !done)
        return report(done.error());
    if (!options.display.empty()) {
        auto channel = startScreen(options.display, environment("XAUTHORITY"));
        if (!channel)
            return report(channel.error());
        if (const auto done = change.attach(std::move(*channel)); !done)
            return report(done.error());
    }
    proxy.tidied = [&control, &change] {
        control.work();
        change.keepFresh();
    };
    proxy.run();
    return 0;
}

// Status 0: the server holds what the record says; 1: it differs.
int audit(const std::string& display) {
    const auto number = displayNumber(display);
    if (!number)
        return usage();
    const auto answer = auditDisplay(*number);
    if (!answer)
        return report(answer.error());
    std::fputs(answer->text.c_str(), stdout);
    return answer->same ? 0 : 1;
}

int status(const std::string& display) {
    const auto number = displayNumber(display);
    if (!number)
        return usage();
    const auto text = programsOfDisplay(*number);
    if (!text)
        return report(text.error());
    std::fputs(text->c_str(), stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto options = parse(argc, argv);
    if (!options)
        return usage();
    if (!options->moveFrom.empty()) {
        const auto number = displayNumber(options->moveFrom);
        if (!number)
            return usage();
        const auto done = moveDisplay(*number, options->moveTo, environment("XAUTHORITY"));
        if (!done)
            return report(done.error());
        std::printf("The programs of :%d are on %s now.\n", *number, options->moveTo.c_str());
        return 0;
    }
    if (!options->audit.empty())
        return audit(options->audit);
    if (!options->status.empty())
        return status(options->status);
    const auto number = displayNumber(options->listen);
    if (!number || (options->session && options->control.empty()))
        return usage();
    return serve(*options, *number);
}
