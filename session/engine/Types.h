#pragma once

// The nouns of the engine, as values: what a session is made from, what is known of it, what is
// stored of it, and how a long job tells how far it is.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace entracte {

// Both are lower-case hexadecimal (16 digits), made by us, never by a caller; a caller's string is
// checked with parseId before it gets near a path.
using SessionId = std::string;
using SnapshotId = std::string;
Result<std::string> parseId(std::string_view text);
std::string newId();

// Whose session it is. Filled from the bus's word about the caller and the passwd database, never
// from an argument.
struct Person {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    std::string name;
    std::string home;
    std::string shell;
};
Result<Person> personOfUid(uid_t uid);

enum class ScreenKind : std::uint8_t { Host, Window, Headless };

struct ScreenSpec {
    ScreenKind kind = ScreenKind::Host;
    std::uint16_t width = 1280; // pixels; window and headless; 0 (both): as it was before
    std::uint16_t height = 800;
    std::string display; // host: DISPLAY of the caller
    std::string
        xauthority; // host, window: path of the cookie file, read as the person; may be empty
    bool clipboard = false; // window: its selections are shared with the display's
    // Of the caller, whose desktop shows the notifications (base/BusAddress.h); empty: the usual
    // one of the person. The helper remembers it, and no snapshot or export does.
    std::string sessionBus;
    bool fullScreen = false; // window: as large as the display that it is on, and nothing beside it
};

struct SharedFolder {
    std::string path; // absolute, the same inside; opened as the person
    bool readOnly = false;
};

// What a session's programs reach of the world.
enum class NetworkKind : std::uint8_t {
    None,       // each other, by loopback
    Nat,        // what the person's own programs reach, but for this computer's loopback
    HostLimited // named ports of this computer's loopback
};
inline constexpr std::size_t kMaxHostPorts = 64;

struct NetworkSpec {
    NetworkKind kind = NetworkKind::None;
    std::vector<std::uint16_t> hostPorts{}; // HostLimited
    bool required = true;                   // false: a machine that cannot make it does without
};

struct SessionSpec {
    std::string name; // shown to the person; printable UTF-8, 1..64 bytes
    ScreenSpec screen;
    std::vector<std::string> command; // may be empty: a session with nothing in it yet
    std::map<std::string, std::string> environment;
    std::string workingDirectory; // absolute; home when empty
    std::vector<SharedFolder> sharedFolders;
    NetworkSpec network;
    bool isPrivate = false; // the person's desktop shows none of its notifications, opens no link
    bool endsWithCommand = false; // as a login does
    std::int32_t commandPid = 0;  // in the session; 0: not started
};

enum class SessionState : std::uint8_t {
    Starting,
    Running,
    Detached,    // running without a screen
    Suspended,   // ended after a snapshot that was asked for
    Interrupted, // died without being asked; the newest snapshot can bring it back
    Ended,       // ended and without snapshots
};

// When a session is saved without being asked: every so often, if its programs ran since the last
// time, and not while it is paused.
struct Schedule {
    std::uint32_t everySeconds = 0; // 0: never
    std::int64_t pausedUntilUnixMs = 0;
};
inline constexpr std::uint32_t kMinScheduleSeconds = 10;
inline constexpr std::uint32_t kMaxScheduleSeconds = 366 * 24 * 3600;

// What a session may use at most; 0: as much as there is.
struct SessionLimits {
    std::uint64_t memoryBytes = 0;
    std::uint32_t cpuPercent = 0; // 100: one processor
    std::uint32_t processes = 0;  // threads, as the kernel counts them
};

// What a session uses, since it last began to run; all 0 on a machine without control groups.
struct SessionUsage {
    std::uint64_t memoryBytes = 0; // with what the kernel keeps of its files
    std::uint64_t cpuMicros = 0;
    std::uint32_t processes = 0;
};

// Where a session is while it moves to another machine, or came from one (docs/moving.md). What is
// marked so is resumed only by the move itself, so that it never runs on both sides.
enum class MoveState : std::uint8_t {
    None,
    Given,    // suspended here, and given to the peer, which may run it
    Gone,     // runs at the peer; what is left here are earlier snapshots
    Arriving, // here, and not given to us yet
};
struct MoveMark {
    MoveState state = MoveState::None;
    std::string id;   // of the move, the same on both sides: 16 hexadecimal digits
    std::string peer; // the other machine, as the person called it; printable
};
inline constexpr std::size_t kMaxPeer = 200; // bytes

