#pragma once

// One entracte-screen: started as the person, steered over its control socket
// (session/screen/ScreenProtocol.h). It holds the person's DISPLAY and cookie; what it says is
// believed only as far as its type. Ended with its owner. Not for several threads at once.

#include "session/base/Subprocess.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <memory>

namespace entracte {

class ScreenProcess {
public:
    // Returns when the X server answers; ScreenUnavailable says why it does not. `program`: empty
    // for the companion entracte-screen.
    static Result<std::unique_ptr<ScreenProcess>>
    start(const Person& person, const ScreenSpec& spec, const std::filesystem::path& program);
    ~ScreenProcess();

    // Gives it a display channel; the descriptor stays the caller's.
    Status serve(int channel);
    // Readable when something happened; then ended() takes it in.
    int socket() const { return m_control.get(); }
    // True when its X server, or the screen itself, is gone. Does not wait.
    bool ended();

    const ScreenSpec& spec() const { return m_spec; }
    const std::string& display() const {
        return m_display;
    } // ":1"; what the person named when remote

private:
    ScreenProcess(ScreenSpec spec, UniqueFd control, Subprocess process);
    Status waitReady();

    ScreenSpec m_spec;
    UniqueFd m_control;
    Subprocess m_process;
    std::string m_display;
};

} // namespace entracte
