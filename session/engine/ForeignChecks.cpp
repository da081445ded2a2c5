#include "session/engine/ForeignChecks.h"

#include "session/base/Printable.h"
#include "session/container/AsPerson.h"
#include "session/container/ForkedTask.h"
#include "session/container/LayerPaths.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

namespace entracte {

namespace {

using nlohmann::json;

constexpr std::uint64_t kNone = UINT64_MAX;

struct Question {
    std::string path;
    int bits = F_OK;
};

// The first question whose answer is no, asked as the person with `root` as "/". `mayBeAbsent`:
// what is not there is no answer.
Result<std::uint64_t> ask(const Person& person, const std::string& root,
                          const std::vector<Question>& questions, bool mayBeAbsent) {
    const auto task = [&](std::uint64_t& refused) {
        if (::chroot(root.c_str()) != 0 || ::chdir("/") != 0)
            return -1;
        becomeInChild(person);
        refused = kNone;
        for (std::size_t i = 0; i < questions.size() && refused == kNone; ++i)
            if (::syscall(SYS_faccessat, AT_FDCWD, questions[i].path.c_str(), questions[i].bits) !=
                    0 &&
                !(mayBeAbsent && (errno == ENOENT || errno == ENOTDIR)))
                refused = i;
        return ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    };
    ENTRACTE_ASSIGN(answer,
                    openInChild("The rights to a session's files could not be compared", task));
    return answer.value;
}

tl::unexpected<Error> refuse(const std::string& path, const char* what) {
    return fail(ErrorCode::NotAuthorized,
                std::string("The session was imported, and ") + what + " " + printable(path, 200) +
                    ", which you may not do on this computer. It was not brought back.",
                {}, "Nothing was changed.");
}

} // namespace

json needsToJson(const std::vector<AccessNeed>& needs) {
    json list = json::array();
    for (const AccessNeed& need : needs)
        list.push_back({static_cast<int>(need.kind), need.bits, need.path});
    return list;
}

Result<std::vector<AccessNeed>> needsFromJson(const json& restore) try {
    std::vector<AccessNeed> needs;
    const auto found = restore.find("needs");
    if (found == restore.end())
        return needs;
    for (const json& one : *found) {
        const int kind = one.at(0);
        if (kind < 0 || kind > static_cast<int>(AccessNeed::Kind::Lower))
            return fail(ErrorCode::SnapshotDamaged, "The snapshot's needs make no sense.");
        needs.push_back({static_cast<AccessNeed::Kind>(kind), one.at(1), one.at(2)});
    }
    return needs;
} catch (const json::exception& problem) {
    return fail(ErrorCode::SnapshotDamaged, "The snapshot's needs cannot be read.", problem.what());
}

Status checkLowerFolders(const Person& person, const std::vector<AccessNeed>& needs) {
    std::vector<Question> questions;
    for (const AccessNeed& need : needs)
        if (need.kind == AccessNeed::Kind::Lower)
            questions.push_back({need.path, need.bits});
    if (questions.empty())
        return {};
    ENTRACTE_ASSIGN(refused, ask(person, "/", questions, true));
    return refused == kNone ? Status()
                            : Status(refuse(questions[refused].path, "it would open the folder"));
}

Status checkFileAccess(const ContainerSpec& container, const std::vector<AccessNeed>& needs) {
    const auto overlays = overlaysOfLayer(container.layer);
    const auto mounts = externalMounts(container);
    std::map<std::string, std::vector<Question>> byRoot;
    for (const AccessNeed& need : needs) {
        if (need.kind == AccessNeed::Kind::Lower)
            continue;
        const bool shared =
            std::ranges::any_of(container.sharedFolders, [&](const SharedFolder& folder) {
                return isWithin(need.path, folder.path);
            });
        std::string root = "/"; // a shared folder is the host's own
        std::string path = need.path;
        if (!shared) {
            const Overlay& overlay = overlayHolding(overlays, need.path);
            root = container.mountPoint.string();
            if (overlay.target != "/") {
                const auto mount =
                    std::ranges::find(mounts, overlay.target, &ExternalMount::inside);
                if (mount == mounts.end())
                    return refuse(need.path, "it would open");
                root = mount->outside;
                path = "/" + pathWithin(overlay, need.path);
            }
        }
        byRoot[root].push_back({path, need.bits});
    }
    for (const auto& [root, questions] : byRoot) {
        ENTRACTE_ASSIGN(refused, ask(container.person, root, questions, false));
        if (refused != kNone)
            return refuse(questions[refused].path, "it would open");
    }
    return {};
}

Status checkDocuments(const Person& person, const std::vector<KeptFile>& files,
                      FilesPolicy policy) {
    // Whether a document differs is looked up with our rights: only of those that one may read.
    std::vector<Question> readable;
    for (const KeptFile& file : files)
        if (file.shared)
            readable.push_back({file.path, R_OK});
    if (readable.empty())
        return {};
    ENTRACTE_ASSIGN(unreadable, ask(person, "/", readable, true));
    if (unreadable != kNone)
        return refuse(readable[unreadable].path, "it would read");
    std::vector<Question> folders;
    for (const ChangedFile& change : changedDocuments(files)) {
        if (!change.removed && policy != FilesPolicy::Saved && policy != FilesPolicy::Both)
            continue;
        std::string folder = change.path;
        do // the nearest one that is there
            folder = folder.substr(0, std::max<std::size_t>(folder.rfind('/'), 1));
        while (folder != "/" && ::access(folder.c_str(), F_OK) != 0);
        folders.push_back({folder, W_OK | X_OK});
    }
    ENTRACTE_ASSIGN(refused, ask(person, "/", folders, false));
    return refused == kNone ? Status()
                            : Status(refuse(folders[refused].path, "it would change the folder"));
}

} // namespace entracte
