#pragma once

// How a person says which snapshots of a session are kept: "hourly=24 daily=7 weekly=4 monthly=6
// last=5 bytes=20000000000". What is not named counts as 0; the empty text keeps every snapshot.

#include "session/base/Result.h"
#include "session/store/Retention.h"

#include <optional>
#include <string>
#include <string_view>

namespace entracte {

// nullopt: every snapshot is kept.
Result<std::optional<Retention>> parseRetention(std::string_view text);
std::string formatRetention(const Retention& retention);

} // namespace entracte
