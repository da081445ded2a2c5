#pragma once

// What the helper remembers of a session over its own restart: STATE/sessions/ID/session.json,
// replaced as a whole.
//
// It is root's own file, and still read with care: a strange or damaged one is an error, never a
// guess.

#include "session/engine/Types.h"

#include <nlohmann/json.hpp>

namespace entracte {

// PID 1 of a running session, told from a later process that got the same number.
struct InitIdentity {
    pid_t pid = 0;                // on the host; 0: none
    std::uint64_t startTicks = 0; // field 22 of /proc/PID/stat
    std::string bootId;           // /proc/sys/kernel/random/boot_id
};

// Whether a session is to come back by itself (where its owner wants that at all). One that brings
// the machine down must not do so again and again.
enum class Return : std::uint8_t {
    None,
    Due,    // ended by a crash or by the machine's end
    Trying, // brought back, and not known yet to stay: ends it again unasked, it is left alone
};

struct SessionRecord {
    SessionId id;
    uid_t owner = 0;
    std::string ownerName;
    SessionSpec spec;
    SessionState state = SessionState::Starting;
    std::int64_t createdUnixMs = 0;
    ShownOn shownOn;
    InitIdentity init;
    std::string layer; // name of the folder in layers/ that the session uses
    Schedule schedule;
    std::string retention; // checked and canonical (RetentionText.h)
    SessionLimits limits;
    bool resumeAutomatically = false;
    Return comeback = Return::None;
    std::string previousLayer; // what it had before an unplanned end; kept until the next resume
    MoveMark move;
    SessionId lineage; // empty: its own id
    // Of a session that is arriving: the snapshots that came, and its mark before.
    std::vector<SnapshotId> arrived;
    MoveMark beforeArrival;
};

// As a snapshot has it, and so perhaps another machine: without the address of the person's bus.
nlohmann::json specToJson(const SessionSpec& spec);
Result<SessionSpec> specFromJson(const nlohmann::json& value);

// After an end that nobody asked for.
Return afterUnaskedEnd(Return before);

std::string formatRecord(const SessionRecord& record);
Result<SessionRecord> parseRecord(std::string_view text);

// Names in the caller's arguments that no session could have: InvalidArgument with a sentence.
// `asked`, with the size of `before` where none was asked for.
ScreenSpec sizedLike(ScreenSpec asked, const ScreenSpec& before);
Status checkSpec(const SessionSpec& spec);

} // namespace entracte
