// upgrade-victim OUT LIBRARY DATA LOG [DOCUMENT]: uses files of the host while they are exchanged
// between a snapshot and a resume. Ten times a second it writes to OUT (replaced as a whole): how
// often it has done so, what LIBRARY's function answers, the first byte of DATA (mapped), and the
// sizes of LOG and DOCUMENT (open), "-" without one.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace {

long sizeOf(int file) {
    struct stat info {};
    return ::fstat(file, &info) == 0 ? static_cast<long>(info.st_size) : -1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5)
        return 2;
    void* const library = ::dlopen(argv[2], RTLD_NOW);
    if (!library) {
        std::fprintf(stderr, "%s\n", ::dlerror());
        return 1;
    }
    const auto answer = reinterpret_cast<int (*)()>(::dlsym(library, "upgradeVictimAnswer"));
    const int data = ::open(argv[3], O_RDONLY | O_CLOEXEC);
    void* const mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, data, 0);
    const int log = ::open(argv[4], O_RDONLY | O_CLOEXEC);
    const int document = argc > 5 ? ::open(argv[5], O_RDWR | O_CLOEXEC) : -1;
    if (!answer || mapped == MAP_FAILED || log < 0 || (argc > 5 && document < 0))
        return 1;
    char fresh[4096];
    std::snprintf(fresh, sizeof fresh, "%s.new", argv[1]);
    for (long count = 0;; ++count) {
        std::FILE* const out = std::fopen(fresh, "w");
        if (!out)
            return 1;
        std::fprintf(out, "%ld %d %c %ld %ld\n", count, answer(), *static_cast<const char*>(mapped),
                     sizeOf(log), document < 0 ? -1 : sizeOf(document));
        std::fclose(out);
        std::rename(fresh, argv[1]);
        ::usleep(100'000);
    }
}
