#include "app/cli/move/MoveReceive.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Output.h"
#include "app/cli/TransferCommands.h"
#include "app/cli/move/ChunkShelf.h"
#include "app/cli/move/HostState.h"
#include "app/cli/move/MoveLink.h"
#include "app/cli/move/RemoteScreen.h"
#include "app/cli/move/RoundSnapshots.h"
#include "app/cli/move/Rounds.h"
#include "app/common/TransferFiles.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>

namespace entracte::cli {
namespace {

using namespace std::chrono_literals;
using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using Object = nlohmann::json;

constexpr auto kDecided = 90s; // how long a job that decides is waited for
constexpr std::size_t kName = 200;
constexpr std::uint64_t kSpoolReserve = 64ull << 20; // bytes that stay free

bool isId(const std::string& text) {
    return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::uint64_t numberIn(const Object& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool flagIn(const Object& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string userName() {
    const passwd* entry = ::getpwuid(::getuid());
    return entry ? entry->pw_name : std::to_string(::getuid());
}

std::string hostName() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

// One connection of the giving side's.
class Reception {
public:
    Reception(const Client& client, const Arguments& arguments, MoveLink& link)
        : m_client(client), m_arguments(arguments), m_link(link) {}

    Status run() {
        ENTRACTE_TRY(m_client.reachable());
        ENTRACTE_ASSIGN(facts,
                        valueOf(m_client.proxy<ManagerProxy>(Client::kRoot)->ArrivalFacts()));
        ENTRACTE_ASSIGN(overview, m_client.overview());
        const auto known = nlohmann::json::parse(facts.toStdString(), nullptr, false);
        ENTRACTE_TRY(m_link.sendObject(FrameKind::Hello, {{"protocol", kMoveProtocol},
                                                          {"version", ENTRACTE_VERSION},
                                                          {"user", userName()},
                                                          {"uid", ::getuid()},
                                                          {"host", hostName()},
                                                          {"facts", facts.toStdString()},
                                                          {"stages", flagIn(known, "stages")},
                                                          {"deltas", flagIn(known, "deltas")},
                                                          {"state", ownState(overview)}}));
        for (;;) {
            auto frame = m_link.receive();
            if (!frame) { // the other side has gone, which is how all ends
                dropWhatArrived();
                return {};
            }
            const auto object = parseObject(frame->payload);
            if (!object)
                return fail(object.error());
            if (const auto done = answer(frame->kind, *object); !done) {
                // What became of the session is asked for; the link may be used again.
                ENTRACTE_TRY(m_link.sendObject(FrameKind::Failed, errorToJson(done.error())));
            }
        }
    }

    void dropWhatArrived() {
        forgetReadied();
        if (!m_move.empty())
            static_cast<void>(step("drop"));
        m_move.clear();
    }

private:
    Status answer(FrameKind kind, const Object& object) {
        switch (kind) {
        case FrameKind::Offer:
            return offer(object);
        case FrameKind::Round:
            return round(flagIn(object, "stage"), flagIn(object, "deltas"));
        case FrameKind::Go:
            return go(object);
        case FrameKind::Ask:
            return ask(object);
        case FrameKind::Drop:
            return drop(object);
        default:
            return badProtocol("a frame of kind " + std::to_string(static_cast<int>(kind)));
        }
    }

    Status offer(const Object& object) {
        const auto move = textIn(object, "move", 16);
        const auto lineage = textIn(object, "lineage", 16);
        if (!isId(move) || !isId(lineage))
            return badProtocol("an offer without a move");
        std::vector<std::string> lacks;
        if (numberIn(object, "protocol") != kMoveProtocol)
            lacks.emplace_back("Its Entracte speaks another version of the move's protocol.");
        if (textIn(object, "user", kName) != userName() || numberIn(object, "uid") != ::getuid())
            lacks.push_back("You are " + userName() + " with the number " +
                            std::to_string(::getuid()) + " there, and " +
                            textIn(object, "user", kName) + " with the number " +
                            std::to_string(numberIn(object, "uid")) + " here.");
        const auto facts = object.find("facts");
        ENTRACTE_ASSIGN(
            lacking,
            valueOf(m_client.proxy<ManagerProxy>(Client::kRoot)
                        ->CheckArrival(facts != object.end() && facts->is_string()
                                           ? QString::fromStdString(facts->get<std::string>())
                                           : QString(),
                                       numberIn(object, "memory"), numberIn(object, "disk"))));
        for (const QString& one : lacking)
            lacks.push_back(one.toStdString());
        if (flagIn(object, "running")) {
            const auto screen = screenOf(object);
            if (!screen)
                lacks.push_back(screen.error().sentence());
            else
                m_screen = *screen;
        }
        ENTRACTE_ASSIGN(place, ChunkShelf::place());
        struct statvfs room {};
        if (::statvfs(place.c_str(), &room) == 0 &&
            room.f_bavail * room.f_frsize < numberIn(object, "disk") / 2 + kSpoolReserve)
            lacks.push_back("There is not enough room in " + place.string() + ".");
        std::size_t had = 0;
        if (lacks.empty()) {
            ENTRACTE_ASSIGN(shelf, ChunkShelf::open(place, lineage));
            m_shelf.emplace(std::move(shelf));
            had = m_shelf->size();
            m_offered = move;
            m_wishes = object;
            m_lineage = lineage;
            m_peer = textIn(object, "host", kName);
            dropEarlierMoves();
        }
        return m_link.sendObject(FrameKind::Answer, {{"lacks", lacks}, {"chunks", had}});
    }

    // What an attempt before this one left when its end was not heard: its machine has the session.
    void dropEarlierMoves() {
        const auto overview = m_client.overview();
        if (!overview)
            return;
        for (const auto& session : overview->sessions)
            if (session.move == "arriving" && session.lineage.toStdString() == m_lineage)
                static_cast<void>(valueOf(m_client.proxy<SessionProxy>(session.path)
                                              ->MoveStep("drop", session.moveId, {})));
    }

    // `stage`: the last one, which its Go takes at once. `deltas`: it names memory of the one
    // before.
    Status round(bool stage, bool deltas) {
        if (!m_shelf)
            return badProtocol("a round before an offer");
        m_move = m_offered;
        Status received;
        QVariantMap options{{"move", QString::fromStdString(m_move)},
                            {"peer", QString::fromStdString(m_peer)},
                            {"lineage", QString::fromStdString(m_lineage)}};
        if (stage)
            options.insert("stage", true);
        if (stage && deltas)
            options.insert("deltas", true);
        const auto session = importFrom(m_client, m_arguments, options, [&](int to) -> Status {
            Status wrote;
            received = receiveRound(m_link, *m_shelf, [&](std::string_view bytes) -> Status {
                while (!bytes.empty()) {
                    const ssize_t got = ::write(to, bytes.data(), bytes.size());
                    if (got < 0 && errno == EINTR)
                        continue;
                    if (got < 0)
                        return wrote = fail(Error::fromErrno("The session could not be given "
                                                             "to the helper"));
                    bytes.remove_prefix(static_cast<std::size_t>(got));
                }
                return {};
            });
            return received ? wrote : received;
        });
        ENTRACTE_TRY(received);
        if (!session)
            return fail(session.error());
        const auto told = m_link.sendObject(
            FrameKind::Arrived, {{"session", session->id.toStdString()}, {"staged", stage}});
        if (stage && told)
            makeReady(*session);
        return told;
    }

    // All that can be done before the word that it is ours. What fails is told with its answer.
    void makeReady(const SessionView& session) {
        m_readied = [&]() -> Result<QString> {
            ENTRACTE_ASSIGN(pipe, makePipe());
            ENTRACTE_ASSIGN(options, resumeOptions(m_wishes));
            options.insert("word", QVariant::fromValue(QDBusUnixFileDescriptor(pipe.read.get())));
            ENTRACTE_ASSIGN(job, valueOf(m_client.proxy<SessionProxy>(session.path)
                                             ->Resume(QDBusObjectPath("/"), options)));
            m_word = std::move(pipe.write);
            return job.path();
        }();
    }
    // It shall not run here, as far as we know.
    void forgetReadied() {
        m_word.reset();
        if (m_readied && *m_readied) // its files are gone when it has ended
            static_cast<void>(JobWatcher(m_client, **m_readied, false).wait());
        m_readied.reset();
    }
    Status sayWord(const SessionView& session, const Object& object) {
        ENTRACTE_TRY(*m_readied);
        const auto input = object.find("input");
        const std::string word = input != object.end() && input->is_object() ? input->dump() : "{}";
        for (std::string_view left = word; !left.empty();) {
            const ssize_t wrote = ::write(m_word.get(), left.data(), left.size());
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                break; // the job's error to tell
            left.remove_prefix(static_cast<std::size_t>(wrote));
        }
        m_word.reset();
        // It runs long before all is stored.
        Status told;
        bool runs = false;
        const auto tell = [&] {
            if (!std::exchange(runs, true))
                told = tellRuns(session, flagIn(object, "hears_stored"));
        };
        JobWatcher watcher(m_client, **m_readied, false);
        watcher.whenHeard([&](const JobView& job) {
            if (job.running && job.phase == "storing")
                tell();
        });
        const auto resumed = watcher.wait();
        m_readied.reset();
        if (!runs && !resumed && !isTaken(textIn(object, "move", 16)))
            return fail(resumed.error());
        tell();
        cleanUp(session);
        if (!told || !flagIn(object, "hears_stored"))
            return told;
        return m_link.sendObject(FrameKind::Stored,
                                 resumed ? Object::object()
                                         : Object{{"error", errorToJson(resumed.error())}});
    }
    // Also when what followed failed.
    bool isTaken(const std::string& move) const {
        const auto fate = valueOf(
            m_client.proxy<ManagerProxy>(Client::kRoot)->MoveFate(QString::fromStdString(move)));
        return fate && *fate == "taken";
    }
    // It is ours.
    Status tellRuns(const SessionView& session, bool storing) {
        m_move.clear();
        ENTRACTE_ASSIGN(properties,
                        m_client.properties(session.path, SessionProxy::staticInterfaceName()));
        const auto now = sessionView(session.path, properties);
        return m_link.sendObject(FrameKind::Runs, {{"session", now.id.toStdString()},
                                                   {"display", now.display.toStdString()},
                                                   {"storing", storing}});
    }

    Result<QVariantMap> resumeOptions(const Object& object) const {
        ENTRACTE_ASSIGN(options, m_screen ? Result<QVariantMap>(*m_screen) : screenOf(object));
        options.insert("move", QString::fromStdString(textIn(object, "move", 16)));
        if (const auto files = textIn(object, "files", 20); !files.empty())
            options.insert("files", QString::fromStdString(files));
        return std::move(options);
    }

    // The session that arrived by the move, and is not ours yet.
    Result<SessionView> arrived(const std::string& move) const {
        ENTRACTE_ASSIGN(overview, m_client.overview());
        for (const auto& session : overview.sessions)
            if (session.move == "arriving" && session.moveId.toStdString() == move)
                return session;
        return fail(ErrorCode::NotFound, "The session did not arrive.");
    }

    Status step(const char* name) const {
        ENTRACTE_ASSIGN(session, arrived(m_move));
        return valueOf(m_client.proxy<SessionProxy>(session.path)
                           ->MoveStep(name, QString::fromStdString(m_move), {}));
    }

    Result<QVariantMap> screenOf(const Object& object) const {
        auto kind = textIn(object, "screen", 20);
        if (kind != "window" && kind != "headless")
            kind = "host";
        QVariantMap options{{"screen", QString::fromStdString(kind)}};
        if (const auto width = numberIn(object, "width"), height = numberIn(object, "height");
            width > 0 && width < 32768 && height > 0 && height < 32768) {
            options.insert("width", QVariant::fromValue(static_cast<ushort>(width)));
            options.insert("height", QVariant::fromValue(static_cast<ushort>(height)));
        }
        if (kind == "headless")
            return options;
        const auto full = object.find("fullScreen");
        if (kind == "window" && full != object.end() && *full == true)
            options.insert("fullScreen", true);
        const auto wanted = textIn(object, "display", kName);
        const auto found = findScreen(wanted);
        if (!found)
            return fail(ErrorCode::ScreenUnavailable,
                        wanted.empty() ? "There is no display of yours there."
                                       : "There is no display " + wanted + " there.",
                        {}, "Say --screen headless, or name one with --display.");
        options.insert("display", QString::fromStdString(found->display));
        if (!found->xauthority.empty())
            options.insert("xauthority", QString::fromStdString(found->xauthority));
        return options;
    }

    Status go(const Object& object) {
        const auto move = textIn(object, "move", 16);
        ENTRACTE_ASSIGN(session, arrived(move));
        const auto proxy = m_client.proxy<SessionProxy>(session.path);
        if (!flagIn(object, "running")) {
            ENTRACTE_TRY(valueOf(proxy->MoveStep("take", QString::fromStdString(move), {})));
        } else if (m_readied && move == m_move) {
            return sayWord(session, object);
        } else if (object.contains("input")) {
            return fail(ErrorCode::NotFound,
                        "What came last of the session is not there any more.");
        } else {
            ENTRACTE_ASSIGN(options, resumeOptions(object));
            ENTRACTE_ASSIGN(job, valueOf(proxy->Resume(QDBusObjectPath("/"), options)));
            ENTRACTE_TRY(JobWatcher(m_client, job.path(), false).wait());
        }
        const auto told = tellRuns(session, false);
        cleanUp(session);
        return told;
    }

    // Nobody waits for this any more.
    void cleanUp(const SessionView& session) {
        if (m_shelf)
            m_shelf->clear();
        m_shelf.reset();
        keepNewestRound(m_client, session, m_peer);
    }

    Status ask(const Object& object) {
        const auto move = QString::fromStdString(textIn(object, "move", 16));
        const auto end = std::chrono::steady_clock::now() + kDecided;
        for (;;) {
            const auto fate = valueOf(m_client.proxy<ManagerProxy>(Client::kRoot)->MoveFate(move));
            if (fate)
                return m_link.sendObject(FrameKind::Fate, {{"fate", fate->toStdString()}});
            if (fate.error().code() != ErrorCode::Busy || std::chrono::steady_clock::now() > end)
                return fail(fate.error());
            std::this_thread::sleep_for(100ms);
        }
    }

    Status drop(const Object& object) {
        forgetReadied();
        const auto move = textIn(object, "move", 16);
        ENTRACTE_ASSIGN(session, arrived(move));
        ENTRACTE_TRY(valueOf(m_client.proxy<SessionProxy>(session.path)
                                 ->MoveStep("drop", QString::fromStdString(move), {})));
        m_move.clear();
        return m_link.sendObject(FrameKind::Dropped, Object::object());
    }

    const Client& m_client;
    const Arguments& m_arguments;
    MoveLink& m_link;
    std::optional<ChunkShelf> m_shelf;
    std::string m_offered; // the move that was offered
    std::string m_lineage;
    std::optional<QVariantMap> m_screen; // that the offer found: all stands still when it is needed
    Object m_wishes;                     // how it shall be shown, as offered
    // The job that waits for the word that the session is ours, or why there is none.
    std::optional<Result<QString>> m_readied;
    UniqueFd m_word;
    std::string m_peer;
    std::string m_move; // of which something may have arrived that is not ours
};

} // namespace

int moveReceive(const Client& client, const Arguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN); // the end of the link is seen by itself
    MoveLink link(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)),
                  UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)), -1);
    if (const auto greeted = link.greet(); !greeted)
        return report(greeted.error(), false);
    Reception reception(client, arguments, link);
    if (const auto ran = reception.run(); !ran) {
        static_cast<void>(link.sendObject(FrameKind::Failed, errorToJson(ran.error())));
        reception.dropWhatArrived();
        return errorInfo(ran.error().code()).exitStatus;
    }
    return 0;
}

} // namespace entracte::cli
