#include "session/criu/MemoryAhead.h"

#include "session/base/Companion.h"
#include "session/base/ScopeExit.h"
#include "session/base/Subprocess.h"
#include "session/criu/CriuCommand.h"
#include "session/criu/ImageReader.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

namespace entracte {
namespace {

constexpr std::size_t kMostMaps = 64 << 20; // bytes of all page maps
constexpr std::uint64_t kPage = 4096;

Error unusable(std::string detail) {
    return {ErrorCode::Internal, "What was saved of the memory ahead cannot be used.",
            std::move(detail)};
}

// The text between, of a file's name.
std::optional<std::string_view> between(std::string_view name, std::string_view prefix) {
    constexpr std::string_view suffix = ".img";
    if (!name.starts_with(prefix) || !name.ends_with(suffix))
        return std::nullopt;
    name.remove_prefix(prefix.size());
    name.remove_suffix(suffix.size());
    return name;
}

Result<std::string> contentsOf(int directory, const std::string& name, std::size_t& room) {
    const UniqueFd file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
        static_cast<std::uint64_t>(info.st_size) > room)
        return fail(unusable(name + " cannot be read"));
    std::string content(static_cast<std::size_t>(info.st_size), '\0');
    if (::pread(file.get(), content.data(), content.size(), 0) != info.st_size)
        return fail(unusable(name + " is cut short"));
    room -= content.size();
    return content;
}

// Both halves of each process; of memory that is shared (by 0 and up from the top, as no process
// has such numbers) only the last.
Result<std::map<std::uint32_t, PageHalves>> readHalves(const std::filesystem::path& images,
                                                       int last, int ahead) {
    std::map<std::uint32_t, PageHalves> halves;
    std::size_t room = kMostMaps;
    std::uint32_t shared = UINT32_MAX;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(images, error)) {
        const std::string name = file.path().filename().string();
        const auto text = between(name, "pagemap-");
        if (!text)
            continue;
        std::uint32_t pid = 0;
        const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), pid);
        const bool process = problem == std::errc() && end == text->data() + text->size();
        PageHalves& half = halves[process ? pid : shared--];
        ENTRACTE_ASSIGN(content, contentsOf(last, name, room));
        half.last = std::move(content);
        if (struct stat info{}; process && ::fstatat(ahead, name.c_str(), &info, 0) == 0) {
            ENTRACTE_ASSIGN(other, contentsOf(ahead, name, room));
            half.ahead = std::move(other);
        }
    }
    if (error)
        return fail(unusable(error.message()));
    return halves;
}

// By a process without privileges.
Result<std::map<std::uint32_t, MergedPages>>
askForMerge(const std::map<std::uint32_t, PageHalves>& halves) {
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), "pages"};
    spec.captureLimit = 4 * kMostMaps;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20), packHalves(halves)));
    if (!done.status.success())
        return fail(unusable("reading the page maps " + done.status.inWords()));
    return unpackMerged(done.output);
}

std::string pagesName(std::uint32_t id) {
    return "pages-" + std::to_string(id) + ".img";
}

