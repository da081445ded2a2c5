// inspectImages (Criu.h): the helper's side of entracte-criu-inspect.

#include "session/base/Companion.h"
#include "session/base/Subprocess.h"
#include "session/criu/Criu.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <set>

namespace entracte {

Result<ImageFacts> inspectImages(const std::filesystem::path& images) {
    const UniqueFd directory(::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd file(directory ? ::openat(directory.get(), "files.img",
                                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                  : -1);
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode))
        return fail(ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
                    "files.img is missing", "Resume an older snapshot.");

    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-inspect").string(), "sockets"};
    spec.standardInput = file.get();
    spec.captureLimit = 4 << 20;
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(20)));
    if (!done.status.success())
        return fail(ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
                    "reading files.img " + done.status.inWords(), "Resume an older snapshot.");
    std::set<std::string> paths;
    std::string_view rest = done.output;
    while (!rest.empty()) {
        const auto end = rest.find('\0');
        if (end == std::string_view::npos)
            break;
        paths.emplace(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return ImageFacts{{paths.begin(), paths.end()}};
}

} // namespace entracte
