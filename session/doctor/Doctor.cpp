#include "session/doctor/Doctor.h"

namespace entracte {

std::string doctorStateName(DoctorState state) {
    switch (state) {
    case DoctorState::Ok:
        return "ok";
    case DoctorState::Warning:
        return "warning";
    case DoctorState::Missing:
        break;
    }
    return "missing";
}

std::vector<DoctorFinding> examineMachine(const DoctorOptions&) {
    return {};
}

} // namespace entracte
