#include "tests/session/container/ContainerFixture.h"

#include <gmock/gmock.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

namespace entracte {
namespace {

class InSessionTest : public ContainerFixture {
protected:
    // Python is of the base system of every machine that builds this.
    std::string python(const std::string& program) {
        write(std::filesystem::path(m_spec.person.home) / "program.py", program);
        return "/usr/bin/python3 program.py";
    }
};

TEST_F(InSessionTest, makesSocketsThatBelongToTheSession) {
    start();
    const auto socket = socketInSession(m_container.init, SOCK_STREAM);
    ASSERT_TRUE(socket) << socket.error().forLog();
    const UniqueFd net(::ioctl(socket->get(), SIOCGSKNS));
    ASSERT_TRUE(net);
    struct stat ofSocket {
    }, ofSession{};
    ASSERT_EQ(::fstat(net.get(), &ofSocket), 0);
    ASSERT_EQ(::stat(("/proc/" + std::to_string(m_container.init) + "/ns/net").c_str(), &ofSession),
              0);
    EXPECT_EQ(ofSocket.st_ino, ofSession.st_ino);
}

TEST_F(InSessionTest, connectsToWhatListensInTheSession) {
    start();
    run("true"); // answered when the bus is there
    const std::string bus = "/run/user/" + std::to_string(m_spec.person.uid) + "/bus";
    const auto socket = connectInSession(m_container.init, bus, SOCK_STREAM);
    ASSERT_TRUE(socket) << socket.error().forLog();
    const auto absent = connectInSession(m_container.init, "/run/entracte/absent", SOCK_STREAM);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code(), ErrorCode::NotFound);
}

TEST_F(InSessionTest, isNotLedOutOfTheSession) {
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string outside = m_state / "socket"; // hidden in the session
    std::strncpy(address.sun_path, outside.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    start();
    ASSERT_EQ(run("ln -s " + outside +
                  " /run/entracte/link; "
                  "ln -s /proc/self/root/.. /run/entracte/up; "
                  "ln -s /run/entracte/init /run/entracte/within; "
                  "touch /run/entracte/file")
                  .status,
              0);
    for (const std::string path :
         {"/run/entracte/link", "/run/entracte/within", "/run/entracte/file", "/run/entracte"})
        EXPECT_FALSE(connectInSession(m_container.init, path, SOCK_STREAM)) << path;
    EXPECT_FALSE(connectInSession(m_container.init, "/run/entracte/up" + outside, SOCK_STREAM));
    EXPECT_FALSE(connectInSession(m_container.init, "/../../../.." + outside, SOCK_STREAM));
}

TEST_F(InSessionTest, doesNotWaitForAListenerThatNeverAccepts) {
    const std::string command = python(R"(
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("/run/entracte/full")
s.listen(0)
c = socket.socket(socket.AF_UNIX)
c.connect("/run/entracte/full")
print("full", flush=True)
import time
time.sleep(100)
)");
    start();
    const auto pid = spawn({"/bin/sh", "-c", command});
    const auto log = inside("/run/entracte/log/" + std::to_string(pid));
    for (int i = 0; i < 500 && read(log) != "full\n"; ++i)
        ::usleep(10000);
    ASSERT_EQ(read(log), "full\n");
    const auto socket = connectInSession(m_container.init, "/run/entracte/full", SOCK_STREAM);
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code(), ErrorCode::TimedOut);
}

TEST_F(InSessionTest, opensASharedMemorySegmentOfTheSession) {
    const std::string command = python(R"(
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0, 5000, 0o1600)
address = libc.shmat(segment, None, 0)
ctypes.memmove(address, b"from inside", 12)
print(segment)
)");
    start();
    const int shmid = std::stoi(run(command).text);
    auto segment = openSysvSegment(m_container.init, shmid);
    ASSERT_TRUE(segment) << segment.error().forLog();
    EXPECT_EQ(segment->sizeBytes, 5000u);
    void* memory = ::mmap(nullptr, 5000, PROT_READ | PROT_WRITE, MAP_SHARED, segment->fd.get(), 0);
    ASSERT_NE(memory, MAP_FAILED);
    EXPECT_STREQ(static_cast<const char*>(memory), "from inside");
    ::munmap(memory, 5000);
    EXPECT_FALSE(openSysvSegment(m_container.init, shmid + 1));
    EXPECT_FALSE(openSysvSegment(m_container.init, -1));
}

TEST_F(InSessionTest, opensNoSegmentOfTheHost) {
    start();
    const int shmid = ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    ASSERT_GE(shmid, 0);
    const ScopeExit remove([shmid] { ::shmctl(shmid, IPC_RMID, nullptr); });
    EXPECT_FALSE(openSysvSegment(m_container.init, shmid));
}

TEST_F(InSessionTest, saysThatASessionHasEnded) {
    start();
    const pid_t init = m_container.init;
    end();
    for (const auto& failure :
         {socketInSession(init, SOCK_STREAM).error(),
          connectInSession(init, "/run/entracte/init", SOCK_SEQPACKET).error(),
          openSysvSegment(init, 0).error()})
        EXPECT_EQ(failure.code(), ErrorCode::SessionEnded);
}

} // namespace
} // namespace entracte
