#include "app/cli/VncCommand.h"

#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/VncServing.h"
#include "app/cli/move/StopWish.h"
#include "session/base/Subprocess.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <iostream>
#include <sstream>

namespace entracte::cli {

namespace {

std::string found(const std::string& folders, const char* program) {
    std::istringstream list(folders);
    for (std::string folder; std::getline(list, folder, ':');) {
        const auto path = std::filesystem::path(folder) / program;
        if (path.is_absolute() && ::access(path.c_str(), X_OK) == 0)
            return path.string();
    }
    return {};
}

bool knowsOption(const std::string& program, const std::string& option) {
    SubprocessSpec spec;
    spec.command = {program, "--help"};
    const auto help = runToEnd(std::move(spec), std::chrono::seconds(10));
    return help && (help->output + help->errors).find(option) != std::string::npos;
}

// A directory that nobody else can enter, so the socket's own mode does not matter.
Result<std::filesystem::path> socketDirectory() {
    const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
    if (runtime.isEmpty())
        return fail(ErrorCode::InvalidArgument, "There is no place for the socket.",
                    "XDG_RUNTIME_DIR is not set",
                    "Name one with --socket, in a directory that only you can enter.");
    const auto directory = std::filesystem::path(runtime.toStdString()) / "entracte";
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(Error::fromErrno("The socket's directory could not be made"));
    return directory;
}

Status checkPlace(const std::filesystem::path& socket) {
    struct stat place {};
    if (::stat(socket.parent_path().c_str(), &place) != 0)
        return fail(Error::fromErrno("The socket's directory cannot be used"));
    if (place.st_uid != ::geteuid() || (place.st_mode & 077) != 0)
        return fail(ErrorCode::InvalidArgument,
                    "Others could reach the socket there, and with it the session.", {},
                    "Take a directory of yours that only you can enter (chmod 700).");
    struct stat there {};
    if (::lstat(socket.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode))
        return fail(ErrorCode::InvalidArgument, "There is something else in the socket's place.");
    // What a comma, a colon or a blank would mean to ssh's -L or to the server is not found out.
    const std::string text = socket.string();
    if (text.size() >= sizeof(sockaddr_un::sun_path) ||
        text.find_first_of(" \t\n:,'\"\\") != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "The socket's path cannot be used.",
                    "too long, or with a blank, a colon, a comma or a quotation mark",
                    "Name another with --socket.");
    return {};
}

Status requireOwnScreen(const SessionView& session) {
    if (session.screen == "host")
        return fail(ErrorCode::InvalidArgument,
                    "The session's windows are on your own display, with everything else on it.",
                    {},
                    "Give it a screen of its own: \"entracte attach SESSION --screen headless\".");
    if (session.state != "running" && session.state != "starting")
        return fail(ErrorCode::InvalidArgument, "The session is not on a screen now.", {},
                    "Bring it back: \"entracte resume SESSION --screen headless\".");
    return {};
}

Result<std::filesystem::path> socketFor(const SessionView& session, const Arguments& arguments) {
    std::filesystem::path socket = arguments.socket;
    if (socket.empty()) {
        ENTRACTE_ASSIGN(directory, socketDirectory());
        socket = directory / (session.id.toStdString() + ".vnc");
    }
    socket = std::filesystem::absolute(socket);
    ENTRACTE_TRY(checkPlace(socket));
    return socket;
}

Status serve(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
    ENTRACTE_TRY(requireOwnScreen(session));
    ENTRACTE_ASSIGN(socket, socketFor(session, arguments));
    const auto say = [&arguments](const std::string& sentence) {
        if (!arguments.json)
            std::cout << sentence << std::endl;
    };
    const StopWish wish;
    VncServing serving(client, session, socket, arguments.readOnly, say);
    if (arguments.json)
        std::cout << Json{{"session", session.id.toStdString()}, {"socket", socket.string()}}
                  << std::endl;
    say("Session \"" + printable(session.name) + "\" is shown until you press Ctrl+C.");
    say("  Here:      vncviewer " + socket.string());
    say("  Elsewhere: ssh -L 5900:" + socket.string() +
        " THIS-COMPUTER, then a VNC viewer of localhost:5900");
    return serving.serve(wish.fd());
}

} // namespace

std::vector<std::string> commandOf(const VncServer& server, const std::string& folders) {
    std::vector<std::string> command;
    const std::string socket = server.socket.string();
    if (const auto tiger = found(folders, "X0tigervnc"); !tiger.empty()) {
        // x0vncserver(1): a negative port is none.
        command = {tiger,           "-display=" + server.display, "-rfbunixpath=" + socket,
                   "-rfbport=-1",   "-desktop=" + server.name,    "-rfbunixmode=0600",
                   "-AlwaysShared", "-SecurityTypes=None"};
        if (server.readOnly) {
            command.insert(command.end(), {"-AcceptKeyEvents=0", "-AcceptPointerEvents=0"});
            // Newer ones take the viewer's clipboard; older ones know no such option.
            if (knowsOption(tiger, "AcceptCutText"))
                command.emplace_back("-AcceptCutText=0");
        }
    } else if (const auto x11vnc = found(folders, "x11vnc"); !x11vnc.empty()) {
        // x11vnc(1): with -unixsock, port 0 is no port, and the one of IPv6 has its own option.
        command = {x11vnc,       "-norc",    "-display",  server.display, "-unixsock",
                   socket,       "-desktop", server.name, "-rfbport",     "0",
                   "-rfbportv6", "-1",       "-nopw",     "-forever",     "-shared",
                   "-quiet",     "-nolookup"};
        if (server.readOnly)
            command.emplace_back("-viewonly");
    }
    return command;
}

int vnc(const Client& client, const Arguments& arguments) {
    const auto served = serve(client, arguments);
    return served ? 0 : report(served.error(), arguments.json);
}

} // namespace entracte::cli
