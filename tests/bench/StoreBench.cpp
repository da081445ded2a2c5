// What storing and restoring a session costs, beside zstd's own program on the same images in the
// same run, one after the other.
//
//   store-bench [FOLDER] [MIB]   FOLDER: on the disk that is meant (/tmp); MIB: of the images (256)
//
// Prints a JSON list of rows {name, ours, reference, ratio, unit}. The images are made: pages as
// memory has them (pointers, numbers, text, some noise, some zeros), of four processes.

#include "session/store/SnapshotStore.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace entracte {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const SessionId kSession = "00000000000000aa";
constexpr int kProcesses = 4;
constexpr int kRounds = 5;
constexpr int kSnapshots = 10;
constexpr std::size_t kPage = 4096;

class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed * 0x9e3779b97f4a7c15 + 1) {}
    std::uint64_t next() {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return m_state;
    }

private:
    std::uint64_t m_state;
};

void fillPage(std::uint64_t* words, std::uint64_t seed) {
    Random random(seed);
    const std::uint64_t kind = random.next() % 10;
    for (std::size_t i = 0; i < kPage / sizeof *words; ++i) {
        const std::uint64_t value = random.next();
        if (kind == 0)
            words[i] = 0;
        else if (kind < 6) // structures: pointers into one heap, small numbers, nothing
            words[i] = value % 4 == 0   ? 0x00007f3a5c000000 + (value >> 44) * 16
                       : value % 4 == 1 ? (value >> 58)
                                        : 0;
        else if (kind < 9) // text of few words
            words[i] = 0x2065687420666f20 + (value % 16) * 0x0101;
        else
            words[i] = value;
    }
}

void writeImages(const fs::path& folder, std::size_t mib) {
    std::vector<std::uint64_t> page(kPage / sizeof(std::uint64_t));
    for (int process = 1; process <= kProcesses; ++process) {
        std::ofstream file(folder / fmt::format("pages-{}.img", process), std::ios::binary);
        for (std::size_t i = 0; i < mib * 256 / kProcesses; ++i) {
            fillPage(page.data(), i * kProcesses + static_cast<std::size_t>(process));
            file.write(reinterpret_cast<const char*>(page.data()), kPage);
        }
        std::ofstream(folder / fmt::format("core-{}.img", process)) << "core";
    }
}

// As if the session had been used a little: 1 % of the pages are others.
void useALittle(const fs::path& folder, int round) {
    std::vector<std::uint64_t> page(kPage / sizeof(std::uint64_t));
    for (int process = 1; process <= kProcesses; ++process) {
        const auto path = folder / fmt::format("pages-{}.img", process);
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        const std::size_t pages = fs::file_size(path) / kPage;
        for (std::size_t i = static_cast<std::size_t>(round); i < pages; i += 100) {
            fillPage(page.data(), i * 7919 + static_cast<std::size_t>(round) * 104729);
            file.seekp(static_cast<std::streamoff>(i * kPage));
            file.write(reinterpret_cast<const char*>(page.data()), kPage);
        }
    }
}

template <typename Work>
double secondsOf(Work work) {
    const auto began = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - began).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

[[noreturn]] void giveUp(const std::string& why) {
    std::fprintf(stderr, "store-bench: %s\n", why.c_str());
    std::exit(1);
}

void shell(const std::string& command) {
    if (std::system(command.c_str()) != 0)
        giveUp("failed: " + command);
}

class Bench {
public:
    Bench(fs::path root, std::size_t mib) : m_root(std::move(root)), m_mib(mib) {
        for (const char* name : {"images", "layer", "out", "reference"})
            fs::create_directories(m_root / name);
        writeImages(m_root / "images", mib);
        reopen();
    }

