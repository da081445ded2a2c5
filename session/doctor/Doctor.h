#pragma once

// What a machine lacks for what, each with its remedy. The checks change nothing that lasts, need
// no helper, and can be run by anybody; run by root they also prove that namespaces, overlays and
// CRIU work, which nobody else can try.

#include "session/base/Result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace entracte {

enum class DoctorState { Ok, Warning, Missing };

struct DoctorFinding {
    std::string check; // stable, for scripts: "criu", "overlayfs", …
    DoctorState state = DoctorState::Ok;
    std::string sentence; // what was found
    std::string remedy;   // what to do; empty when all is well
};

struct DoctorOptions {
    std::filesystem::path stateDirectory = "/var/lib/entracte"; // where the room is measured
    // Finds a CRIU that works and gives its version. Only root can try; without this, only whether
    // a CRIU is installed at all is looked at.
    std::function<Result<std::string>()> findCriu;
};

std::vector<DoctorFinding> examineMachine(const DoctorOptions& options);

std::string doctorStateName(DoctorState state); // "ok", "warning", "missing"

} // namespace entracte
