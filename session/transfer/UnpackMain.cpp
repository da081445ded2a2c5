// entracte-unpack UID GID GROUPS: reads an exported session from standard input, checks all of it,
// and writes it anew into files that it asks for on descriptor 3 (UnpackInChild.h). GROUPS are
// numbers with commas between.
//
// Whoever made the file shaped these bytes: before the first of them is read, this process is
// nobody, may open nothing, and may use only the system calls of a filter.

#include "session/container/SeccompFilter.h"
#include "session/criu/Confinement.h"
#include "session/transfer/UnpackInChild.h"

#include <seccomp.h>
#include <sodium.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cstdlib>

namespace {

constexpr int kSocket = 3;
constexpr rlim_t kMemory = rlim_t{3} << 30; // CRIU's small images, and paths of the layer
constexpr rlim_t kSeconds = 3600;
constexpr rlim_t kDescriptors = 8;

constexpr std::array kCalls{
    SCMP_SYS(read),     SCMP_SYS(pread64),    SCMP_SYS(write),     SCMP_SYS(brk),
    SCMP_SYS(mmap),     SCMP_SYS(munmap),     SCMP_SYS(mremap),    SCMP_SYS(madvise),
    SCMP_SYS(mprotect), SCMP_SYS(futex),      SCMP_SYS(sendmsg),   SCMP_SYS(recvmsg),
    SCMP_SYS(pwrite64), SCMP_SYS(ftruncate),  SCMP_SYS(poll),      SCMP_SYS(ppoll),
    SCMP_SYS(close),    SCMP_SYS(exit_group), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime)};
// Libraries look for tables of the language; they do without.
constexpr std::array kRefused{SCMP_SYS(openat), SCMP_SYS(open),  SCMP_SYS(newfstatat),
                              SCMP_SYS(fstat),  SCMP_SYS(statx), SCMP_SYS(access)};

class Input final : public entracte::ByteSource {
public:
    entracte::Result<std::span<const std::byte>> read() override {
        for (;;) {
            const ssize_t got = ::read(STDIN_FILENO, m_buffer.data(), m_buffer.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return entracte::fail(entracte::Error::fromErrno("The file could not be read"));
            return std::span<const std::byte>(m_buffer).first(static_cast<std::size_t>(got));
        }
    }

private:
    std::array<std::byte, 256 * 1024> m_buffer{};
};

bool parseNumber(std::string_view text, std::uint32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool parseRules(char** argv, entracte::ImageRules& rules) {
    std::string_view groups = argv[3];
    while (!groups.empty()) {
        const auto end = std::min(groups.find(','), groups.size());
        std::uint32_t group = 0;
        if (!parseNumber(groups.substr(0, end), group))
            return false;
        rules.groups.insert(group);
        groups.remove_prefix(std::min(end + 1, groups.size()));
    }
    const auto filter = entracte::sessionFilter();
    if (!filter)
        return false;
    rules.filter.assign(reinterpret_cast<const char*>(filter->data()),
                        filter->size() * sizeof(sock_filter));
    return parseNumber(argv[1], rules.uid) && parseNumber(argv[2], rules.gid);
}

} // namespace

int main(int argc, char** argv) {
    entracte::ImageRules rules;
    std::setlocale(LC_ALL, "C.UTF-8");
    if (argc != 4 || !parseRules(argv, rules) || ::sodium_init() < 0 ||
        !entracte::confine({kMemory, kSeconds, kDescriptors, kCalls, kRefused}))
        ::_exit(2);
    entracte::RemoteTarget target(kSocket);
    static Input input;
    target.finish(entracte::unpackBundle(input, target, rules));
    // The system call itself: what a C library or a sanitiser does at an end is not in the filter.
    ::syscall(SYS_exit_group, 0);
    return 0;
}
