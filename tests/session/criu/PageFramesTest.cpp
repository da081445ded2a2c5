// Where memory lies, looked at again: what stays is kept, what moves or is written anew elsewhere
// is not. And who has the kernel forget what was written is seen.

#include "session/criu/PageFrames.h"
#include "session/criu/ClearRefsWatch.h"
#include "session/criu/MemoryAhead.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

using namespace entracte;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kTable = 2 << 20;

std::uint64_t pageOf(const void* at) {
    return reinterpret_cast<std::uintptr_t>(at) / kPage;
}

char* pages(std::size_t count) {
    auto* all = static_cast<char*>(
        ::mmap(nullptr, count * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::madvise(all, count * kPage, MADV_NOHUGEPAGE);
    std::memset(all, 1, count * kPage);
    return all;
}

// The number of this process on the machine, whose /proc this is.
pid_t onMachine() {
    char text[32] = {};
    return ::readlink("/proc/self", text, sizeof text - 1) > 0 ? std::atoi(text) : 0;
}

std::uint32_t here() {
    return static_cast<std::uint32_t>(::getpid());
}

// In a process that is PID 1 of its own, as a session's: what else runs on the machine plays no
// part.
void inSession(const std::function<void()>& body) {
    const int own = ::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(::unshare(CLONE_NEWPID), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        std::fflush(nullptr);
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    ASSERT_EQ(::setns(own, CLONE_NEWPID), 0);
    ::close(own);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "see above";
}

} // namespace

TEST(PageFramesTest, keepsWhatStaysWhereItIs) {
    inSession([] {
        char* const memory = pages(8);
        char* const other = pages(1);
        auto frames = PageFrames::of(onMachine());
        ASSERT_TRUE(frames);
        EXPECT_TRUE(frames->kept(here(), pageOf(memory), 8));
        frames->keepSame();
        EXPECT_TRUE(frames->kept(here(), pageOf(memory), 8));
        // One page goes, and another comes in its place.
        void* const place = memory + 3 * kPage;
        ASSERT_EQ(::mremap(other, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, place), place);
        frames->keepSame();
        EXPECT_TRUE(frames->kept(here(), pageOf(memory), 3));
        EXPECT_FALSE(frames->kept(here(), pageOf(memory) + 3, 1));
        EXPECT_FALSE(frames->kept(here(), pageOf(memory), 8));
        EXPECT_TRUE(frames->kept(here(), pageOf(memory) + 4, 4));
        EXPECT_FALSE(frames->kept(here(), pageOf(memory) + 4, 0));
        EXPECT_FALSE(frames->kept(here() + 1, pageOf(memory), 1));
    });
}

TEST(PageFramesTest, whatIsMovedByWholeTablesIsNotKept) {
    inSession([] {
        char* const all = static_cast<char*>(::mmap(nullptr, 4 * kTable, PROT_READ | PROT_WRITE,
                                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        ::madvise(all, 4 * kTable, MADV_NOHUGEPAGE);
        char* const one = all + (kTable - reinterpret_cast<std::uintptr_t>(all) % kTable) % kTable;
        char* const other = one + kTable;
        std::memset(one, 1, 2 * kTable);
        auto frames = PageFrames::of(onMachine());
        ASSERT_TRUE(frames);
        ASSERT_EQ(::mremap(one, kTable, kTable, MREMAP_MAYMOVE | MREMAP_FIXED, other), other);
        frames->keepSame();
        EXPECT_FALSE(frames->kept(here(), pageOf(other), 1));
        EXPECT_FALSE(frames->kept(here(), pageOf(one), 1));
    });
}

TEST(PageFramesTest, anotherProgramHasOtherMemory) {
    inSession([] {
        int ready[2];
        int gone[2]; // closed by what is executed
        ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(gone, O_CLOEXEC), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            char go = 0;
            if (::read(ready[0], &go, 1) == 1)
                ::execl("/bin/sleep", "sleep", "100", nullptr);
            ::_exit(1);
        }
        ::close(gone[1]);
        auto frames = PageFrames::of(onMachine());
        ASSERT_TRUE(frames);
        const auto number = static_cast<std::uint32_t>(child);
        int local = 0; // lies in the child's stack, too
        EXPECT_TRUE(frames->kept(number, pageOf(&local), 1));
        ASSERT_EQ(::write(ready[1], "g", 1), 1);
        char end = 0;
        ASSERT_EQ(::read(gone[0], &end, 1), 0);
        frames->keepSame();
        EXPECT_FALSE(frames->kept(number, pageOf(&local), 1));
    });
}

TEST(PageFramesTest, refusesWhatIsTooMuch) {
    inSession([] {
        EXPECT_FALSE(PageFrames::of(onMachine(), 16));
        EXPECT_TRUE(PageFrames::of(onMachine()));
    });
}

TEST(PageFramesTest, touchesNoFileThatIsNamedLikeTheVdso) {
    inSession([] {
        char name[] = "/tmp/entracte.XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        const std::string path = std::string(name) + "/ [vdso]";
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        ASSERT_EQ(::ftruncate(file, kPage), 0);
        void* const memory = ::mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE, file, 0);
        const bool looked = PageFrames::of(onMachine()).has_value();
        ::unlink(path.c_str());
        ::rmdir(name);
        EXPECT_TRUE(looked);
        const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
        std::uint64_t entry = 0;
        ASSERT_EQ(::pread(pagemap, &entry, sizeof entry,
                          static_cast<off_t>(pageOf(memory) * sizeof entry)),
                  static_cast<ssize_t>(sizeof entry));
        EXPECT_EQ(entry >> 63, 0u) << "it was read";
    });
}

TEST(PageFramesTest, knowsProcessesByTheSessionsNumbers) {
    inSession([] {
        char* const ours = pages(1);
        ASSERT_EQ(::unshare(CLONE_NEWPID), 0);
        int ready[2];
        ASSERT_EQ(::pipe(ready), 0);
        char* const theirs = pages(1);
        const pid_t child = ::fork();
        if (child == 0) { // it calls itself 1, as does the session's first
            ::munmap(ours, kPage);
            const ssize_t told = ::write(ready[1], "r", 1);
            for (;;)
                ::pause();
            static_cast<void>(told);
        }
        ::munmap(theirs, kPage);
        char told = 0;
        ASSERT_EQ(::read(ready[0], &told, 1), 1);
        auto frames = PageFrames::of(onMachine());
        ASSERT_TRUE(frames) << frames.error().forLog();
        EXPECT_TRUE(frames->kept(here(), pageOf(ours), 1));
        EXPECT_FALSE(frames->kept(here(), pageOf(theirs), 1));
        EXPECT_TRUE(frames->kept(static_cast<std::uint32_t>(child), pageOf(theirs), 1));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    });
}

TEST(PageFramesTest, refusesNumbersThatAreHidden) {
    inSession([] {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct sets[2] = {};
        ASSERT_EQ(::syscall(SYS_capget, &header, sets), 0);
        sets[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
        ASSERT_EQ(::syscall(SYS_capset, &header, sets), 0);
        EXPECT_FALSE(PageFrames::of(onMachine()));
    });
}

TEST(PageFramesTest, refusesReadsThatGoOnByThemselves) {
    inSession([] {
        EXPECT_TRUE(PageFrames::refuseUnmarked(onMachine()));
        aio_context_t context = 0;
        if (::syscall(SYS_io_setup, 8, &context) != 0)
            return; // a kernel without: nothing can go on
        EXPECT_FALSE(PageFrames::of(onMachine()));
        EXPECT_FALSE(PageFrames::refuseUnmarked(onMachine()));
        ::syscall(SYS_io_destroy, context);
        EXPECT_TRUE(PageFrames::of(onMachine()));
    });
}

TEST(MemoryAheadTest, isForTheVersionsOfCriuThatWereTried) {
    EXPECT_TRUE(MemoryAhead::isTriedWith("3.17.1"));
    EXPECT_TRUE(MemoryAhead::isTriedWith("4.2.1"));
    EXPECT_FALSE(MemoryAhead::isTriedWith("4.2.10"));
    EXPECT_FALSE(MemoryAhead::isTriedWith("4.3"));
    EXPECT_FALSE(MemoryAhead::isTriedWith(""));
}

TEST(ClearRefsWatchTest, seesWhoForgets) {
    auto watch = ClearRefsWatch::begin(::getpid());
    ASSERT_TRUE(watch) << watch.error().forLog();
    const auto forget = [] {
        const int file = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
        ASSERT_EQ(::write(file, "1", 1), 1);
        ::close(file);
    };
    // What else runs on the machine may do so, too, but not all the time.
    const auto someTime = [](const std::function<bool()>& holds) {
        for (int tries = 0; tries < 100; ++tries)
            if (holds())
                return true;
        return false;
    };
    EXPECT_TRUE(someTime([&] {
        forget();
        return !watch->sawOthers({::getpid()});
    }));
    forget();
    EXPECT_TRUE(watch->sawOthers({}));
    // Other things that are written there are nobody's concern.
    EXPECT_TRUE(someTime([&] {
        const int file = ::open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
        EXPECT_GT(::write(file, "frames", 6), 0);
        ::close(file);
        return !watch->sawOthers({});
    }));
}
