#include "app/cli/Passphrase.h"

#include "session/base/ScopeExit.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace entracte::cli {
namespace {

constexpr std::size_t kLongest = 4096;

Result<std::string> readLine(int fd) {
    std::string line;
    for (char c = 0; line.size() < kLongest;) {
        const ssize_t got = ::read(fd, &c, 1);
        if (got < 0)
            return fail(Error::fromErrno("The passphrase could not be read"));
        if (got == 0 || c == '\n')
            break;
        line += c;
    }
    return line;
}

Result<std::string> ask(int terminal, const char* prompt) {
    termios shown{};
    ::tcgetattr(terminal, &shown);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal, TCSAFLUSH, &hidden);
    const ScopeExit restore([&] {
        ::tcsetattr(terminal, TCSAFLUSH, &shown);
        static_cast<void>(!::write(terminal, "\n", 1));
    });
    static_cast<void>(!::write(terminal, prompt, std::char_traits<char>::length(prompt)));
    return readLine(terminal);
}

} // namespace

Result<std::string> readPassphrase(int fd, bool twice, const char* prompt) {
    std::string passphrase;
    if (fd >= 0) {
        ENTRACTE_ASSIGN(line, readLine(fd));
        passphrase = line;
    } else {
        const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
        if (!terminal)
            return fail(ErrorCode::InvalidArgument, "There is no terminal to ask for a passphrase.",
                        {}, "Give it with --passphrase-fd.");
        ENTRACTE_ASSIGN(first, ask(terminal.get(), prompt));
        if (twice) {
            ENTRACTE_ASSIGN(second, ask(terminal.get(), "Once more: "));
            if (first != second)
                return fail(ErrorCode::InvalidArgument, "The two differ. Nothing was changed.");
        }
        passphrase = first;
    }
    if (passphrase.empty())
        return fail(ErrorCode::InvalidArgument, "The passphrase is empty. Nothing was changed.");
    return passphrase;
}

} // namespace entracte::cli
