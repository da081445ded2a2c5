// entracte-criu-hook: CRIU's action script (FreezeHook.h). Holds CRIU in its post-dump moment until
// the helper says go on; anything else than that word, or no helper, fails the dump, after which
// everything goes on.

#include "session/criu/FreezeHook.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

int main() {
    const char* action = std::getenv("CRTOOLS_SCRIPT_ACTION");
    if (!action || std::string_view(action) != "post-dump")
        return 0;
    const char* path = std::getenv(entracte::kHookEnvironment);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!path || std::strlen(path) >= sizeof address.sun_path)
        return 1;
    std::strcpy(address.sun_path, path);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char answer = 0;
    if (socket < 0 ||
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 ||
        ::read(socket, &answer, 1) != 1)
        return 1;
    return answer == entracte::kHookGoOn ? 0 : 1;
}
