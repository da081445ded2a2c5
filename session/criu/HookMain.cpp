// entracte-criu-hook: CRIU's action script (CriuHook.h). Holds CRIU in the moments that the helper
// waits for until it says go on; anything else than that word, or no helper, fails the dump, after
// which everything goes on, or the restore.

#include "session/criu/CriuHook.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

int main() {
    const char* action = std::getenv("CRTOOLS_SCRIPT_ACTION");
    if (!action ||
        (std::string_view(action) != "post-dump" && std::string_view(action) != "setup-namespaces"))
        return 0;
    const char* number = std::getenv("CRTOOLS_INIT_PID");
    const pid_t init = number ? std::atoi(number) : 0;
    const char* path = std::getenv(entracte::kHookEnvironment);
    const int directory = path ? ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (directory < 0)
        return 1;
    const sockaddr_un address = entracte::hookAddress(directory);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char answer = 0;
    if (socket < 0 ||
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        ::write(socket, &init, sizeof init) != sizeof init || ::read(socket, &answer, 1) != 1)
        return 1;
    return answer == entracte::kHookGoOn ? 0 : 1;
}
