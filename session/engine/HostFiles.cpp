#include "session/engine/HostFiles.h"

#include "session/engine/Processes.h"
#include "session/engine/SessionView.h"
#include "session/store/PartHash.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>

namespace entracte {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxFiles = 20'000;
constexpr std::size_t kChunk = 1 << 20;

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

bool readChunk(int file, std::vector<std::byte>& buffer, std::size_t& got) {
    got = 0;
    while (got < buffer.size()) {
        const ssize_t now = ::read(file, buffer.data() + got, buffer.size() - got);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return false;
        if (now == 0)
            break;
        got += static_cast<std::size_t>(now);
    }
    return true;
}

// Copies to the end; the hash when `hash`.
Status copyContent(int from, int to, PartHash* hash) {
    std::vector<std::byte> buffer(kChunk);
    for (std::size_t got = 0;;) {
        if (!readChunk(from, buffer, got))
            return fail(Error::fromErrno("A file that the session uses could not be read"));
        if (got == 0)
            return {};
        if (hash)
            hash->add(std::span(buffer).first(got));
        for (std::size_t done = 0; done < got;) {
            const ssize_t put = ::write(to, buffer.data() + done, got - done);
            if (put <= 0)
                return fail(Error::fromErrno("A file that the session uses could not be copied"));
            done += static_cast<std::size_t>(put);
        }
    }
}

bool sameContent(int one, int other) {
    std::vector<std::byte> first(kChunk);
    std::vector<std::byte> second(kChunk);
    for (std::size_t a = 0, b = 0;;) {
        if (!readChunk(one, first, a) || !readChunk(other, second, b) || a != b ||
            !std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(a),
                        second.begin()))
            return false;
        if (a == 0)
            return true;
    }
}

std::string hashOf(int file) {
    PartHash hash;
    std::vector<std::byte> buffer(kChunk);
    for (std::size_t got = 0;;) {
        if (!readChunk(file, buffer, got))
            return {};
        if (got == 0)
            return hash.finish();
        hash.add(std::span(buffer).first(got));
    }
}

KeptFile describe(const std::string& path, const struct stat& info, bool shared) {
    return {path,
            {},
            {},
            static_cast<std::uint64_t>(info.st_size),
            nanoseconds(info.st_mtim),
            nanoseconds(info.st_ctim),
            info.st_mode,
            info.st_uid,
            info.st_gid,
            shared};
}

Result<UniqueFd> createIn(int folder, const std::string& name) {
    UniqueFd file(
        ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(Error::fromErrno("A file of the session could not be made"));
    return file;
}

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
        return place->shared ? placeDocument(*place, kept) : placeFile(*place, kept);
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

    bool isAsKept(const Place& place, const KeptFile& kept, int saved) const {
        const UniqueFd now = openPlace(place, O_RDONLY | O_NONBLOCK);
        struct stat info {};
        if (!now || ::fstat(now.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
            static_cast<std::uint64_t>(info.st_size) != kept.size)
            return false;
        if (nanoseconds(info.st_mtim) == kept.modifiedNs &&
            nanoseconds(info.st_ctim) == kept.changedNs)
            return true;
        return sameContent(now.get(), saved);
    }

    Status placeFile(const Place& place, const KeptFile& kept) const {
        const UniqueFd saved = content(kept);
        if (!saved)
            return fail(ErrorCode::SnapshotDamaged,
                        "The snapshot lacks a file that its programs use.", kept.path);
        if (isAsKept(place, kept, saved.get()))
            return {};
        spdlog::info("{} differs from the session's; it keeps its own", kept.path);
        return put(place, kept, saved.get());
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
};

} // namespace

Result<std::vector<KeptFile>> keepHostFiles(const ContainerSpec& container,
                                            const std::vector<std::string>& paths,
                                            const std::filesystem::path& images) {
    const UniqueFd folder(::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return fail(Error::fromErrno("The session's images could not be opened"));
    const SessionView view(container);
    std::vector<KeptFile> kept;
    for (const std::string& path : std::set<std::string>(paths.begin(), paths.end())) {
        const auto place = view.find(path);
        if (!place || kept.size() >= kMaxFiles || (!place->shared && view.isOwn(path)))
            continue;
        const UniqueFd file = openPlace(*place, O_RDONLY | O_NONBLOCK);
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0)
            continue;
        KeptFile entry = describe(path, info, place->shared);
        if (S_ISDIR(info.st_mode)) {
            if (!place->shared)
                kept.push_back(std::move(entry));
            continue;
        }
        if (!S_ISREG(info.st_mode))
            continue;
        entry.content = "entracte-file-" + std::to_string(kept.size());
        ENTRACTE_ASSIGN(copy, createIn(folder.get(), entry.content));
        PartHash hash;
        ENTRACTE_TRY(copyContent(file.get(), copy.get(), place->shared ? &hash : nullptr));
        if (place->shared)
            entry.hash = hash.finish();
        kept.push_back(std::move(entry));
    }
    return kept;
}

std::uint64_t hostFileBytes(pid_t init) {
    std::map<std::string, std::uint64_t> longest;
    for (const pid_t pid : processesBeneath(init)) {
        std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
        for (std::string line; std::getline(maps, line);) {
            std::istringstream fields(line);
            std::string range, mode, offset, device, path;
            std::uint64_t inode = 0;
            fields >> range >> mode >> offset >> device >> inode >> path;
            const auto dash = range.find('-');
            if (inode == 0 || dash == std::string::npos || !path.starts_with('/'))
                continue;
            const auto number = [](const std::string& hex) {
                return std::strtoull(hex.c_str(), nullptr, 16);
            };
            auto& end = longest[path];
            end = std::max<std::uint64_t>(end, number(offset) + number(range.substr(dash + 1)) -
                                                   number(range.substr(0, dash)));
        }
    }
    std::uint64_t bytes = 0;
    for (const auto& [path, end] : longest)
        bytes += end;
    return bytes;
}

json keptFilesToJson(const std::vector<KeptFile>& files) {
    json list = json::array();
    for (const KeptFile& file : files)
        list.push_back({file.path, file.content, file.hash, file.size, file.modifiedNs,
                        file.changedNs, file.mode, file.uid, file.gid, file.shared});
    return list;
}

Result<std::vector<KeptFile>> keptFilesFromJson(const json& restore) try {
    std::vector<KeptFile> files;
    const auto found = restore.find("files");
    if (found == restore.end())
        return files;
    for (const json& entry : *found) {
        KeptFile file{entry.at(0), entry.at(1), entry.at(2), entry.at(3), entry.at(4),
                      entry.at(5), entry.at(6), entry.at(7), entry.at(8), entry.at(9)};
        if (!file.path.starts_with('/') || file.content.find('/') != std::string::npos)
            return fail(ErrorCode::SnapshotDamaged, "The snapshot's list of files makes no sense.");
        files.push_back(std::move(file));
    }
    return files;
} catch (const json::exception& problem) {
    return fail(ErrorCode::SnapshotDamaged, "The snapshot's list of files cannot be read.",
                problem.what());
}

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
                                                FilesPolicy policy) {
    Placing placing(container, images, policy);
    for (const KeptFile& file : files)
        ENTRACTE_TRY(placing.place(file));
    return placing.takeLeft();
}

} // namespace entracte
