#include "app/cli/TransferCommands.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/Passphrase.h"
#include "app/common/SealedStream.h"
#include "session/base/ScopeExit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <thread>

namespace entracte::cli {
namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> makePipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Beside its place until it is whole: what a crash leaves is never taken for an export.
class NewFile {
public:
    static Result<NewFile> create(const std::string& path) {
        NewFile file;
        file.m_path = path;
        file.m_part = path + ".part";
        file.m_fd.reset(::open(file.m_part.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file.m_fd)
            return fail(Error::fromErrno("The file " + file.m_part + " could not be made"));
        return file;
    }
    NewFile(NewFile&& other) noexcept
        : m_path(std::move(other.m_path)), m_part(std::exchange(other.m_part, {})),
          m_fd(std::move(other.m_fd)) {}
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile() {
        if (!m_part.empty())
            ::unlink(m_part.c_str());
    }
    int fd() const { return m_fd.get(); }
    Status finish() {
        if (::fsync(m_fd.get()) != 0 || ::rename(m_part.c_str(), m_path.c_str()) != 0)
            return fail(Error::fromErrno("The file " + m_path + " could not be written"));
        m_part.clear();
        return {};
    }

private:
    NewFile() = default;
    std::string m_path;
    std::string m_part; // empty: it is in its place
    UniqueFd m_fd;
};

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
    }
    std::optional<NewFile> file;
    if (!toOutput) {
        ENTRACTE_ASSIGN(made, NewFile::create(arguments.file));
        file.emplace(std::move(made));
    }
    const int to = toOutput ? STDOUT_FILENO : file->fd();
    ENTRACTE_TRY(exportTo(client, arguments, chosen.snapshot, true, [&](int from) {
        return passphrase.empty() ? copyStream({}, from, to) : sealStream(from, to, passphrase);
    }));
    if (toOutput)
        return Json();
    struct stat info {};
    ::fstat(to, &info);
    ENTRACTE_TRY(file->finish());
    const auto bytes = static_cast<quint64>(info.st_size);
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
    const bool fromInput = arguments.file == "-";
    const UniqueFd file(fromInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                  : ::open(arguments.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return fail(Error::fromErrno("The file " + arguments.file + " could not be opened"));
    ENTRACTE_ASSIGN(beginning, readBeginning(file.get()));
    std::string passphrase;
    if (isSealed(beginning)) {
        ENTRACTE_ASSIGN(read, readPassphrase(arguments.passphraseFd, false));
        passphrase = read;
    }
    ENTRACTE_ASSIGN(session, importFrom(client, arguments, arguments.name, [&](int to) {
                        return isSealed(beginning)
                                   ? unsealStream(beginning, file.get(), to, passphrase)
                                   : copyStream(beginning, file.get(), to);
                    }));
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
                bool compress, const std::function<Status(int)>& take) {
    std::signal(SIGPIPE, SIG_IGN);
    ENTRACTE_ASSIGN(pipe, makePipe());
    // The call, which has a descriptor of its own, must be gone before the pipe is read to its end.
    const auto begun =
        valueOf(client.proxy<SnapshotProxy>(snapshot.path)
                    ->Export(QDBusUnixFileDescriptor(pipe.write.get()), {{"compress", compress}}));
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
                               const std::string& name, const std::function<Status(int)>& give) {
    std::signal(SIGPIPE, SIG_IGN);
    ENTRACTE_ASSIGN(pipe, makePipe());
    QVariantMap options;
    if (!name.empty())
        options["name"] = QString::fromStdString(name);
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
    const bool closed = !given && given.error().detail().ends_with(std::to_string(EPIPE));
    if (!given && !closed)
        return fail(given.error());
    if (!done)
        return fail(done.error());
    ENTRACTE_ASSIGN(properties, client.properties(*done, SessionProxy::staticInterfaceName()));
    return sessionView(*done, properties);
}

int transfer(const Client& client, const Arguments& arguments) {
    const auto result = arguments.verb == Verb::Export ? exportSession(client, arguments)
                                                       : importSession(client, arguments);
    if (!result)
        return report(result.error(), arguments.json);
    if (arguments.json)
        printJson(*result);
    return 0;
}

} // namespace entracte::cli
