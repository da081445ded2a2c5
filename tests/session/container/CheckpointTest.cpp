// That CRIU can save such a container, and bring it back over a fresh mount of its layer.

#include "session/container/Cable.h"
#include "session/criu/Criu.h"
#include "tests/session/container/ContainerFixture.h"

#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <thread>

namespace entracte {
namespace {

using namespace std::chrono_literals;

class CheckpointTest : public ContainerFixture {
protected:
    std::size_t linesOf(std::int32_t pid) {
        const std::string text = read(inside("/run/entracte/log/" + std::to_string(pid)));
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
    bool growsBeyond(std::int32_t pid, std::size_t lines) {
        for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(10ms))
            if (linesOf(pid) > lines)
                return true;
        return false;
    }
};

TEST_F(CheckpointTest, comesBackFromItsImages) {
    auto criu = Criu::find({}, m_base / "criu");
    if (!criu)
        GTEST_SKIP() << "no CRIU that works here: " << criu.error().forPerson();
    const auto shared = m_base / "shared";
    const auto images = m_base / "images";
    std::filesystem::create_directories(shared);
    std::filesystem::create_directories(images);
    giveToPerson(shared);
    m_spec.sharedFolders = {{shared, false}};
    start();
    const auto counter =
        spawn({"/bin/sh", "-c",
               "exec 3>>" + (shared / "live").string() +
                   "; echo x > /dev/shm/kept; while :; do echo x; echo x >&3; sleep 0.05; done"});
    // Shared memory: a file that has a name, and one that has lost it but is still mapped.
    write(std::filesystem::path(m_spec.person.home) / "shm.py", R"(
import mmap, os, time
def mapped(name):
    fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(fd, 1 << 20)
    memory = mmap.mmap(fd, 1 << 20)
    os.close(fd)
    return memory
named, nameless = mapped("/dev/shm/named"), mapped("/dev/shm/nameless")
os.unlink("/dev/shm/nameless")
count = 0
while True:
    child = os.fork()
    if child == 0:
        named[:8] = nameless[:8] = count.to_bytes(8, "big")
        os._exit(0)
    os.waitpid(child, 0)
    assert named[:8] == nameless[:8] == count.to_bytes(8, "big")
    print(count, flush=True)
    count += 1
    time.sleep(0.05)
)");
    const auto sharer = spawn({"/usr/bin/python3", "shm.py"});
    ASSERT_TRUE(growsBeyond(sharer, 2));
    // A leader of a session, and one of a group, that ended before what they started.
    run("setsid sh -c 'sleep 4321 &' </dev/null >/dev/null 2>&1");
    run("sleep 4321 </dev/null >/dev/null 2>&1 &");
    ASSERT_TRUE(growsBeyond(counter, 2));

    DumpOptions dump;
    dump.root = m_container.init;
    dump.images = images;
    dump.mounts = externalMounts(m_spec);
    const auto dumped = criu->dump(dump);
    ASSERT_TRUE(dumped) << dumped.error().forLog();
    EXPECT_TRUE(growsBeyond(counter, linesOf(counter))) << "it does not go on after the dump";

    ASSERT_TRUE(killContainer(m_container));
    m_container = {};
    ASSERT_TRUE(unmountRoot(m_spec.mountPoint));
    ASSERT_TRUE(mountRoot(m_spec));
    const auto lines = linesOf(counter);
    const auto linesOfSharer = linesOf(sharer);
    RestoreOptions restore;
    restore.images = images;
    restore.root = m_spec.mountPoint;
    restore.network = raiseLoopback;
    restore.mounts = externalMounts(m_spec);
    const auto restored = criu->restore(std::move(restore));
    ASSERT_TRUE(restored) << restored.error().forLog();
    m_container.init = *restored;
    m_container.initPidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, *restored, 0)));
    ASSERT_TRUE(m_container.initPidfd.valid());

    EXPECT_TRUE(growsBeyond(counter, lines)) << "it does not go on after the restore";
    EXPECT_TRUE(growsBeyond(sharer, linesOfSharer + 2)) << "its shared memory is not as it was";
    const auto live = std::filesystem::file_size(shared / "live");
    std::this_thread::sleep_for(300ms);
    EXPECT_GT(std::filesystem::file_size(shared / "live"), live);
    // Still the same container: its first process answers, and has no more rights than before.
    EXPECT_THAT(
        run("cat /dev/shm/kept; grep -h -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status")
            .text,
        testing::HasSubstr("x\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"));
    EXPECT_EQ(run("unshare -U true").status >> 8, 1);
}

} // namespace
} // namespace entracte
