#include "session/init/InputMethod.h"

#include <cstdlib>
#include <string_view>

namespace entracte::init {
namespace {

struct Method {
    const char* module;   // as GTK and Qt name it
    const char* modifier; // as X programs do (XSetLocaleModifiers(3))
    std::vector<std::string> server;
};

bool names(const char* variable, std::string_view value) {
    const char* const now = std::getenv(variable);
    return now && now == value;
}

} // namespace

std::vector<std::string> inputMethodServer() {
    // Not as a child of ours: ibus-daemon ends when its parent is process 1.
    for (const Method& method :
         {Method{"ibus", "@im=ibus", {"ibus-daemon", "--daemonize", "--xim"}},
          Method{"fcitx", "@im=fcitx", {"fcitx5"}}})
        if (names("GTK_IM_MODULE", method.module) || names("QT_IM_MODULE", method.module) ||
            names("XMODIFIERS", method.modifier))
            return method.server;
    return {};
}

} // namespace entracte::init