// What a move does with its mark.
enum class MoveStep : std::uint8_t {
    Give,     // nothing -> Given: from now on the peer may run it
    Leave,    // Given -> Gone: the peer runs it
    TakeBack, // any -> nothing: the person, or the peer's word, says that it is here
    Take,     // Arriving -> nothing: it is here, and stays suspended
    Drop,     // Arriving -> as before it arrived
};

// What became of a move that arrived here.
enum class MoveFate : std::uint8_t { Unknown, Arriving, Taken, Dropped };

// How a snapshot goes out.
struct ExportWishes {
    bool compress = true;
    // Of a move: what its other side has already, an earlier snapshot of the session. Files of the
    // host that are in it are named, and not sent again.
    SnapshotId since;
};

// How a session goes out that stands still until it runs elsewhere.
struct DepartWishes {
    std::string comment; // of the snapshot that stays here
    SnapshotId since;    // the last one that the move has brought to where the session goes
    std::string move;
    std::string peer;
    bool deltas = false; // memory that is as it was in `since` is named, and not sent again
};

// How an exported session comes in.
struct ImportWishes {
    std::string name; // empty: the one it had
    // Of a move: its id, the peer, and the session where it first began, as its machine calls it.
    // Then the session is Arriving, and what arrives again with the same id becomes another
    // snapshot of it.
    std::string move;
    std::string peer;
    SessionId lineage;
    bool stage = false;  // it is kept in memory for the resume by the move, and not stored
    bool deltas = false; // staged: it names memory of what came before
};

// What a session that wants to come needs.
struct ArrivalNeeds {
    std::string facts; // arrivalFacts() of its machine
    std::uint64_t memoryBytes = 0;
    std::uint64_t diskBytes = 0;
};

// What a session's windows are on; all empty when they are on nothing.
struct ShownOn {
    std::string display;    // ":1"
    std::string place;      // name of the screen's place: where the next helper finds it
    std::string cookieFile; // of a server of the session's own, which the person may read
};

struct SessionInfo {
    SessionId id;
    std::string name;
    uid_t owner = 0;
    SessionState state = SessionState::Ended;
    NetworkSpec network;
    std::vector<SharedFolder> sharedFolders;
    ScreenKind screenKind = ScreenKind::Host;
    bool isPrivate = false;       // notifications and links stay in it
    bool clipboard = false;       // shared with the person's desktop, when its screen is a window
    std::string screenDisplay;    // ":1", what the windows are on, empty when detached
    std::string screenCookieFile; // of a server of the session's own; only its owner can read it
    std::vector<std::string> command;
    std::int64_t createdUnixMs = 0;
    std::uint32_t programs = 0; // processes in the session but for our own
    std::uint32_t windows = 0;  // mapped top-level windows
    std::uint32_t blockers = 0; // found by the last look: what keeps it from being saved
    Schedule schedule;
    std::int64_t nextSnapshotUnixMs = 0; // 0: none is planned
    std::string retention; // as session/engine/RetentionText.h writes it; empty: all are kept
    SessionLimits limits;
    bool resumeAutomatically = false; // after a crash or a reboot
    bool returnDue = false;           // a crash or the machine's end ended it, and nobody since
    MoveMark move;
    SessionId lineage; // the session that it was before it moved, on whatever machine; or its id
};

// Why a snapshot was taken.
enum class SnapshotOrigin : std::uint8_t {
    Asked,     // somebody asked for it
    Scheduled, // its time had come
    Rollback,  // so that a rollback can be undone
    Shutdown,  // the machine was about to go down
    Program,   // a program in it asked, which the person need not know of
};

