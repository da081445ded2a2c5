#include "session/engine/HostFiles.h"

#include "session/engine/FileContents.h"
#include "session/engine/Processes.h"
#include "session/engine/SessionView.h"
#include "session/store/FileTimes.h"
#include "session/store/PartHash.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace entracte {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxFiles = 20'000;
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
            shared,
            std::nullopt};
}

// What lies there on the host, beneath all sessions.
class HostRoot {
public:
    explicit HostRoot(std::chrono::seconds settle) : m_settle(settle) {}

    UniqueFd open(const std::string& path) const {
        return openBeneath(m_root.get(), path.substr(std::min<std::size_t>(1, path.size())),
                           O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                           RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    }
    // Nothing when its times do not tell whether it changed.
    std::optional<FileFacts> factsOf(const std::string& path) const {
        const UniqueFd file = open(path);
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
            !timesTell(file.get(), info, m_settle))
            return std::nullopt;
        return entracte::factsOf(path, info);
    }

private:
    const std::chrono::seconds m_settle;
    UniqueFd m_root{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
};

// Those of the host that the processes have mapped, and how far into each.
std::map<std::string, std::uint64_t> mappedFiles(pid_t init) {
    std::map<std::string, std::uint64_t> longest;
    for (const pid_t pid : processesBeneath(init)) {
        std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
        for (std::string line; std::getline(maps, line);) {
            std::istringstream fields(line);
            std::string range, mode, offset, device;
            std::uint64_t inode = 0;
            fields >> range >> mode >> offset >> device >> inode >> std::ws;
            std::string path;
            std::getline(fields, path); // with the spaces in it
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
    return longest;
}

// One way through the files of a snapshot.
class Keeping {
public:
    Keeping(const ContainerSpec& container, int images, std::chrono::seconds settle)
        : m_view(container), m_host(settle), m_images(images) {}

    // What is told of `path`; its content comes later.
    void note(const std::string& path) {
        const auto place = m_view.find(path);
        if (!place || m_kept.size() >= kMaxFiles || (!place->shared && m_view.isOwn(path)))
            return;
        const UniqueFd file = openPlace(*place, O_RDONLY | O_NONBLOCK);
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0)
            return;
        const bool directory = S_ISDIR(info.st_mode);
        if (directory ? place->shared : !S_ISREG(info.st_mode))
            return;
        m_kept.push_back(describe(path, info, place->shared));
        if (directory || place->shared)
            return;
        // The same file beside the session's overlay, whose own numbers of files say nothing.
        if (auto facts = m_host.factsOf(path);
            facts && facts->size == static_cast<std::uint64_t>(info.st_size) &&
            facts->modifiedNs == nanoseconds(info.st_mtim) &&
            facts->changedNs == nanoseconds(info.st_ctim)) {
            m_facts.push_back(std::move(*facts));
            m_places.push_back(m_kept.size() - 1);
        }
    }

    Status store(SnapshotWriter& writer, const JobStretch& stretch) {
        ENTRACTE_ASSIGN(
            numbers,
            writer.addHostFiles(
                m_facts, [&](std::size_t i) { return m_host.open(m_facts[i].path); }, stretch));
        for (std::size_t i = 0; i < numbers.size(); ++i)
            m_kept[m_places[i]].stored = numbers[i];
        return {};
    }

    // As that snapshot keeps them; what is not the same any more is left to copyOthers.
    Status storeKnown(SnapshotWriter& writer, const KnownFiles& known) {
        std::map<std::string_view, const KeptFile*> byPath;
        for (const KeptFile& file : known.files)
            if (file.stored)
                byPath.emplace(file.path, &file);
        std::vector<std::uint32_t> numbers;
        std::vector<std::size_t> places;
        for (const std::size_t place : m_places) {
            const auto found = byPath.find(m_kept[place].path);
            if (found == byPath.end() || found->second->size != m_kept[place].size ||
                found->second->modifiedNs != m_kept[place].modifiedNs ||
                found->second->changedNs != m_kept[place].changedNs)
                continue;
            numbers.push_back(*found->second->stored);
            places.push_back(place);
        }
        ENTRACTE_ASSIGN(now, writer.addHostFilesOf(known.snapshot, numbers));
        for (std::size_t i = 0; i < places.size(); ++i)
            m_kept[places[i]].stored = now[i];
        return {};
    }

    // Documents, and files that change just now.
    Status copyOthers() {
        for (std::size_t i = 0; i < m_kept.size();) {
            KeptFile& entry = m_kept[i];
            if (S_ISREG(entry.mode) && !entry.stored) {
                const auto place = m_view.find(entry.path);
                const UniqueFd file = place ? openPlace(*place, O_RDONLY | O_NONBLOCK) : UniqueFd();
                if (!file) {
                    m_kept.erase(m_kept.begin() + static_cast<std::ptrdiff_t>(i));
                    continue;
                }
                ENTRACTE_TRY(copy(file.get(), i));
            }
            ++i;
        }
        return {};
    }
    std::vector<KeptFile> take() { return std::move(m_kept); }

private:
    Status copy(int file, std::size_t at) {
        KeptFile& entry = m_kept[at];
        entry.content = "entracte-file-" + std::to_string(at);
        ENTRACTE_ASSIGN(copied, createIn(m_images, entry.content));
        PartHash hash;
        ENTRACTE_TRY(copyContent(file, copied.get(), entry.shared ? &hash : nullptr));
        struct stat info {};
        if (::fstat(copied.get(), &info) == 0)
            entry.size = static_cast<std::uint64_t>(info.st_size); // it may just have grown
        if (entry.shared)
            entry.hash = hash.finish();
        return {};
    }

    const SessionView m_view;
    const HostRoot m_host;
    const int m_images;
    std::vector<KeptFile> m_kept;
    std::vector<FileFacts> m_facts;    // of those that the store keeps for all
    std::vector<std::size_t> m_places; // where they are in m_kept
};

} // namespace

Result<std::vector<KeptFile>> keepHostFiles(const ContainerSpec& container,
                                            const std::vector<std::string>& paths,
                                            const std::filesystem::path& images,
                                            std::chrono::seconds settle, SnapshotWriter& writer,
                                            const KnownFiles* known, const JobStretch& stretch) {
    const UniqueFd folder(::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return fail(Error::fromErrno("The session's images could not be opened"));
    Keeping keeping(container, folder.get(), settle);
    for (const std::string& path : std::set<std::string>(paths.begin(), paths.end()))
        keeping.note(path);
    ENTRACTE_TRY(known ? keeping.storeKnown(writer, *known) : keeping.store(writer, stretch));
    ENTRACTE_TRY(keeping.copyOthers());
    return keeping.take();
}

Result<std::uint64_t> stockMappedFiles(SnapshotStore& store, const ContainerSpec& container,
                                       pid_t init, std::chrono::seconds settle,
                                       const JobStretch& stretch) {
    const SessionView view(container);
    const HostRoot host(settle);
    std::vector<FileFacts> facts;
    for (const auto& [path, end] : mappedFiles(init)) {
        const auto place = facts.size() < kMaxFiles ? view.find(path) : std::nullopt;
        if (!place || place->shared || view.isOwn(path))
            continue;
        if (auto settled = host.factsOf(path))
            facts.push_back(std::move(*settled));
    }
    return store.stockHostFiles(
        container.id, facts, [&](std::size_t i) { return host.open(facts[i].path); }, stretch);
}

std::uint64_t bytesToCopy(pid_t init, std::chrono::seconds settle, const KnownFiles* known) {
    const HostRoot host(settle);
    std::set<std::string_view> there;
    if (known)
        for (const KeptFile& file : known->files)
            if (file.stored)
                there.insert(file.path);
    std::uint64_t bytes = 0;
    for (const auto& [path, end] : mappedFiles(init))
        if ((known && !there.contains(path)) || !host.factsOf(path))
            bytes += end;
    return bytes;
}

json keptFilesToJson(const std::vector<KeptFile>& files) {
    json list = json::array();
    for (const KeptFile& file : files) {
        list.push_back({file.path, file.content, file.hash, file.size, file.modifiedNs,
                        file.changedNs, file.mode, file.uid, file.gid, file.shared,
                        file.stored ? json(*file.stored) : json()});
        if (!file.arrivedAs.empty())
            list.back().push_back(file.arrivedAs);
    }
    return list;
}

Result<std::vector<KeptFile>> keptFilesFromJson(const json& restore) try {
    std::vector<KeptFile> files;
    const auto found = restore.find("files");
    if (found == restore.end())
        return files;
    for (const json& entry : *found) {
        KeptFile file{entry.at(0), entry.at(1), entry.at(2), entry.at(3), entry.at(4), entry.at(5),
                      entry.at(6), entry.at(7), entry.at(8), entry.at(9), std::nullopt};
        if (entry.size() > 10 && !entry.at(10).is_null())
            file.stored = entry.at(10).get<std::uint32_t>();
        if (entry.size() > 11)
            entry.at(11).get_to(file.arrivedAs);
        if (!file.path.starts_with('/') || file.content.find('/') != std::string::npos)
            return fail(ErrorCode::SnapshotDamaged, "The snapshot's list of files makes no sense.");
        files.push_back(std::move(file));
    }
    return files;
} catch (const json::exception& problem) {
    return fail(ErrorCode::SnapshotDamaged, "The snapshot's list of files cannot be read.",
                problem.what());
}

} // namespace entracte
