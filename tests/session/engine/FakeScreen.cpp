// entracte-fake-screen: speaks session/screen/ScreenProtocol.h and has no X server. The word after
// --display= says how it behaves: "refuse" (no cookie), "gone:PATH" (its server dies once PATH is
// there).

#include "session/base/FdPassing.h"
#include "session/screen/ScreenProtocol.h"

#include <unistd.h>

#include <cstring>
#include <span>
#include <string>

using namespace entracte;

namespace {

constexpr int kControl = 3;

int say(screen::FromScreen event, screen::ScreenFailure reason) {
    const screen::ScreenEvent message{screen::kMagic, event, reason, 42};
    return sendMessage(kControl, std::as_bytes(std::span(&message, 1))) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    std::string behaviour;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]).starts_with("--display="))
            behaviour = argv[i] + std::strlen("--display=");
    if (behaviour == "refuse")
        return say(screen::FromScreen::Failed, screen::ScreenFailure::Refused);
    say(screen::FromScreen::Ready, screen::ScreenFailure::None);
    const std::string gone = behaviour.starts_with("gone:") ? behaviour.substr(5) : "";
    std::vector<UniqueFd> channels;
    for (;;) {
        auto message =
            receiveMessage(kControl, sizeof(screen::ScreenRequest), std::chrono::milliseconds(50));
        if (message && message->bytes.empty())
            return 0;
        if (message) {
            screen::ScreenRequest request{};
            std::memcpy(&request, message->bytes.data(), sizeof request);
            if (request.operation == screen::ToScreen::Quit)
                return 0;
            if (request.operation == screen::ToScreen::Survey)
                continue; // it sees nothing
            for (UniqueFd& fd : message->fds)
                channels.push_back(std::move(fd));
        }
        if (!gone.empty() && ::access(gone.c_str(), F_OK) == 0)
            return say(screen::FromScreen::ServerGone, screen::ScreenFailure::None);
    }
}
