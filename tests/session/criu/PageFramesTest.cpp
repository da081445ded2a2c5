// Where memory lies, looked at again: what stays is kept, what moves or is written anew elsewhere
// is not. And who has the kernel forget what was written is seen.

#include "session/criu/PageFrames.h"
#include "session/criu/ClearRefsWatch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

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

} // namespace

TEST(PageFramesTest, keepsWhatStaysWhereItIs) {
    char* const memory = pages(8);
    auto frames = PageFrames::of(::getpid());
    ASSERT_TRUE(frames);
    const auto self = static_cast<std::uint32_t>(::getpid());
    EXPECT_TRUE(frames->kept(self, pageOf(memory), 8));
    frames->keepSame();
    EXPECT_TRUE(frames->kept(self, pageOf(memory), 8));
    // One page goes, and another comes in its place.
    ::madvise(memory + 3 * kPage, kPage, MADV_DONTNEED);
    char* const other = pages(1); // takes the physical page that became free
    memory[3 * kPage] = 2;
    frames->keepSame();
    EXPECT_TRUE(frames->kept(self, pageOf(memory), 3));
    EXPECT_FALSE(frames->kept(self, pageOf(memory) + 3, 1));
    EXPECT_FALSE(frames->kept(self, pageOf(memory), 8));
    EXPECT_TRUE(frames->kept(self, pageOf(memory) + 4, 4));
    EXPECT_FALSE(frames->kept(self, pageOf(memory) + 4, 0));
    EXPECT_FALSE(frames->kept(self + 1, pageOf(memory), 1));
    ::munmap(memory, 8 * kPage);
    ::munmap(other, kPage);
}

TEST(PageFramesTest, whatIsMovedByWholeTablesIsNotKept) {
    char* const all = static_cast<char*>(
        ::mmap(nullptr, 4 * kTable, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::madvise(all, 4 * kTable, MADV_NOHUGEPAGE);
    char* const one = all + (kTable - reinterpret_cast<std::uintptr_t>(all) % kTable) % kTable;
    char* const other = one + kTable;
    std::memset(one, 1, 2 * kTable);
    auto frames = PageFrames::of(::getpid());
    ASSERT_TRUE(frames);
    ASSERT_EQ(::mremap(one, kTable, kTable, MREMAP_MAYMOVE | MREMAP_FIXED, other), other);
    frames->keepSame();
    const auto self = static_cast<std::uint32_t>(::getpid());
    EXPECT_FALSE(frames->kept(self, pageOf(other), 1));
    EXPECT_FALSE(frames->kept(self, pageOf(one), 1));
    ::munmap(all, 4 * kTable);
}

TEST(PageFramesTest, anotherProgramHasOtherMemory) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char go = 0;
        if (::read(ready[0], &go, 1) == 1)
            ::execl("/bin/sleep", "sleep", "100", nullptr);
        ::_exit(1);
    }
    auto frames = PageFrames::of(child);
    ASSERT_TRUE(frames);
    char* const memory = pages(1);
    const auto number = static_cast<std::uint32_t>(child);
    int here = 0; // lies in the child's stack, too
    EXPECT_TRUE(frames->kept(number, pageOf(&here), 1));
    ASSERT_EQ(::write(ready[1], "g", 1), 1);
    char name[16] = {};
    while (std::strncmp(name, "sleep", 5) != 0) {
        const int file = ::open(("/proc/" + std::to_string(child) + "/comm").c_str(), O_RDONLY);
        ASSERT_GT(::read(file, name, sizeof name - 1), 0);
        ::close(file);
    }
    frames->keepSame();
    EXPECT_FALSE(frames->kept(number, pageOf(&here), 1));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    ::munmap(memory, kPage);
}

TEST(ClearRefsWatchTest, seesWhoForgets) {
    auto watch = ClearRefsWatch::begin(::getpid());
    ASSERT_TRUE(watch) << watch.error().forLog();
    EXPECT_FALSE(watch->sawOthers({}));
    const auto forget = [] {
        const int file = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
        ASSERT_EQ(::write(file, "1", 1), 1);
        ::close(file);
    };
    forget();
    EXPECT_FALSE(watch->sawOthers({::getpid()}));
    forget();
    EXPECT_TRUE(watch->sawOthers({}));
    // Other things that are written there are nobody's concern.
    const int file = ::open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
    ASSERT_GT(::write(file, "frames", 6), 0);
    ::close(file);
    EXPECT_FALSE(watch->sawOthers({}));
}
