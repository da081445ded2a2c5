#include "session/criu/MendImages.h"

#include "session/base/Companion.h"
#include "session/base/Subprocess.h"
#include "session/base/UniqueFd.h"
#include "session/criu/TerminalImages.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <optional>

namespace entracte {
namespace {

constexpr std::size_t kMaxImages = 64 << 20; // bytes of all images that are looked at
constexpr int kUnknownTerminal = 3;          // status of entracte-criu-inspect

Error unreadable(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
            std::move(detail), "Resume an older snapshot."};
}

Status readImage(int directory, const std::string& name, std::size_t& room, std::string& into) {
    const UniqueFd file(
        ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode))
        return fail(unreadable(name + " is missing"));
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > room)
        return fail(unreadable(name + " is too large"));
    into.resize(size);
    if (::pread(file.get(), into.data(), size, 0) != static_cast<ssize_t>(size))
        return fail(unreadable(name + " is cut short"));
    room -= size;
    return {};
}

// The number in "prefix-12.img".
std::optional<std::uint32_t> numberIn(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix) || !name.ends_with(".img"))
        return std::nullopt;
    name.remove_prefix(prefix.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size() - 4, number);
    return error == std::errc() && end == name.data() + name.size() - 4 ? std::optional(number)
                                                                        : std::nullopt;
}

Result<TerminalImages> readImages(int directory) {
    TerminalImages images;
    std::size_t room = kMaxImages;
    ENTRACTE_TRY(readImage(directory, "files.img", room, images.files));
    ENTRACTE_TRY(readImage(directory, "tty-info.img", room, images.terminals));
    ENTRACTE_TRY(readImage(directory, "pstree.img", room, images.processes));
    const int listing = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> names(listing < 0 ? nullptr : ::fdopendir(listing),
                                                    ::closedir);
    while (const dirent* entry = names ? ::readdir(names.get()) : nullptr) {
        if (const auto pid = numberIn(entry->d_name, "ids-"))
            ENTRACTE_TRY(readImage(directory, entry->d_name, room, images.ids[*pid]));
        else if (const auto number = numberIn(entry->d_name, "fdinfo-"))
            ENTRACTE_TRY(readImage(directory, entry->d_name, room, images.tables[*number]));
    }
    return images;
}

Status replaceImage(int directory, const char* name, std::string_view content) {
    constexpr const char* fresh = "mended";
    ::unlinkat(directory, fresh, 0);
    const UniqueFd file(
        ::openat(directory, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    while (file && !content.empty()) {
        const ssize_t put = ::write(file.get(), content.data(), content.size());
        if (put <= 0)
            return fail(Error::fromErrno("The session's images could not be prepared"));
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    if (!file || ::renameat(directory, fresh, directory, name) < 0)
        return fail(Error::fromErrno("The session's images could not be prepared"));
    return {};
}

Status mendSessions(int directory) {
    std::size_t room = kMaxImages;
    std::string processes;
    ENTRACTE_TRY(readImage(directory, "pstree.img", room, processes));
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), "sessions"};
    spec.captureLimit = 2 * kMaxImages;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20), std::move(processes)));
    if (!done.status.success())
        return fail(unreadable("reading the processes " + done.status.inWords()));
    return done.output.empty() ? Status() : replaceImage(directory, "pstree.img", done.output);
}

Status mendTerminals(int directory) {
    struct stat info {};
    if (::fstatat(directory, "tty-info.img", &info, AT_SYMLINK_NOFOLLOW) < 0)
        return {}; // no terminal at all
    ENTRACTE_ASSIGN(found, readImages(directory));
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), "terminals"};
    spec.captureLimit = 2 * kMaxImages;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20), packTerminals(found)));
    if (done.status.code == kUnknownTerminal)
        return fail(ErrorCode::RestoreFailed,
                    "A program of the session kept a terminal open that was not its own.", {},
                    "Resume an older snapshot.");
    if (!done.status.success())
        return fail(unreadable("reading the terminals " + done.status.inWords()));
    ENTRACTE_ASSIGN(mended, unpackMended(done.output));
    if (mended.files.empty())
        return {};
    ENTRACTE_TRY(replaceImage(directory, "tty-info.img", mended.terminals));
    return replaceImage(directory, "files.img", mended.files);
}

} // namespace

Status mendImages(const std::filesystem::path& images) {
    const UniqueFd directory(::open(images.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        return fail(unreadable("the images cannot be opened"));
    // Which terminal was whose is told by the sessions as they were.
    ENTRACTE_TRY(mendTerminals(directory.get()));
    return mendSessions(directory.get());
}

} // namespace entracte
