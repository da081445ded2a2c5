#include "session/base/DirtyMemory.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace entracte {

bool dirtyMemoryIsTracked() {
    constexpr std::size_t page = 4096;
    constexpr unsigned mark = 55;
    void* const memory =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    *static_cast<volatile char*>(memory) = 1;
    const UniqueFd file(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    std::uint64_t entry = 0;
    const auto at =
        static_cast<off_t>(reinterpret_cast<std::uintptr_t>(memory) / page * sizeof entry);
    const bool read =
        file && ::pread(file.get(), &entry, sizeof entry, at) == static_cast<ssize_t>(sizeof entry);
    ::munmap(memory, page);
    return read && (entry >> mark & 1) != 0;
}

} // namespace entracte
