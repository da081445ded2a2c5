// entracte-screen: knows the person's display and its cookie, and gives connected X sockets to a
// session's proxy. Started by entracted (as the person) or by a stand-alone entracte-xproxy.

#include "session/screen/Screen.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace {

using entracte::UniqueFd;
using entracte::screen::Kind;
using entracte::screen::ScreenOptions;

constexpr std::uint16_t kMinPixels = 64;
constexpr std::uint16_t kMaxPixels = 16384;

bool parseSize(const std::string& text, ScreenOptions& options) {
    const auto cross = text.find('x');
    const auto number = [&](std::size_t begin, std::size_t end, std::uint16_t& out) {
        const char* last = text.data() + end;
        const auto [stop, error] = std::from_chars(text.data() + begin, last, out);
        return error == std::errc{} && stop == last && out >= kMinPixels && out <= kMaxPixels;
    };
    return cross != std::string::npos && number(0, cross, options.width) &&
           number(cross + 1, text.size(), options.height);
}

// Takes a descriptor that was inherited by number.
UniqueFd inherited(int number) {
    if (number < 3 || ::fcntl(number, F_SETFD, FD_CLOEXEC) != 0)
        return {};
    return UniqueFd(number);
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Gives a session's windows a screen."};
    ScreenOptions options;
    std::string size = "1280x800";
    std::string cookieFile;
    int control = -1;
    int channel = -1;
    int helpers = -1;
    std::string directory;
    const std::map<std::string, Kind> kinds{
        {"host", Kind::Host}, {"window", Kind::Window}, {"headless", Kind::Headless}};
    app.add_option("--kind", options.kind, "host, window (Xephyr) or headless (Xvfb)")
        ->transform(CLI::CheckedTransformer(kinds));
    app.add_option("--display", options.display, "X display (default: $DISPLAY)");
    app.add_option("--xauthority", cookieFile, "cookie file (default: as every X client)");
    app.add_option("--size", size, "WIDTHxHEIGHT in pixels, of a window or headless screen");
    app.add_option("--title", options.title, "of a window");
    app.add_flag("--full-screen", options.fullScreen, "a window as large as the display");
    auto* byControl =
        app.add_option("--control-fd", control, "serve the helper on this descriptor");
    app.add_option("--channel-fd", channel, "serve one display channel on this descriptor")
        ->excludes(byControl);
    app.add_option("--helper-fd", helpers, "a bound socket on which the next helper connects")
        ->needs(byControl);
    app.add_option("--directory", directory, "an empty directory for the screen's own files");
    app.add_flag("--clipboard", options.clipboard, "share a window's selections with the display");
    CLI11_PARSE(app, argc, argv);

    spdlog::set_default_logger(spdlog::stderr_logger_st("entracte-screen"));
    ::umask(077);
    if (!parseSize(size, options)) {
        fmt::print(stderr, "\"{}\" is not a size. Give one like 1280x800.\n", size);
        return 2;
    }
    if (options.display.empty())
        options.display = environment("DISPLAY");
    options.cookieFile = cookieFile.empty() ? entracte::screen::defaultCookieFile()
                                            : std::filesystem::path(cookieFile);
    options.control = inherited(control);
    options.channel = inherited(channel);
    options.helpers = inherited(helpers);
    options.directory = directory;
    if (!options.control && !options.channel) {
        fmt::print(stderr, "entracte-screen is started by entracted or entracte-xproxy, with "
                           "--control-fd or --channel-fd.\n");
        return 2;
    }

    entracte::screen::Screen screen(std::move(options));
    if (const auto ended = screen.run(); !ended) {
        spdlog::error("{}", ended.error().forLog());
        return entracte::errorInfo(ended.error().code()).exitStatus;
    }
    return 0;
}
