#pragma once

// The command line as a value. Parsing changes nothing and talks to nobody.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace entracte::cli {

enum class Verb {
    Start,
    Exec,
    List,
    Show,
    Snapshot,
    Suspend,
    Resume,
    Rollback,
    Clone,
    Rename,
    Comment,
    Pin,
    Unpin,
    Schedule,
    Limits,
    Clipboard,
    Windows,
    Picture,
    Attach,
    Detach,
    Vnc,
    Stop,
    Delete,
    Check,
    Gc,
    Prune,
    Copy,
    Export,
    Import,
    VaultCreate,
    VaultUnlock,
    VaultLock,
    VaultStatus,
    VaultChangePassphrase,
    VaultDelete,
    Push,
    Pull,
    RemoteAdd,
    RemoteRemove,
    RemoteList,
    RemoteCheck,
    RemotePrune,
    Move,
    MoveReceive,
    Hosts,
    Evacuate,
    Doctor
};

struct Arguments {
    Verb verb = Verb::List;
    bool json = false;
    bool sessionBus = false;
    bool quiet = false; // no progress
    bool yes = false;   // stop, delete: not asked

    std::string session;              // name or beginning of an id
    std::vector<std::string> command; // start, exec
    std::string name;                 // start, clone, rename
    std::string from;                 // start: the session whose snapshot it begins with
    std::string desktop;              // start: a whole desktop (DesktopSessions.h)
    std::string screen;               // "host", "window", "headless"; empty: not said
    std::optional<std::pair<std::uint16_t, std::uint16_t>> size; // pixels
    bool fullScreen = false;                                     // --size full
    std::vector<std::string> share;
    std::vector<std::string> shareReadOnly;
    std::vector<std::string> environment; // NAME=VALUE, on top of what is passed anyway
    bool clipboard = false;               // start: shared with the desktop
    bool isPrivate = false;               // start: no notifications and links for the desktop
    std::string clipboardShared;          // clipboard: "on", "off"
    std::string network;   // "nat", "none", "host-limited:PORT,PORT"; empty: not said
    std::string comment;   // snapshot, suspend, comment
    std::string snapshot;  // beginning of an id, or "newest"
    std::string output;    // picture: a file, "-" for standard output
    std::string socket;    // vnc: a path
    bool readOnly = false; // vnc: viewers may only look
    std::string copyFrom;  // cp: SESSION:PATH, or a file of the person's ("-": standard input)
    std::string copyTo;    // cp: the other one
    std::string file;      // export, import; "-": standard output, input
    bool encrypt = false;  // export: with a passphrase
    bool keyring = false;  // vault: the passphrase comes from, or is kept in, the keyring
    int passphraseFd = -1; // export, import, vault: where it is read from
    std::string files;     // "ask", "current", "saved", "both"
    std::optional<std::uint64_t> memoryLimit; // limits; bytes, 0: none, as the others
    std::optional<std::uint32_t> cpuLimit;    // percent of one processor
    std::optional<std::uint32_t> processLimit;
    std::optional<std::uint32_t> everySeconds; // start, schedule; 0: never
    std::optional<std::uint32_t> pauseSeconds; // schedule; 0: go on now
    std::optional<std::string> keep;           // start, schedule, prune; "all", or rules
    bool repair = false;                       // check
    bool readData = false;                     // check
    bool dryRun = false;                       // prune, snapshot, suspend, evacuate: only tell
    std::optional<bool> resumeAutomatically;   // schedule

    std::string remote;                        // a repository's name
    std::string address;                       // remote add
    std::string passphraseFile;                // remote add
    std::string passphraseCommand;             // remote add
    bool takeOver = false;                     // push, pull, resume, remote prune
    bool resumeToo = false;                    // pull
    std::optional<std::uint32_t> graceSeconds; // remote prune
    std::string host;               // move: [USER@]HOST, empty: the one that it is given to
    std::string display;            // move: of the other machine
    bool keepCopy = false;          // move: a suspended copy stays
    bool automatic = false;         // move: to whichever machine is the least busy
    std::vector<std::string> hosts; // hosts, evacuate; empty: all that are known
    std::uint32_t jobs = 2;         // evacuate: moves at once
    bool takeBack = false;          // move: it is here, whatever the other side says
};

// Parses; on success nullopt is returned and `arguments` filled, otherwise the exit status,
// everything (help, version, what was wrong) having been printed.
std::optional<int> parse(int argc, const char* const* argv, Arguments& arguments);

} // namespace entracte::cli
