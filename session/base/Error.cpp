#include "session/base/Error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace entracte {

const std::vector<ErrorInfo>& errorTable() {
    // Exit statuses 1 and 2 are left to "something failed" and "wrong usage", as is customary.
    static const std::vector<ErrorInfo> table = {
        {ErrorCode::Internal, "Internal", 1},
        {ErrorCode::InvalidArgument, "InvalidArgument", 2},
        {ErrorCode::NotFound, "NotFound", 3},
        {ErrorCode::NotAuthorized, "NotAuthorized", 4},
        {ErrorCode::Busy, "Busy", 5},
        {ErrorCode::Cancelled, "Cancelled", 6},
        {ErrorCode::TimedOut, "TimedOut", 7},
        {ErrorCode::CriuMissing, "CriuMissing", 10},
        {ErrorCode::KernelUnsuitable, "KernelUnsuitable", 11},
        {ErrorCode::ScreenUnavailable, "ScreenUnavailable", 12},
        {ErrorCode::NotCheckpointable, "NotCheckpointable", 13},
        {ErrorCode::DumpFailed, "DumpFailed", 14},
        {ErrorCode::RestoreFailed, "RestoreFailed", 15},
        {ErrorCode::SnapshotDamaged, "SnapshotDamaged", 16},
        {ErrorCode::NoSpace, "NoSpace", 17},
        {ErrorCode::HostMismatch, "HostMismatch", 18},
        {ErrorCode::SessionEnded, "SessionEnded", 19},
        {ErrorCode::System, "System", 20},
        {ErrorCode::FilesChanged, "FilesChanged", 21},
        {ErrorCode::VaultLocked, "VaultLocked", 22},
    };
    return table;
}

const ErrorInfo& errorInfo(ErrorCode code) {
    for (const auto& info : errorTable())
        if (info.code == code)
            return info;
    return errorTable().front();
}

ErrorCode errorCodeFromName(std::string_view name) {
    for (const auto& info : errorTable())
        if (info.name == name)
            return info.code;
    return ErrorCode::Internal;
}

Error::Error(ErrorCode code, std::string sentence, std::string detail, std::string hint)
    : m_code(code), m_sentence(std::move(sentence)), m_detail(std::move(detail)),
      m_hint(std::move(hint)) {}

Error Error::fromErrno(std::string what) {
    return fromErrno(std::move(what), errno);
}

Error Error::fromErrno(std::string what, int errnoValue) {
    const bool full = errnoValue == ENOSPC || errnoValue == EDQUOT || errnoValue == ENOMEM;
    const auto code = full ? ErrorCode::NoSpace : ErrorCode::System;
    return {code, what + ": " + std::strerror(errnoValue) + ".",
            "errno " + std::to_string(errnoValue)};
}

Error&& Error::withHint(std::string hint) && {
    m_hint = std::move(hint);
    return std::move(*this);
}

Error&& Error::withDetail(std::string detail) && {
    m_detail = std::move(detail);
    return std::move(*this);
}

Error&& Error::causedBy(Error cause) && {
    m_cause = std::make_shared<const Error>(std::move(cause));
    return std::move(*this);
}

std::string Error::forPerson() const {
    return m_hint.empty() ? m_sentence : m_sentence + " " + m_hint;
}

std::string Error::forLog() const {
    std::string text = std::string(errorInfo(m_code).name) + ": " + m_sentence;
    if (!m_detail.empty())
        text += " [" + m_detail + "]";
    if (m_cause)
        text += " <- " + m_cause->forLog();
    return text;
}

} // namespace entracte
