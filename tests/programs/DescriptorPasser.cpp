// A program that is nearly always passing a descriptor to another one, with its credentials, as
// those do that share memory with a sound server. A quarter of the time a message is on its way.
//
// Writes how many have come, to the file that it is given. What comes must be what was sent.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr long kOnItsWay = 1'000'000; // ns
constexpr long kBetween = 3'000'000;

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

void rest(long nanoseconds) {
    const timespec time{0, nanoseconds};
    ::nanosleep(&time, nullptr);
}

struct Parcel { // a number, and a descriptor of memory in which it is written
    explicit Parcel(long sent = 0) : number(sent) {
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
    }
    long number;
    iovec part{&number, sizeof number};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))] = {};
    msghdr message{};
};

[[noreturn]] void send(int socket) {
    for (long number = 1;; ++number) {
        const int memory = ::memfd_create("parcel", MFD_CLOEXEC);
        if (memory < 0 || ::write(memory, &number, sizeof number) != sizeof number)
            die("memfd");
        Parcel parcel(number);
        parcel.message.msg_controllen = CMSG_SPACE(sizeof(int));
        auto* header = CMSG_FIRSTHDR(&parcel.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof memory);
        std::memcpy(CMSG_DATA(header), &memory, sizeof memory);
        if (::sendmsg(socket, &parcel.message, MSG_NOSIGNAL) != sizeof number)
            die("sendmsg");
        ::close(memory);
        char taken = 0;
        if (::read(socket, &taken, 1) != 1)
            die("read");
        rest(kBetween);
    }
}

[[noreturn]] void take(int socket, const char* file) {
    for (long expected = 1;; ++expected) {
        rest(kOnItsWay + (expected == 1 ? 0 : kBetween));
        Parcel parcel;
        if (::recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) != sizeof(long) ||
            parcel.number != expected)
            die("another message came");
        int memory = -1;
        for (auto* header = CMSG_FIRSTHDR(&parcel.message); header;
             header = CMSG_NXTHDR(&parcel.message, header))
            if (header->cmsg_type == SCM_RIGHTS)
                std::memcpy(&memory, CMSG_DATA(header), sizeof memory);
        long written = 0;
        if (::pread(memory, &written, sizeof written, 0) != sizeof written || written != expected)
            die("another descriptor came");
        ::close(memory);
        const int out = ::open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (out < 0 || ::dprintf(out, "%ld\n", expected) < 0 || ::close(out) < 0)
            die(file);
        if (::write(socket, "t", 1) != 1)
            die("write");
    }
}

} // namespace

int main(int argc, char** argv) {
    int ends[2];
    const int on = 1;
    if (argc != 2 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        ::setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        die("socketpair");
    if (const pid_t sender = ::fork(); sender < 0)
        die("fork");
    else if (sender == 0)
        send(ends[0]);
    take(ends[1], argv[1]);
}
