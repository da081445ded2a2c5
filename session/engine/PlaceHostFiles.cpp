// The host's files and documents before a restore: compared with what a snapshot has of them.

#include "session/engine/FileContents.h"
#include "session/engine/HostFiles.h"
#include "session/engine/SessionView.h"
#include "session/store/FileTimes.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <vector>

namespace entracte {

namespace {

// Which documents of shared folders differ from what was kept, and how.
std::optional<ChangedFile> changeOf(const KeptFile& kept) {
    const UniqueFd now = openPlace({"/", kept.path.substr(1), true}, O_RDONLY | O_NONBLOCK);
    struct stat info {};
    if (!now || ::fstat(now.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return ChangedFile{kept.path, true};
    if (static_cast<std::uint64_t>(info.st_size) == kept.size && hashOf(now.get()) == kept.hash)
        return std::nullopt;
    return ChangedFile{kept.path, false};
}

class Placing {
public:
    Placing(const ContainerSpec& container, const std::filesystem::path& images, FilesPolicy policy)
        : m_view(container), m_images(::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
          m_policy(policy) {}

    Status place(const KeptFile& kept) {
        const auto place = m_view.find(kept.path);
        if (!place)
            return {};
        if (S_ISDIR(kept.mode))
            return makeDirectory(*place, kept);
        if (kept.stored) {
            if (!isSurelyAsKept(*place, kept))
                m_stored[*kept.stored].push_back(&kept);
            return {};
        }
        return place->shared ? placeDocument(*place, kept) : placeFile(*place, kept);
    }
    // Of those that the store keeps: what differs, or what only a comparison tells.
    Status placeStored(const StoredFiles& from, const std::filesystem::path& scratch,
                       const JobStretch& stretch) const {
        std::vector<std::uint32_t> numbers;
        for (const auto& [number, kept] : m_stored)
            numbers.push_back(number);
        if (numbers.empty())
            return {};
        return from.store.extractHostFiles(
            from.session, from.snapshot, numbers, scratch,
            [&](std::uint32_t number, int file) -> Status {
                for (const KeptFile* kept : m_stored.at(number)) {
                    const auto place = m_view.find(kept->path);
                    ::lseek(file, 0, SEEK_SET); // the one before read it
                    if (place)
                        ENTRACTE_TRY(placeContent(*place, *kept, file));
                }
                return {};
            },
            stretch);
    }
    std::vector<std::string> takeLeft() { return std::move(m_left); }

private:
    // The directory of a place, made where it is missing; `name` gets the last step.
    static Result<UniqueFd> openParent(const Place& place, std::string& name) {
        const auto slash = place.within.rfind('/');
        name = slash == std::string::npos ? place.within : place.within.substr(slash + 1);
        const std::string folder = slash == std::string::npos ? "" : place.within.substr(0, slash);
        const UniqueFd top(
            ::open(place.top.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!top || name.empty() || name == "." || name == "..")
            return fail(ErrorCode::SnapshotDamaged, "A file's path makes no sense.", place.within);
        for (std::size_t end = 0; end < folder.size();) {
            end = std::min(folder.find('/', end + 1), folder.size());
            const std::string step = folder.substr(0, end);
            if (openBeneath(top.get(), step, O_PATH | O_DIRECTORY, resolving(place)))
                continue;
            const auto last = step.rfind('/');
            const UniqueFd parent =
                openBeneath(top.get(), last == std::string::npos ? "" : step.substr(0, last),
                            O_RDONLY | O_DIRECTORY, resolving(place));
            const std::string made = step.substr(last == std::string::npos ? 0 : last + 1);
            if (!parent || ::mkdirat(parent.get(), made.c_str(), 0755) != 0)
                return fail(Error::fromErrno("A folder that the session uses could not be made"));
        }
        UniqueFd parent = openBeneath(top.get(), folder, O_RDONLY | O_DIRECTORY, resolving(place));
        if (!parent)
            return fail(Error::fromErrno("A folder that the session uses could not be opened"));
        return parent;
    }

    static Status makeDirectory(const Place& place, const KeptFile& kept) {
        if (openPlace(place, O_PATH | O_DIRECTORY))
            return {};
        std::string name;
        ENTRACTE_ASSIGN(parent, openParent(place, name));
        if (::mkdirat(parent.get(), name.c_str(), 0700) != 0 ||
            ::fchownat(parent.get(), name.c_str(), kept.uid, kept.gid, AT_SYMLINK_NOFOLLOW) != 0 ||
            ::fchmodat(parent.get(), name.c_str(), kept.mode & 07777, 0) != 0)
            return fail(Error::fromErrno("A folder that the session uses could not be made"));
        return {};
    }

    UniqueFd content(const KeptFile& kept) const {
        return UniqueFd(
            ::openat(m_images.get(), kept.content.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    }

    static UniqueFd presentOf(const Place& place, const KeptFile& kept, struct stat& info) {
        UniqueFd now = openPlace(place, O_RDONLY | O_NONBLOCK);
        if (now && (::fstat(now.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
                    static_cast<std::uint64_t>(info.st_size) != kept.size))
            now.reset();
        return now;
    }

    // Without looking into it.
    static bool isSurelyAsKept(const Place& place, const KeptFile& kept) {
        struct stat info {};
        return presentOf(place, kept, info) && nanoseconds(info.st_mtim) == kept.modifiedNs &&
               nanoseconds(info.st_ctim) == kept.changedNs;
    }

    Status placeFile(const Place& place, const KeptFile& kept) const {
        const UniqueFd saved = content(kept);
        if (!saved)
            return fail(ErrorCode::SnapshotDamaged,
                        "The snapshot lacks a file that its programs use.", kept.path);
        return placeContent(place, kept, saved.get());
    }

    static Status placeContent(const Place& place, const KeptFile& kept, int saved) {
        struct stat info {};
        if (const UniqueFd now = presentOf(place, kept, info); now && sameContent(now.get(), saved))
            return {};
        spdlog::info("{} differs from the session's; it keeps its own", kept.path);
        return put(place, kept, saved);
    }

    static Status put(const Place& place, const KeptFile& kept, int saved) {
        std::string name;
        ENTRACTE_ASSIGN(parent, openParent(place, name));
        const std::string fresh = "." + newId() + ".entracte";
        ENTRACTE_ASSIGN(file, createIn(parent.get(), fresh));
        const std::array times = {timespec{0, UTIME_OMIT},
                                  timespec{kept.modifiedNs / 1'000'000'000,
                                           static_cast<long>(kept.modifiedNs % 1'000'000'000)}};
        ::lseek(saved, 0, SEEK_SET);
        auto done = copyContent(saved, file.get(), nullptr);
        if (done && (::fchown(file.get(), kept.uid, kept.gid) != 0 ||
                     ::fchmod(file.get(), kept.mode & 07777) != 0 ||
                     ::futimens(file.get(), times.data()) != 0 ||
                     ::renameat(parent.get(), fresh.c_str(), parent.get(), name.c_str()) != 0))
            done = fail(Error::fromErrno("A file of the session could not be put in its place"));
        if (!done)
            ::unlinkat(parent.get(), fresh.c_str(), 0);
        return done;
    }

    Status placeDocument(const Place& place, const KeptFile& kept) {
        const auto change = changeOf(kept);
        if (!change)
            return {};
        if (!change->removed && m_policy != FilesPolicy::Saved && m_policy != FilesPolicy::Both) {
            m_left.push_back(kept.path);
            return {};
        }
        const UniqueFd saved = content(kept);
        if (!saved)
            return fail(ErrorCode::SnapshotDamaged,
                        "The snapshot lacks a document that its programs use.", kept.path);
        if (!change->removed && m_policy == FilesPolicy::Both) {
            std::string name;
            ENTRACTE_ASSIGN(parent, openParent(place, name));
            // Beside it, under a name that is free.
            int renamed = -1;
            for (int number = 1; renamed != 0 && number < 1000; ++number) {
                const std::string aside = name + " (changed outside" +
                                          (number == 1 ? "" : " " + std::to_string(number)) + ")";
                renamed =
                    static_cast<int>(::syscall(SYS_renameat2, parent.get(), name.c_str(),
                                               parent.get(), aside.c_str(), RENAME_NOREPLACE));
                if (renamed != 0 && errno != EEXIST)
                    break;
            }
            if (renamed != 0)
                return fail(Error::fromErrno("The changed document could not be put aside"));
        }
        return put(place, kept, saved.get());
    }

    SessionView m_view;
    UniqueFd m_images;
    FilesPolicy m_policy;
    std::vector<std::string> m_left;
    // What came from elsewhere is one for all files with the same contents.
    std::map<std::uint32_t, std::vector<const KeptFile*>> m_stored;
};

} // namespace

std::vector<ChangedFile> changedDocuments(const std::vector<KeptFile>& files) {
    std::vector<ChangedFile> changed;
    for (const KeptFile& file : files)
        if (file.shared)
            if (auto change = changeOf(file))
                changed.push_back(std::move(*change));
    return changed;
}

Result<std::vector<std::string>> placeHostFiles(const ContainerSpec& container,
                                                const std::vector<KeptFile>& files,
                                                const std::filesystem::path& images,
                                                const StoredFiles& from, FilesPolicy policy,
                                                const JobStretch& stretch) {
    Placing placing(container, images, policy);
    for (const KeptFile& file : files)
        ENTRACTE_TRY(placing.place(file));
    // Beside the layer: memory may be too short for what a whole upgrade changed.
    ENTRACTE_TRY(placing.placeStored(from, container.layer, stretch));
    return placing.takeLeft();
}

} // namespace entracte
