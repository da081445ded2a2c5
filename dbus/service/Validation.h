#pragma once

// Nothing from the bus is believed: every text, path, number and list is checked here before the
// engine hears of it. Pure functions; a refusal is InvalidArgument with a sentence that names the
// argument.

#include "dbus/service/SdbusCompat.h"
#include "session/base/Result.h"
#include "session/engine/Types.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace entracte::service {

inline constexpr std::size_t kMaxNameBytes = 64;
inline constexpr std::size_t kMaxCommentBytes = 1024;
inline constexpr std::size_t kMaxArguments = 1024;
inline constexpr std::size_t kMaxVariables = 1024;
inline constexpr std::size_t kMaxShares = 32;
// Of all arguments, and of all variables (bytes): both together fit into one request to PID 1
// (init::kMaxRequest).
inline constexpr std::size_t kMaxCommandBytes = 96 * 1024;
inline constexpr std::size_t kMaxEnvironmentBytes = 96 * 1024;

using Options = std::map<std::string, sdbus::Variant>;

// Valid UTF-8 without control, line-breaking or direction-changing characters.
bool isPrintableUtf8(const std::string& text);

Status checkName(const std::string& name);
Status checkComment(const std::string& comment);
// With at least one argument when `required`.
Status checkCommand(const std::vector<std::string>& command, bool required);
Status checkEnvironment(const std::map<std::string, std::string>& environment);
// Absolute, without "." and ".." components. `what` names it in the refusal: "The working
// directory".
Status checkPath(const std::string& path, const std::string& what);
Status checkDisplay(const std::string& display);

// StartSession's arguments. A name that is not given is made from the command.
Result<SessionSpec> sessionSpec(const std::vector<std::string>& command, const Options& options);
// How often StartSession's session is to be saved (0: never); takes it out of the options.
Result<std::uint32_t> takeScheduleSeconds(Options& options);
// Which of its snapshots are kept (empty: all), in the same way.
Result<std::string> takeRetention(Options& options);
Status checkScheduleSeconds(std::uint32_t everySeconds);
// SetLimits's argument.
Result<SessionLimits> sessionLimits(const Options& options);
// Resume's, Rollback's and Clone's options.
// Manager.Import: the name, empty when none is asked for. Snapshot.Export's options.
Result<ImportWishes> importWishes(const Options& options);
Result<MoveStep> moveStep(const std::string& step, const std::string& move,
                          const std::string& peer);
Result<ExportWishes> exportWishes(const Options& options);
Result<DepartWishes> departWishes(const Options& options);

Result<ResumeWishes> resumeWishes(const Options& options);
// Attach's options; nullopt when none is given.
Result<std::optional<ScreenSpec>> screenSpec(const Options& options);

} // namespace entracte::service