    void run() {
        std::vector<double> ours, theirs, oursBack, theirsBack, again;
        for (int round = 0; round < kRounds; ++round) {
            fs::remove_all(m_root / "state");
            reopen();
            theirs.push_back(timed([&] { reference(); }));
            ours.push_back(timed([&] { take(); }));
            theirsBack.push_back(timed([&] { referenceBack(); }));
            oursBack.push_back(timed([&] { restore(); }));
        }
        const double first = used();
        for (int i = 1; i < kSnapshots; ++i) {
            useALittle(m_root / "images", i);
            again.push_back(timed([&] { take(); }));
        }
        rate("store: first snapshot", ours, theirs);
        rate("store: next snapshots", again, std::vector<double>(again.size(), median(theirs)));
        rate("store: restore reading", oursBack, theirsBack);
        row("store: space of ten snapshots", used() / 1e6, first / 1e6, used() / first, "MB");
        struct rusage usage {};
        ::getrusage(RUSAGE_SELF, &usage);
        const double peak = static_cast<double>(usage.ru_maxrss) / 1024;
        row("store: memory", peak, 200, peak / 200, "MiB");
        std::printf("\n]\n");
    }

private:
    // Nobody pays for what others have left to be written to the disk.
    template <typename Work>
    double timed(Work work) {
        fs::remove_all(m_root / "out");
        fs::create_directories(m_root / "out");
        if (const int folder = ::open(m_root.c_str(), O_RDONLY | O_DIRECTORY); folder >= 0) {
            ::syncfs(folder);
            ::close(folder);
        }
        return secondsOf(work);
    }
    void reopen() {
        m_store.reset();
        auto opened = SnapshotStore::open(m_root / "state");
        if (!opened)
            giveUp(opened.error().forLog());
        m_store = std::move(*opened);
    }
    void take() {
        auto writer = m_store->begin(kSession);
        if (!writer || !(*writer)->addImages(m_root / "images", m_stretch) ||
            !(*writer)->addLayer(m_root / "layer", {}, m_stretch))
            giveUp("nothing could be stored");
        SnapshotRecord record;
        record.info.takenUnixMs = ++m_taken;
        auto info = (*writer)->commit(record, Clock::now(), m_stretch);
        if (!info)
            giveUp(info.error().forLog());
        m_last = info->id;
    }
    void restore() {
        if (const auto done = m_store->extractImages(kSession, m_last, m_root / "out", m_stretch);
            !done)
            giveUp(done.error().forLog());
    }
    // On the disk when it is done, as ours is.
    void reference() const {
        shell(fmt::format("zstd -q -1 -T0 -f {0}/images/pages-*.img --output-dir-flat "
                          "{0}/reference && sync -f {0}/reference",
                          m_root.string()));
    }
    void referenceBack() {
        shell(fmt::format("zstd -q -d -f {0}/reference/*.zst --output-dir-flat {0}/out",
                          m_root.string()));
    }
    double used() const {
        const auto space = m_store->space();
        return space ? static_cast<double>(space->used) : 0;
    }
    // The ratio is the median of the rounds': whatever else the machine does meets both of a round.
    void rate(const char* name, const std::vector<double>& ours,
              const std::vector<double>& theirs) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < ours.size(); ++i)
            ratios.push_back(theirs[i] / ours[i]);
        const auto size = static_cast<double>(m_mib);
        row(name, size / median(ours), size / median(theirs), median(ratios), "MiB/s");
    }
    void row(const char* name, double ours, double reference, double ratio, const char* unit) {
        std::printf("%s\n{\"name\": \"%s\", \"ours\": %.1f, \"reference\": %.1f, \"ratio\": %.2f, "
                    "\"unit\": \"%s\"}",
                    m_rows++ == 0 ? "[" : ",", name, ours, reference, ratio, unit);
    }

    const fs::path m_root;
    const std::size_t m_mib;
    std::unique_ptr<SnapshotStore> m_store;
    JobControl m_job;
    JobStretch m_stretch{m_job, "measuring", 0, 1};
    SnapshotId m_last;
    std::int64_t m_taken = 0;
    int m_rows = 0;
};

} // namespace

} // namespace entracte

int main(int count, char** arguments) {
    std::string root = std::string(count > 1 ? arguments[1] : "/tmp") + "/entracte-bench-XXXXXX";
    if (!::mkdtemp(root.data())) {
        std::perror("store-bench");
        return 1;
    }
    const std::size_t mib = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 256;
    entracte::Bench(root, std::max<std::size_t>(mib, 4)).run();
    std::filesystem::remove_all(root);
    return 0;
}