Status copyPages(int from, const PageStretch& stretch, int to) {
    auto at = static_cast<off_t>(stretch.first * kPage);
    for (std::uint64_t left = stretch.count * kPage; left > 0;) {
        const ssize_t got = ::sendfile(to, from, &at, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(unusable(got == 0 ? "pages are missing" : "pages cannot be copied"));
        left -= static_cast<std::uint64_t>(got);
    }
    return {};
}

Status putAway(int directory, const std::string& name, std::string_view content) {
    const UniqueFd file(::openat(directory, name.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    while (file && !content.empty()) {
        const ssize_t put = ::write(file.get(), content.data(), content.size());
        if (put <= 0)
            return fail(unusable("a page map cannot be written"));
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return file ? Status() : fail(unusable("a page map cannot be written"));
}

// The merged pages take the place of the last dump's, and those from ahead go.
Status mergeOne(int last, int ahead, std::uint32_t pid, const MergedPages& merged) {
    constexpr const char* fresh = "merged";
    const std::string map = "pagemap-" + std::to_string(pid) + ".img";
    const std::string pages = pagesName(merged.lastPages);
    const std::string other = pagesName(merged.aheadPages);
    const UniqueFd ours(::openat(last, pages.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    const UniqueFd theirs(::openat(ahead, other.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    ::unlinkat(last, fresh, 0);
    const UniqueFd whole(
        ::openat(last, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!ours || !theirs || !whole)
        return fail(unusable("the pages of a process cannot be opened"));
    for (const PageStretch& stretch : merged.pages)
        ENTRACTE_TRY(copyPages(stretch.ahead ? theirs.get() : ours.get(), stretch, whole.get()));
    if (::renameat(last, fresh, last, pages.c_str()) != 0)
        return fail(unusable("the pages of a process cannot be put in their place"));
    ::unlinkat(ahead, other.c_str(), 0); // another process's may still be needed; ours are not
    ENTRACTE_TRY(putAway(last, fresh, merged.pagemap));
    if (::renameat(last, fresh, last, map.c_str()) != 0)
        return fail(unusable("a page map cannot be put in its place"));
    return {};
}

} // namespace

bool MemoryAhead::isTriedWith(std::string_view version) {
    return version == "3.17.1" || version == "4.2.1"; // Debian 12's, and what set-up brings
}

Result<MemoryAhead> MemoryAhead::take(const Criu& criu, const DumpOptions& options,
                                      const std::filesystem::path& directory) {
    ENTRACTE_ASSIGN(version, criu.version());
    if (!isTriedWith(version))
        return fail(unusable("not tried with CRIU " + version));
    std::error_code error;
    std::filesystem::remove_all(directory, error);
    std::filesystem::create_directory(directory, error);
    if (error)
        return fail(unusable(error.message()));
    ScopeExit remove([&] { std::filesystem::remove_all(directory, error); });
    ENTRACTE_ASSIGN(watch, ClearRefsWatch::begin(options.root));
    ENTRACTE_ASSIGN(frames, PageFrames::of(options.root));
    MemoryAhead ahead(directory, std::move(watch), std::move(frames));
    remove.dismiss();
    DumpOptions with = options;
    with.images = directory;
    ENTRACTE_ASSIGN(command, preDumpCommand(criu.program().string(), with));
    SubprocessSpec spec;
    spec.command = std::move(command);
    spec.environment = criuEnvironment({});
    ENTRACTE_ASSIGN(process, Subprocess::start(spec));
    ahead.m_criu = process.pid();
    // No limit, as for a dump.
    ENTRACTE_ASSIGN(status, process.wait(std::chrono::milliseconds(-1)));
    if (!status.success())
        return fail(diagnoseLogFile(CriuVerb::Dump, directory / kDumpLog));
    if (const auto times = readDumpTimes(directory / "stats-dump"))
        ahead.m_frozenMicros = times->freezingMicros + times->frozenMicros;
    ENTRACTE_TRY(PageFrames::refuseUnmarked(options.root));
    ahead.m_frames.keepSame();
    return ahead;
}

MemoryAhead::~MemoryAhead() {
    std::error_code ignored;
    if (!m_directory.empty())
        std::filesystem::remove_all(m_directory, ignored);
}

void MemoryAhead::lookAgain(pid_t criu) {
    m_frames.keepSame();
    m_inDoubt = m_watch.sawOthers({m_criu, criu});
}

Status MemoryAhead::mergeInto(const std::filesystem::path& images) {
    if (m_inDoubt)
        return fail(unusable("somebody else has cleared the marks of written memory"));
    const UniqueFd last(::open(images.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd ahead(::open(m_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!last || !ahead)
        return fail(unusable("the images cannot be opened"));
    ENTRACTE_ASSIGN(halves, readHalves(images, last.get(), ahead.get()));
    ENTRACTE_ASSIGN(merged, askForMerge(halves));
    for (const auto& [pid, half] : halves)
        if (!merged.contains(pid))
            return fail(unusable("a process was forgotten"));
    for (const auto& [pid, one] : merged) {
        if (one.pagemap.empty())
            continue;
        for (const PageStretch& stretch : one.pages)
            if (stretch.ahead && !m_frames.kept(pid, stretch.address, stretch.count))
                return fail(unusable("memory of process " + std::to_string(pid) +
                                     " was moved without a mark, " + std::to_string(stretch.count) +
                                     " pages from page " + std::to_string(stretch.address)));
    }
    for (const auto& [pid, one] : merged)
        if (!one.pagemap.empty())
            ENTRACTE_TRY(mergeOne(last.get(), ahead.get(), pid, one));
    ::unlinkat(last.get(), "parent", 0);
    return {};
}

} // namespace entracte
