#include "session/store/KnownPages.h"

#include <algorithm>
#include <limits>

namespace entracte {

namespace {

constexpr std::uint64_t kMostAtOnce = std::numeric_limits<std::uint32_t>::max();

// The runs of an earlier file, found by the page that they begin at.
class EarlierFile {
public:
    explicit EarlierFile(const std::vector<PageRun>& runs) : m_runs(runs) {
        for (const PageRun& run : runs) {
            m_begins.push_back(m_pages);
            m_pages += run.count;
        }
    }
    std::uint64_t pages() const { return m_pages; }
    // The run with that page, of which there is one, from that page on.
    PageRun from(std::uint64_t page) const {
        const auto next = std::ranges::upper_bound(m_begins, page);
        const auto at = static_cast<std::size_t>(next - m_begins.begin()) - 1;
        PageRun run = m_runs[at];
        const auto skipped = static_cast<std::uint32_t>(page - m_begins[at]);
        run.count -= skipped;
        if (run.chunk != kZeros)
            run.first += skipped;
        return run;
    }

private:
    const std::vector<PageRun>& m_runs;
    std::vector<std::uint64_t> m_begins;
    std::uint64_t m_pages = 0;
};

} // namespace

KnownPages::KnownPages(EarlierRecipe earlier, const SameFiles& same)
    : m_chunks(std::move(earlier.chunks)) {
    std::map<std::string, EarlierFile> files;
    for (const PageFile& file : earlier.pages)
        files.emplace(file.name, EarlierFile(file.runs));
    for (const auto& [name, told] : same.files) {
        std::vector<Run>& runs = m_files[name];
        std::uint64_t at = 0;
        for (const SamePages& pages : told) {
            const auto file = files.find(pages.file);
            const bool known = file != files.end() && pages.first <= file->second.pages() &&
                               pages.count <= file->second.pages() - pages.first;
            for (std::uint64_t done = 0; done < pages.count;) {
                Run run{at, pages.count - done, kNone, 0};
                if (known) {
                    const PageRun found = file->second.from(pages.first + done);
                    run.count = std::min<std::uint64_t>(run.count, found.count);
                    if (found.chunk == kZeros || found.chunk < m_chunks.size()) {
                        run.chunk = found.chunk;
                        run.first = found.first;
                    }
                }
                runs.push_back(run);
                at += run.count;
                done += run.count;
            }
        }
    }
}

std::vector<KnownRun> KnownPages::of(const std::string& file, std::uint64_t first,
                                     std::uint64_t count) const {
    std::vector<KnownRun> found;
    const auto add = [&](const Run* run, std::uint64_t pages) {
        KnownRun known;
        known.count = static_cast<std::uint32_t>(std::min(pages, kMostAtOnce));
        if (run && run->chunk == kZeros) {
            known.zeros = true;
        } else if (run && run->chunk != kNone) {
            known.chunk = &m_chunks[run->chunk];
            known.first = run->first + static_cast<std::uint32_t>(first - run->at);
        }
        found.push_back(known);
        first += known.count;
        count -= known.count;
    };
    if (const auto told = m_files.find(file); told != m_files.end()) {
        auto run = std::ranges::upper_bound(told->second, first, {}, &Run::at);
        for (run -= run == told->second.begin() ? 0 : 1; run != told->second.end() && count > 0;
             ++run)
            if (first < run->at + run->count)
                add(&*run, std::min(count, run->at + run->count - first));
    }
    while (count > 0)
        add(nullptr, count);
    return found;
}

} // namespace entracte
