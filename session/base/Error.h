#pragma once

// What went wrong, in one value that travels from the place where it happened to the person.
//
// An Error carries one sentence for the person (what happened, what is safe), a hint (the next
// step), a detail for the log, and optionally the error that caused it. ErrorCode is the stable
// part: one table (errorInfo) maps it to its D-Bus error name and the exit status of the CLI.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entracte {

enum class ErrorCode : std::uint8_t {
    Internal,          // a broken promise of our own code
    InvalidArgument,   // what was asked makes no sense
    NotFound,          // no such session, snapshot, program or file
    NotAuthorized,     // polkit said no
    Busy,              // another job holds the session
    Cancelled,         // the person asked to stop
    TimedOut,          // a participant gave no answer in its time
    CriuMissing,       // no CRIU that works on this kernel
    KernelUnsuitable,  // the kernel lacks a feature
    ScreenUnavailable, // the X server cannot be reached or does not offer what is needed
    NotCheckpointable, // something in the session cannot be saved
    DumpFailed,        // CRIU could not save
    RestoreFailed,     // CRIU could not bring back
    SnapshotDamaged,   // a stored part is missing, truncated or altered
    NoSpace,           // disk or memory full
    HostMismatch,      // this machine cannot run what the snapshot holds
    SessionEnded,      // the session died meanwhile
    FilesChanged,      // documents were changed outside meanwhile, and nobody said which count
    VaultLocked,       // it lies (or would be stored) in a vault that is locked
    System,            // a system call failed; detail names it
};

struct ErrorInfo {
    ErrorCode code;
    std::string_view name;   // "Busy", also the last part of the D-Bus error name
    std::uint8_t exitStatus; // of the CLI, documented in entracte(1)
};

// Prefix of every D-Bus error name.
inline constexpr std::string_view kDBusErrorPrefix = "org.entracte.Error.";

class Error {
public:
    Error(ErrorCode code, std::string sentence, std::string detail = {}, std::string hint = {});

    // A failed system call: `what` says in words what was tried; errno is read at once.
    static Error fromErrno(std::string what);
    static Error fromErrno(std::string what, int errnoValue);

    Error&& withHint(std::string hint) &&;
    Error&& withDetail(std::string detail) &&;
    Error&& causedBy(Error cause) &&;

    ErrorCode code() const { return m_code; }
    const std::string& sentence() const { return m_sentence; }
    const std::string& detail() const { return m_detail; }
    const std::string& hint() const { return m_hint; }
    const Error* cause() const { return m_cause.get(); }

    // Sentence and hint, as shown to a person: "… . …".
    std::string forPerson() const;
    // Everything, causes included, in one line for the log.
    std::string forLog() const;

private:
    ErrorCode m_code;
    std::string m_sentence;
    std::string m_detail;
    std::string m_hint;
    std::shared_ptr<const Error> m_cause;
};

const ErrorInfo& errorInfo(ErrorCode code);
// The code whose name this is ("Busy"), Internal for an unknown one.
ErrorCode errorCodeFromName(std::string_view name);
const std::vector<ErrorInfo>& errorTable();

} // namespace entracte
