// Memory in all the ways that a process may have it.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <csignal>
#include <cstring>
#include <fstream>
#include <numeric>
#include <string>

namespace victim {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kSize = 64 * kPage;

using Byte = unsigned char;

Byte* map(Scene& scene, std::size_t size, int protection, int flags, int file = -1) {
    void* memory = ::mmap(nullptr, size, protection, flags, file, 0);
    scene.check(memory != MAP_FAILED, "the memory could not be mapped");
    return static_cast<Byte*>(memory);
}

void fill(Byte* memory, std::size_t size, Byte seed) {
    for (std::size_t at = 0; at < size; ++at)
        memory[at] = static_cast<Byte>(at * 7 + at / kPage + seed);
}

bool holds(const Byte* memory, std::size_t size, Byte seed) {
    for (std::size_t at = 0; at < size; ++at)
        if (memory[at] != static_cast<Byte>(at * 7 + at / kPage + seed))
            return false;
    return true;
}

int newFile(Scene& scene, const char* name, std::size_t size) {
    const int file = scene.must(
        ::open(scene.path(name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), "open");
    scene.must(::ftruncate(file, static_cast<off_t>(size)), "ftruncate");
    return file;
}

bool statusSays(const char* label, long atLeastKb) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == label) {
            long kb = 0;
            status >> kb;
            return kb >= atLeastKb;
        }
    return false;
}

bool mappingHas(const void* address, const std::string& flag) {
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::size_t start = 0;
        std::size_t end = 0;
        if (std::sscanf(line.c_str(), "%zx-%zx ", &start, &end) == 2)
            inside = reinterpret_cast<std::size_t>(address) >= start &&
                     reinterpret_cast<std::size_t>(address) < end;
        if (inside && line.starts_with("VmFlags:"))
            return line.find(" " + flag) != std::string::npos;
    }
    return false;
}

void privateMemory(Scene& scene) {
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    fill(memory, kSize / 2, 1); // the rest was never touched
    scene.wait();
    scene.check(holds(memory, kSize / 2, 1), "the memory has other contents");
    for (std::size_t at = kSize / 2; at < kSize; ++at)
        scene.check(memory[at] == 0, "untouched memory is not empty");
}

void sharedMemory(Scene& scene) {
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
    fill(memory, kSize, 2);
    int toChild[2];
    scene.must(::pipe(toChild), "pipe");
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        char go = 0;
        if (::read(toChild[0], &go, 1) == 1 && holds(memory, kSize, 2))
            memory[kPage] = 99;
        ::_exit(0);
    }
    scene.wait();
    scene.check(::write(toChild[1], "g", 1) == 1, "the child does not listen");
    scene.check(::waitpid(child, nullptr, 0) == child && memory[kPage] == 99,
                "the memory is not shared with the child any more");
}

void fileShared(Scene& scene) {
    const int file = newFile(scene, "mapped", kSize);
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file);
    fill(memory, kSize, 3);
    scene.wait();
    scene.check(holds(memory, kSize, 3), "the mapping has other contents");
    memory[5] = 77;
    Byte seen = 0;
    scene.check(::pread(file, &seen, 1, 5) == 1 && seen == 77, "the mapping is not the file's");
}

void filePrivate(Scene& scene) {
    const int file = newFile(scene, "mapped", kSize);
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
    fill(memory, kPage, 4);
    scene.wait();
    scene.check(holds(memory, kPage, 4), "the changed page has other contents");
    Byte seen = 1;
    scene.check(::pread(file, &seen, 1, 5) == 1 && seen == 0, "the file was changed");
    scene.check(memory[kPage] == 0, "an unchanged page is not the file's");
}

void fileUnlinked(Scene& scene) {
    const int file = newFile(scene, "mapped", kSize);
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file);
    scene.must(::unlink(scene.path("mapped").c_str()), "unlink");
    ::close(file);
    fill(memory, kSize, 5);
    scene.wait();
    scene.check(holds(memory, kSize, 5), "the mapping has other contents");
}

