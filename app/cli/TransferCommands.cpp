#include "app/cli/TransferCommands.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/Passphrase.h"
#include "app/common/TransferFiles.h"
#include "session/base/ScopeExit.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

namespace entracte::cli {
namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

Result<Json> exportSession(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(chosen, chooseSnapshot(client, arguments.session));
    const bool toOutput = arguments.file == "-";
    if (toOutput && (::isatty(STDOUT_FILENO) != 0 || arguments.json))
        return fail(ErrorCode::InvalidArgument,
                    "An exported session is not for a terminal, and cannot stand beside JSON.", {},
                    "Name a file, or send it into a pipe.");
    std::string passphrase;
    if (arguments.encrypt || arguments.passphraseFd >= 0) {
        ENTRACTE_ASSIGN(read, readPassphrase(arguments.passphraseFd, true));
        passphrase = read;
    } else if (chosen.snapshot.encrypted)
        std::cerr << "entracte: This snapshot is encrypted in your vault, and the file will not "
                     "be: whoever reads it has what your programs knew. --encrypt seals it with "
                     "a passphrase.\n";
    std::optional<NewFile> file;
    if (!toOutput) {
        ENTRACTE_ASSIGN(made, NewFile::create(arguments.file));
        file.emplace(std::move(made));
    }
    const int to = toOutput ? STDOUT_FILENO : file->fd();
    ENTRACTE_TRY(exportTo(client, arguments, chosen.snapshot, {},
                          [&](int from) { return takeExport(from, to, passphrase); }));
    if (toOutput)
        return Json();
    const auto bytes = static_cast<quint64>(file->bytes());
    ENTRACTE_TRY(file->finish());
    if (!arguments.json)
        std::cout << "Wrote snapshot " << chosen.snapshot.id.toStdString() << " of \""
                  << printable(chosen.session.name) << "\" to " << arguments.file << " ("
                  << bytesText(bytes) << (passphrase.empty() ? "" : ", sealed") << ").\n";
    return Json{{"exported",
                 {{"session", chosen.session.id.toStdString()},
                  {"snapshot", chosen.snapshot.id.toStdString()},
                  {"file", arguments.file},
                  {"bytes", bytes},
                  {"sealed", !passphrase.empty()}}}};
}

Result<Json> importSession(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(stream,
                    arguments.file == "-"
                        ? ExportedStream::of(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)))
                        : ExportedStream::open(arguments.file));
    std::string passphrase;
    if (stream.isSealed()) {
        ENTRACTE_ASSIGN(read, readPassphrase(arguments.passphraseFd, false));
        passphrase = read;
    }
    QVariantMap options;
    if (!arguments.name.empty())
        options["name"] = QString::fromStdString(arguments.name);
    ENTRACTE_ASSIGN(session, importFrom(client, arguments, options,
                                        [&](int to) { return stream.give(to, passphrase); }));
    if (!arguments.json)
        std::cout << "Made the suspended session \"" << printable(session.name) << "\" ("
                  << session.id.toStdString() << ").\n";
    return Json{{"session", toJson(session)}};
}

} // namespace

Result<Chosen> chooseSnapshot(const Client& client, const std::string& named) {
    ENTRACTE_ASSIGN(overview, client.overview());
    // A session's name may hold an "@": the whole is tried first.
    const auto at = named.rfind('@');
    auto session = findSession(overview, named);
    std::string snapshot;
    if (!session && at != std::string::npos) {
        snapshot = named.substr(at + 1);
        session = findSession(overview, named.substr(0, at));
    }
    if (!session)
        return fail(session.error());
    if (snapshot.empty() && overview.snapshotsOf(*session).isEmpty())
        return fail(ErrorCode::NotFound, "The session has no snapshot yet.", {},
                    "Make one with \"entracte snapshot\", or \"entracte suspend\".");
    ENTRACTE_ASSIGN(found,
                    findSnapshot(overview, *session, snapshot.empty() ? "newest" : snapshot));
    return Chosen{*session, found};
}

Status exportTo(const Client& client, const Arguments& arguments, const SnapshotView& snapshot,
                const QVariantMap& options, const std::function<Status(int)>& take) {
    std::signal(SIGPIPE, SIG_IGN);
    ENTRACTE_ASSIGN(pipe, makePipe());
    // The call, which has a descriptor of its own, must be gone before the pipe is read to its end.
    const auto begun = valueOf(client.proxy<SnapshotProxy>(snapshot.path)
                                   ->Export(QDBusUnixFileDescriptor(pipe.write.get()), options));
    pipe.write.reset();
    if (!begun)
        return fail(begun.error());
    Status taken;
    std::thread taker([&] {
        taken = take(pipe.read.get());
        pipe.read.reset(); // on an error: the helper need not go on
    });
    const ScopeExit join([&] {
        if (taker.joinable())
            taker.join();
    });
    JobWatcher watcher(client, begun->path(), !arguments.quiet);
    const auto done = watcher.wait();
    taker.join();
    if (!taken)
        return taken;
    return done ? Status() : Status(fail(done.error()));
}

Result<SessionView> importFrom(const Client& client, const Arguments& arguments,
                               const QVariantMap& options, const std::function<Status(int)>& give) {
    std::signal(SIGPIPE, SIG_IGN);
    ENTRACTE_ASSIGN(pipe, makePipe());
    const auto begun = valueOf(client.proxy<ManagerProxy>(Client::kRoot)
                                   ->Import(QDBusUnixFileDescriptor(pipe.read.get()), options));
    pipe.read.reset();
    if (!begun)
        return fail(begun.error());
    Status given;
    std::thread giver([&] {
        given = give(pipe.write.get());
        pipe.write.reset();
    });
    const ScopeExit join([&] {
        if (giver.joinable())
            giver.join();
    });
    JobWatcher watcher(client, begun->path(), !arguments.quiet);
    const auto done = watcher.wait();
    giver.join();
    // A pipe that the helper closed is the helper's error to tell.
    if (!given && !isClosedPipe(given.error()))
        return fail(given.error());
    if (!done)
        return fail(done.error());
    ENTRACTE_ASSIGN(properties, client.properties(*done, SessionProxy::staticInterfaceName()));
    return sessionView(*done, properties);
}

int transfer(const Client& client, const Arguments& arguments) {
    const auto result = arguments.verb == Verb::Export ? exportSession(client, arguments)
                                                       : importSession(client, arguments);
    return conclude(result, arguments.json);
}

} // namespace entracte::cli
