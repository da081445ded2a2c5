#include "app/cli/CopyCommand.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/common/TransferFiles.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace entracte::cli {
namespace {

using SessionProxy = OrgEntracteEntracte1SessionInterface;

Result<SessionView> sessionCalled(const Client& client, const std::string& name) {
    ENTRACTE_ASSIGN(overview, client.overview());
    return findSession(overview, name);
}

template <typename Begun>
Status finish(const Client& client, const Arguments& arguments, const Begun& begun) {
    if (!begun)
        return fail(begun.error());
    JobWatcher watcher(client, begun->path(), !arguments.quiet && !arguments.json);
    const auto done = watcher.wait();
    return done ? Status() : Status(fail(done.error()));
}

Json told(const Arguments& arguments) {
    return Json{{"copied", {{"from", arguments.copyFrom}, {"to", arguments.copyTo}}}};
}

Result<Json> copyOut(const Client& client, const Arguments& arguments, const PlaceInSession& from) {
    ENTRACTE_ASSIGN(session, sessionCalled(client, from.session));
    const auto copy = [&](int to) {
        return finish(
            client, arguments,
            valueOf(client.proxy<SessionProxy>(session.path)
                        ->CopyOut(QString::fromStdString(from.path), QDBusUnixFileDescriptor(to))));
    };
    if (arguments.copyTo == "-") {
        ENTRACTE_TRY(copy(STDOUT_FILENO));
        return Json();
    }
    std::filesystem::path place(arguments.copyTo);
    std::error_code unknown;
    if (std::filesystem::is_directory(place, unknown))
        place /= std::filesystem::path(from.path).filename();
    ENTRACTE_ASSIGN(file, NewFile::create(place));
    ENTRACTE_TRY(copy(file.fd()));
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(file.fd(), 0666 & ~mask);
    ENTRACTE_TRY(file.finish());
    return told(arguments);
}

Result<Json> copyIn(const Client& client, const Arguments& arguments, const PlaceInSession& to) {
    ENTRACTE_ASSIGN(session, sessionCalled(client, to.session));
    const bool fromInput = arguments.copyFrom == "-";
    const UniqueFd file(fromInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                  : ::open(arguments.copyFrom.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0)
        return fail(Error::fromErrno("\"" + arguments.copyFrom + "\" could not be opened"));
    if (S_ISDIR(status.st_mode))
        return fail(ErrorCode::InvalidArgument, "\"" + arguments.copyFrom + "\" is a folder.", {},
                    "Files are copied one by one.");
    const std::string name =
        fromInput ? std::string() : std::filesystem::path(arguments.copyFrom).filename().string();
    const uint mode = S_ISREG(status.st_mode) ? status.st_mode & 0777U : 0644U;
    ENTRACTE_TRY(finish(
        client, arguments,
        valueOf(client.proxy<SessionProxy>(session.path)
                    ->CopyIn(QDBusUnixFileDescriptor(file.get()), QString::fromStdString(to.path),
                             QString::fromStdString(name), mode))));
    return told(arguments);
}

} // namespace

std::optional<PlaceInSession> placeInSession(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == text.npos || text.find('/') < colon)
        return std::nullopt;
    return PlaceInSession{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

int copyFile(const Client& client, const Arguments& arguments) {
    const auto from = placeInSession(arguments.copyFrom);
    const auto to = placeInSession(arguments.copyTo);
    if (from.has_value() == to.has_value())
        return report(Error(ErrorCode::InvalidArgument,
                            "One of the two must be SESSION:PATH, and the other a file of yours.",
                            {}, "A file of yours with a \":\" in its name is ./NAME."),
                      arguments.json);
    return conclude(from ? copyOut(client, arguments, *from) : copyIn(client, arguments, *to),
                    arguments.json);
}

} // namespace entracte::cli
