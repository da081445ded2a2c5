#pragma once

// One entracte-screen: started as the person, steered over its control socket
// (session/screen/ScreenProtocol.h). It holds the person's DISPLAY and cookie; what it says is
// believed only as far as its type. Ended with its owner, unless left: then it serves the session
// until the next helper finds it by its place. Not for several threads at once.

#include "session/base/Subprocess.h"
#include "session/engine/EnginePaths.h"
#include "session/engine/Types.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

namespace entracte {

// What a screen has in the runtime directory; made before it, removed after it.
class ScreenPlace {
public:
    // Of a new screen.
    static Result<ScreenPlace> make(const EnginePaths& paths, const Person& person);
    // Of one that a helper before this one started.
    ScreenPlace(const EnginePaths& paths, std::string name);
    // Removes those that `used` does not name.
    static void removeOthers(const EnginePaths& paths, const std::set<std::string>& used);

    const std::string& name() const { return m_name; }
    const std::filesystem::path& directory() const { return m_directory; }
    const std::filesystem::path& socket() const { return m_socket; }
    void remove() const;

private:
    std::string m_name;
    std::filesystem::path m_directory;
    std::filesystem::path m_socket;
};

class ScreenProcess {
public:
    // Returns when the X server answers; ScreenUnavailable says why it does not. `session`: its
    // name, for a window's title; `program`: empty for the companion entracte-screen.
    static Result<std::unique_ptr<ScreenProcess>>
    start(const Person& person, const std::string& session, const ScreenSpec& spec,
          const std::filesystem::path& program, ScreenPlace place);
    // The one that another helper left; NotFound when it is gone.
    static Result<std::unique_ptr<ScreenProcess>>
    findAgain(const Person& person, const ScreenSpec& spec, ScreenPlace place);
    ~ScreenProcess();

    // Lets it go on without us.
    void leave();
    const std::string& name() const { return m_place.name(); }

    // Gives it a display channel; the descriptor stays the caller's.
    Status serve(int channel);
    Status shareClipboard(bool shared);
    // Asks for a look at the session's windows; readSurvey waits for it.
    Result<UniqueFd> beginSurvey();
    // Readable when something happened; then ended() takes it in.
    int socket() const { return m_control.get(); }
    // True when its X server, or the screen itself, is gone. Does not wait.
    bool ended();

    const ScreenSpec& spec() const { return m_spec; }
    ShownOn shownOn() const;

    // Nothing in it is believed beyond its form. TimedOut after `limit`.
    static Result<Survey> readSurvey(const UniqueFd& stream, std::chrono::milliseconds limit);

private:
    ScreenProcess(ScreenSpec spec, ScreenPlace place, UniqueFd control);
    Status waitReady();
    void end();

    ScreenSpec m_spec;
    ScreenPlace m_place;
    UniqueFd m_control;
    std::optional<Subprocess> m_process; // null: another helper started it
    UniqueFd m_pidfd;                    // of that one
    bool m_left = false;
    std::string m_display;
};

} // namespace entracte
