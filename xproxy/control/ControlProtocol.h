#pragma once

// How the outside steers entracte-xproxy: SOCK_SEQPACKET on a listening unix socket of the proxy's.
//
// A listening socket is saved by CRIU like any other; a connection to the outside is not. So
// whoever steers connects, talks, and the proxy closes *every* control connection and display
// channel right after it answered Prepare: at the moment of a dump only the X connections
// themselves reach outside, and their inodes are in that answer. After the thaw or the restore one
// connects anew.
//
// A connection begins in the request-answer role. `BecomeDisplayChannel` and `BecomeShmChannel`
// turn it round: from then on the proxy asks on it. All messages are of fixed size but for
// Prepare's list and what is said so of, and all numbers are in host byte order. Any program of the
// session can reach this socket or take its place: the helper believes nothing that it reads here
// beyond its type.

#include <cstddef>
#include <cstdint>

namespace entracte::xcontrol {

inline constexpr std::uint32_t kMagic = 0x31435845; // "EXC1"
inline constexpr std::size_t kMaxUpstreams = 1024;
inline constexpr const char* kContainerPath = "/run/entracte/xproxy"; // inside a session

enum class Operation : std::uint32_t {
    Status = 1,   // answered at once
    Prepare = 2,  // be still and capture; answered by Answer + upstream inodes (u64 each)
    Continue = 3, // go on after Prepare (thawed, or the job was given up)
    Detach = 4,   // leave the server: be still, capture, close all upstream connections, wait
    BecomeDisplayChannel =
        5,                // no answer; a proxy that has no server, or another one, rebuilds on this
    BecomeShmChannel = 6, // no answer; the proxy sends ShmRequest, gets ShmAnswer
    WaitState = 7,        // answered when the state serial is no longer `argument`, or after 10 s
    Audit = 8, // answered by Answer + AuditNumbers + text (UTF-8): argument 0 of the last rebuild,
               // 1 of now (the server is asked, programs are held for so long)
    Programs = 9, // answered at once by Answer + text (UTF-8): what each program has made, and how
                  // much of the record that takes
    SinceInput = 10, // answered at once by Answer + u64: ms since the person's last key, button,
                     // touch or pointer over a program's window; UINT64_MAX when there was none
};

struct Request {
    std::uint32_t magic;
    Operation operation;
    std::uint64_t argument;
};
static_assert(sizeof(Request) == 16);

enum class State : std::uint32_t {
    Waiting = 0,    // no server: programs are held
    Rebuilding = 1, // replaying the record on a new server
    Attached = 2,   // running
    Prepared = 3,   // still, between Prepare and Continue
};

enum class Failure : std::uint32_t {
    None = 0,
    TimedOut = 1,         // the server did not answer in time
    ServerUnsuitable = 2, // lacks a depth, visual or extension that the programs use
    ServerLost = 3,       // went away meanwhile
    Internal = 4,
};

struct Answer {
    std::uint32_t magic;
    Operation operation; // what is answered
    Failure failure;     // of this operation, or of the last rebuild for Status and WaitState
    State state;
    std::uint64_t stateSerial;     // grows with every change of state
    std::uint32_t clients;         // programs' connections
    std::uint32_t topLevelWindows; // mapped children of a root that programs of the session made
    std::uint32_t upstreamCount;   // Prepare: this many u64 inodes follow
    std::uint32_t rebuildMicros;   // how long the last rebuild took
    std::uint64_t capturedBytes;   // pixmap contents held in the record
};
static_assert(sizeof(Answer) == 48);

// How the server compares with the record. Everything 0 before the first rebuild.
struct AuditNumbers {
    std::uint32_t complete;    // 1: the server answered every question in time
    std::uint32_t compared;    // facts
    std::uint32_t differences; // that should not be
    std::uint32_t byRule;      // that have a named reason
    std::uint32_t unasked;     // things about which the protocol has no question
    std::uint32_t micros;
};
static_assert(sizeof(AuditNumbers) == 24);
inline constexpr std::size_t kMaxAuditText = 64u << 10; // bytes; also of the list of programs

struct ShmRequest { // proxy -> helper: a descriptor for this System V segment of the session,
                    // please
    std::uint32_t magic;
    std::int32_t shmid;
};
struct ShmAnswer { // helper -> proxy, with one descriptor when errnoValue is 0
    std::uint32_t magic;
    std::int32_t errnoValue;
    std::uint64_t sizeBytes;
};

} // namespace entracte::xcontrol