// A window of a session, as a window manager shows it.
struct WindowInfo {
    std::string title;     // made printable
    std::string className; // WM_CLASS, "Mousepad"; made printable
    std::int32_t x = 0;    // pixels, relative to the screen
    std::int32_t y = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

// What is to be seen of a session.
struct Survey {
    std::vector<WindowInfo> windows; // topmost first
    std::string thumbnail;           // PNG; empty when there is none
};

// A document in a shared folder that a program of a snapshot had open, and that is not as it was.
struct ChangedFile {
    std::string path;
    bool removed = false; // else its content differs
};

// What becomes of such documents at a resume. A removed one is put back in any case.
enum class FilesPolicy : std::uint8_t {
    Ask,     // refuse, and name them
    Current, // they stay as they are
    Saved,   // they become as they were at the snapshot
    Both,    // as Saved, and the present ones are kept beside, under other names
};

// How a session is to be brought back.
struct ResumeWishes {
    std::optional<ScreenSpec> screen{}; // as before when nullopt
    FilesPolicy files = FilesPolicy::Ask;
    std::optional<NetworkSpec> network{}; // as before when nullopt
    std::string move{};                   // the move that brought it, and now takes it
    // Of what the move has staged: all is made ready, and the programs are brought back once it is
    // said here, the reading end of a pipe: what was typed while the session stood still, as JSON
    // (HeldInput.h). Its end without a word: nothing is brought back.
    std::shared_ptr<UniqueFd> word{};
};

struct SnapshotInfo {
    SnapshotId id;
    SessionId session;
    std::string comment;
    std::int64_t takenUnixMs = 0;
    std::uint64_t imageBytes = 0;  // of CRIU's images, uncompressed
    std::uint64_t storedBytes = 0; // on disk, but for the host's files
    std::uint64_t layerBytes = 0;  // of the session's own files, uncompressed
    // Files of the host that it counts on, which all snapshots share: uncompressed, and on disk.
    std::uint64_t hostFileBytes = 0;
    std::uint64_t hostFileStoredBytes = 0;
    std::uint32_t frozenMicros = 0;
    std::uint32_t totalMillis = 0; // from the request until it was stored safely
    std::uint32_t windows = 0;
    std::uint32_t programs = 0;
    bool suspended = false;
    bool pinned = false; // no retention rule removes it
    SnapshotOrigin origin = SnapshotOrigin::Asked;
    bool encrypted = false; // it lies in its owner's vault
    bool locked = false; // which is locked: only id, session, time, pin and bytes on disk are known
    std::uint64_t uniqueBytes = 0; // what deleting it frees on disk
};

// Where somebody's snapshots are kept encrypted, from the moment that it is made; each person has
// one or none. While it is locked, nothing can be stored in it or read from it.
struct VaultInfo {
    uid_t owner = 0;
    bool locked = true;
};

// One program that cannot be saved (blocker) or that will lose something (warning).
struct Finding {
    bool blocks = true;
    std::string program; // its name, as bytes a program chose, made printable
    pid_t pid = 0;       // on the host
    std::string reason;  // a sentence
    std::string remedy;  // a sentence
};

// How a long job tells where it is, and hears that it should stop. Shared by the job's thread and
// whoever shows it; all members are safe from any thread.
class JobControl {
public:
    struct Progress {
        std::string phase; // "preparing", "saving", "storing", "ending"; "verifying", "unpacking",
                           // "restoring", "redrawing"
        double fraction = 0; // 0..1 of the whole job
        std::uint64_t bytes = 0;
    };

    void report(std::string phase, double fraction, std::uint64_t bytes = 0) {
        std::function<void(const Progress&)> observer;
        Progress now{std::move(phase), fraction, bytes};
        {
            const std::lock_guard lock(m_mutex);
            observer = m_observer;
            now.fraction = m_from + (m_to - m_from) * fraction;
        }
        if (observer)
            observer(now);
    }
    void observe(std::function<void(const Progress&)> observer) {
        const std::lock_guard lock(m_mutex);
        m_observer = std::move(observer);
    }
    // What is reported from now on is this part of the whole job: for a job that is made of others.
    void enterPart(double from, double to) {
        const std::lock_guard lock(m_mutex);
        m_from = from;
        m_to = to;
    }
    void cancel() { m_cancelled = true; }
    bool cancelled() const { return m_cancelled; }
    // Cancelled when somebody asked; called between steps that can be undone.
    Status check() const {
        if (m_cancelled)
            return fail(ErrorCode::Cancelled, "The job was cancelled. Nothing was changed.");
        return {};
    }

private:
    std::mutex m_mutex;
    std::function<void(const Progress&)> m_observer;
    double m_from = 0;
    double m_to = 1;
    std::atomic<bool> m_cancelled{false};
};

} // namespace entracte