void locked(Scene& scene) {
    auto* memory = map(scene, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    fill(memory, 4 * kPage, 6);
    scene.must(::mlock(memory, 4 * kPage), "mlock");
    scene.wait();
    scene.check(holds(memory, 4 * kPage, 6), "the memory has other contents");
    scene.check(statusSays("VmLck:", 16), "the memory is not locked any more");
}

void advised(Scene& scene) {
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    scene.must(::madvise(memory, kSize, MADV_DONTFORK), "madvise");
    scene.must(::madvise(memory, kSize, MADV_DONTDUMP), "madvise");
    fill(memory, kSize, 7);
    scene.wait();
    scene.check(holds(memory, kSize, 7), "the memory has other contents");
    scene.check(mappingHas(memory, "dc") && mappingHas(memory, "dd"), "the advice is forgotten");
}

sigjmp_buf g_back;
void jumpBack(int) {
    ::siglongjmp(g_back, 1);
}

bool faults(volatile Byte* address, bool writing) {
    struct sigaction action {};
    action.sa_handler = jumpBack;
    action.sa_flags = SA_NODEFER;
    ::sigaction(SIGSEGV, &action, nullptr);
    if (::sigsetjmp(g_back, 1) != 0)
        return true;
    if (writing)
        *address = 1;
    else
        static_cast<void>(*address);
    return false;
}

void protections(Scene& scene) {
    auto* memory = map(scene, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    fill(memory, 3 * kPage, 8);
    scene.must(::mprotect(memory, kPage, PROT_NONE), "mprotect");
    scene.must(::mprotect(memory + 2 * kPage, kPage, PROT_READ), "mprotect");
    scene.wait();
    scene.check(faults(memory, false), "the guard page can be read");
    scene.check(!faults(memory + kPage, true), "the page between cannot be written");
    scene.check(faults(memory + 2 * kPage, true), "the read-only page can be written");
    scene.must(::mprotect(memory, kPage, PROT_READ), "mprotect");
    scene.check(holds(memory, kPage, 8), "what lies behind the guard has other contents");
}

void growsDown(Scene& scene) {
    const auto protection = PROT_READ | PROT_WRITE;
    auto* area = map(scene, 64 * kPage, protection, MAP_PRIVATE | MAP_ANONYMOUS);
    scene.must(::munmap(area, 64 * kPage), "munmap");
    auto* top =
        static_cast<Byte*>(::mmap(area + 48 * kPage, 8 * kPage, protection,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0));
    scene.check(top == area + 48 * kPage, "the memory could not be mapped");
    fill(top, 8 * kPage, 9);
    scene.wait();
    scene.check(holds(top, 8 * kPage, 9), "the memory has other contents");
    scene.check(mappingHas(top, "gd"), "the memory does not grow down any more");
}

void executable(Scene& scene) {
    auto* code = map(scene, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    constexpr Byte return42[] = {0xb8, 42, 0, 0, 0, 0xc3}; // mov $42, %eax; ret
    std::memcpy(code, return42, sizeof return42);
    scene.must(::mprotect(code, kPage, PROT_READ | PROT_EXEC), "mprotect");
    scene.wait();
    scene.check(reinterpret_cast<int (*)()>(code)() == 42, "the made code does not run");
}

void memfd(Scene& scene) {
    const int file =
        scene.must(::memfd_create("victim", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
    scene.must(::ftruncate(file, kSize), "ftruncate");
    auto* memory = map(scene, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file);
    fill(memory, kSize, 10);
    scene.must(::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), "seal");
    scene.wait();
    scene.check(holds(memory, kSize, 10), "the memory has other contents");
    scene.check(::fcntl(file, F_GET_SEALS) == (F_SEAL_SHRINK | F_SEAL_GROW), "the seals differ");
    memory[1] = 33;
    Byte seen = 0;
    scene.check(::pread(file, &seen, 1, 1) == 1 && seen == 33, "mapping and descriptor differ");
}

void hugePages(Scene& scene) {
    constexpr std::size_t huge = 2 << 20;
    void* memory = ::mmap(nullptr, huge, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (memory == MAP_FAILED)
        scene.absent("this machine has no huge pages set aside");
    fill(static_cast<Byte*>(memory), huge, 11);
    scene.wait();
    scene.check(holds(static_cast<Byte*>(memory), huge, 11), "the memory has other contents");
}

void heap(Scene& scene) {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += std::to_string(i);
    const void* before = ::sbrk(0);
    scene.wait();
    std::string again;
    for (int i = 0; i < 100000; ++i)
        again += std::to_string(i);
    scene.check(text == again && ::sbrk(0) >= before, "the heap is another");
}

constexpr Kind kKinds[] = {
    {"memory.private", privateMemory},
    {"memory.shared", sharedMemory},
    {"memory.file-shared", fileShared},
    {"memory.file-private", filePrivate},
    {"memory.file-unlinked", fileUnlinked},
    {"memory.locked", locked},
    {"memory.advice", advised},
    {"memory.guard-pages", protections},
    {"memory.grows-down", growsDown},
    {"memory.made-code", executable},
    {"memory.memfd", memfd},
    {"memory.huge-pages", hugePages},
    {"memory.heap", heap},
};

} // namespace

std::span<const Kind> memoryKinds() {
    return kKinds;
}

} // namespace victim
