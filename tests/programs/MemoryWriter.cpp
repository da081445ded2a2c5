// memory-writer MODE MEGABYTES: writes into its memory all the while, and can tell whether any of
// it was lost.
//
// Each page says which write it had last; an index says so of all pages. When one is not as the
// other says, a write was lost. MODE: "plain"; "moves", which also moves memory about by whole page
// tables (mremap(2)); "forgets", which also has the kernel forget which pages it has written
// (proc(5), clear_refs).
//
// Once /tmp/verify is there, it looks, writes what it found into /tmp/verdict (first word "whole"
// or "lost"), and ends.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kTable = 2 << 20; // what one page table maps

struct Page {
    std::uint64_t number;
    std::uint64_t version;
    std::uint64_t sum;
    std::uint64_t filling[kPage / sizeof(std::uint64_t) - 3];
};
static_assert(sizeof(Page) == kPage);

std::uint64_t next(std::uint64_t& state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

// At the beginning of a page table's stretch.
char* reserve(std::size_t bytes) {
    auto* all = static_cast<char*>(::mmap(nullptr, bytes + kTable, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (all == MAP_FAILED)
        std::abort();
    char* const from = all + (kTable - reinterpret_cast<std::uintptr_t>(all) % kTable) % kTable;
    ::madvise(from, bytes, MADV_NOHUGEPAGE); // tables of pages, not pages of that size
    return from;
}

void write(Page& page, std::uint64_t number, std::uint64_t version) {
    std::uint64_t state = number * 1000003 + version + 1;
    page.number = number;
    page.version = version;
    std::uint64_t sum = number ^ version;
    for (auto& word : page.filling)
        sum ^= word = next(state);
    page.sum = sum;
}

bool isWhole(const Page& page, std::uint64_t number, std::uint64_t version) {
    std::uint64_t sum = page.number ^ page.version;
    for (const auto word : page.filling)
        sum ^= word;
    return page.number == number && page.version == version && page.sum == sum;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3)
        return 2;
    const bool moves = std::strcmp(argv[1], "moves") == 0;
    const bool forgets = std::strcmp(argv[1], "forgets") == 0;
    const std::size_t stretches = std::strtoul(argv[2], nullptr, 10) / 2;
    const std::size_t each = kTable / kPage;
    char* const memory = reserve((stretches + 1) * kTable);
    char* const spare = memory + stretches * kTable;
    std::vector<char*> places; // of each stretch
    for (std::size_t i = 0; i < stretches; ++i)
        places.push_back(memory + i * kTable);
    std::vector<std::uint64_t> index(stretches * each);
    const auto page = [&](std::size_t number) -> Page& {
        return *reinterpret_cast<Page*>(places[number / each] + number % each * kPage);
    };
    for (std::size_t i = 0; i < index.size(); ++i)
        write(page(i), i, 0);
    std::uint64_t state = 88172645463325252u;
    for (std::uint64_t round = 1;; ++round) {
        // A tenth of it, again and again.
        const std::size_t number = next(state) % (index.size() / 10 + 1) * 7 % index.size();
        write(page(number), number, ++index[number]);
        if (moves && round % 16 == 0) {
            const std::size_t a = next(state) % stretches;
            const std::size_t b = (a + 1) % stretches;
            const auto move = [](char* from, char* to) {
                if (::mremap(from, kTable, kTable, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
                    std::abort();
            };
            move(places[a], spare);
            move(places[b], places[a]);
            move(spare, places[b]);
            std::swap(places[a], places[b]);
        }
        if (forgets && round % 64 == 0) {
            const int file = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
            if (file < 0 || ::write(file, "4", 1) != 1)
                std::abort();
            ::close(file);
        }
        if (round % 256 == 0) {
            ::usleep(500);
            if (::access("/tmp/verify", F_OK) == 0)
                break;
        }
    }
    std::size_t lost = 0;
    for (std::size_t i = 0; i < index.size(); ++i)
        lost += isWhole(page(i), i, index[i]) ? 0 : 1;
    std::FILE* const verdict = std::fopen("/tmp/verdict.new", "w");
    if (!verdict)
        return 1;
    std::fprintf(verdict, "%s: %zu of %zu pages\n", lost == 0 ? "whole" : "lost", lost,
                 index.size());
    std::fclose(verdict);
    return std::rename("/tmp/verdict.new", "/tmp/verdict") == 0 ? 0 : 1;
}
