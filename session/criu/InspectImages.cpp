// inspectImages (Criu.h): the helper's side of entracte-criu-inspect.

#include "session/base/Companion.h"
#include "session/base/Subprocess.h"
#include "session/criu/Criu.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <set>

namespace entracte {

namespace {

Error unreadable(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
            std::move(detail), "Resume an older snapshot."};
}

Result<UniqueFd> openFilesImage(const std::filesystem::path& images) {
    const UniqueFd directory(::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    UniqueFd file(directory ? ::openat(directory.get(), "files.img",
                                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                            : -1);
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode))
        return fail(unreadable("files.img is missing"));
    return file;
}

// What entracte-criu-inspect tells of files.img: paths, each ended by a NUL.
Result<std::vector<std::string>> askForPaths(const std::filesystem::path& images,
                                             const std::string& what) {
    ENTRACTE_ASSIGN(file, openFilesImage(images));
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), what};
    spec.standardInput = file.get();
    spec.captureLimit = 4 << 20;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20)));
    if (!done.status.success())
        return fail(unreadable("reading files.img " + done.status.inWords()));
    std::set<std::string> paths;
    std::string_view rest = done.output;
    while (!rest.empty()) {
        const auto end = rest.find('\0');
        if (end == std::string_view::npos)
            break;
        paths.emplace(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return std::vector<std::string>(paths.begin(), paths.end());
}

} // namespace

Result<ImageFacts> inspectImages(const std::filesystem::path& images) {
    ENTRACTE_ASSIGN(paths, askForPaths(images, "sockets"));
    return ImageFacts{std::move(paths)};
}

Result<std::vector<std::string>> filesInImages(const std::filesystem::path& images) {
    return askForPaths(images, "files");
}

Status forgetFileSizes(const std::filesystem::path& images, const std::vector<std::string>& paths) {
    if (paths.empty())
        return {};
    ENTRACTE_ASSIGN(file, openFilesImage(images));
    std::string input;
    for (const std::string& path : paths)
        input += path + '\0';
    input += '\0';
    std::array<char, 65536> buffer{};
    for (ssize_t got; (got = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
        input.append(buffer.data(), static_cast<std::size_t>(got));
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), "sizes"};
    spec.captureLimit = input.size() + 4096;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20), input));
    if (!done.status.success())
        return fail(unreadable("changing files.img " + done.status.inWords()));
    const auto mended = images / "files.img.mended";
    std::ofstream out(mended, std::ios::binary | std::ios::trunc);
    out.write(done.output.data(), static_cast<std::streamsize>(done.output.size()));
    out.close();
    if (!out || ::rename(mended.c_str(), (images / "files.img").c_str()) != 0)
        return fail(Error::fromErrno("The session's images could not be prepared"));
    return {};
}

} // namespace entracte
