#include "session/engine/ArrivedFiles.h"

#include "session/engine/FileContents.h"
#include "session/engine/SessionView.h"
#include "session/store/Directories.h"
#include "session/store/FileTimes.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <thread>
#include <utility>

namespace entracte {

namespace {

// A regular file of this machine, to which no link leads; only such a one is truly opened.
UniqueFd openHere(const std::string& path) {
    const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd place = openBeneath(root.get(), path.substr(1), O_PATH | O_NOFOLLOW,
                                       RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    struct stat info {};
    if (!place || ::fstat(place.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    return UniqueFd(::open(("/proc/self/fd/" + std::to_string(place.get())).c_str(),
                           O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// Opens as the person would. For a thread of its own: its groups are the person's from then on.
class PersonsEyes {
public:
    // The system call itself: the library's function would change every thread.
    explicit PersonsEyes(const Person& person)
        : m_person(person),
          m_ready(::syscall(SYS_setgroups, person.groups.size(), person.groups.data()) == 0) {}

    UniqueFd open(const std::string& path) const {
        const Sight sight(m_person);
        return m_ready && sight.taken() ? openHere(path) : UniqueFd();
    }

private:
    // The thread has the person's rights to files while it lives, and none of root's.
    class Sight {
    public:
        explicit Sight(const Person& person) {
            ::setfsgid(person.gid);
            ::setfsuid(person.uid);
            // Neither tells whether it failed; a number that is none changes nothing, and tells.
            m_taken = static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))) == person.uid &&
                      static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))) == person.gid;
        }
        Sight(const Sight&) = delete;
        Sight& operator=(const Sight&) = delete;
        ~Sight() {
            ::setfsuid(::geteuid());
            ::setfsgid(::getegid());
        }
        bool taken() const { return m_taken; }

    private:
        bool m_taken = false;
    };

    const Person& m_person;
    const bool m_ready;
};

class Arriving {
public:
    Arriving(std::vector<KeptFile>& files, int images, std::chrono::seconds settle)
        : m_files(files), m_images(images), m_settle(settle) {}

    // What was brought before, from where it is.
    Status takeOver(SnapshotWriter& writer, const std::optional<EarlierArrival>& earlier) {
        ENTRACTE_ASSIGN(wanted, filesThatCameEarlier(m_files, earlier));
        if (wanted.empty())
            return {};
        std::vector<std::uint32_t> numbers;
        for (const auto& [file, number] : wanted)
            numbers.push_back(number);
        ENTRACTE_ASSIGN(now, writer.addHostFilesOf(earlier->snapshot, numbers));
        for (std::size_t i = 0; i < wanted.size(); ++i)
            wanted[i].first->stored = now[i];
        return {};
    }

    // Those that came by content: which of them this machine has, too.
    Status compare(const PersonsEyes& eyes, JobControl& job) {
        std::map<std::string, std::size_t> places; // of contents in m_facts
        for (KeptFile& file : m_files) {
            if (file.shared || file.content.empty())
                continue;
            ENTRACTE_TRY(job.check());
            const UniqueFd came = open(file.content);
            struct stat info {};
            if (!came || ::fstat(came.get(), &info) != 0 || !S_ISREG(info.st_mode))
                return fail(ErrorCode::SnapshotDamaged,
                            "A file that the session's programs use is not in what came.",
                            file.path);
            file.size = static_cast<std::uint64_t>(info.st_size);
            file.changedNs = 0; // no file here is that one
            const auto [place, fresh] = places.emplace(file.content, m_facts.size());
            if (auto facts = sameHere(eyes, file.path, came.get(), file.size)) {
                file.modifiedNs = facts->modifiedNs;
                file.changedNs = facts->changedNs;
                if (fresh)
                    m_facts.push_back(std::move(*facts));
            } else if (fresh) {
                m_facts.push_back(factsOf("arrived/" + newId(), info)); // like no other
            }
            if (fresh)
                m_contents.push_back(file.content);
        }
        return {};
    }

    Status store(SnapshotWriter& writer, const JobStretch& stretch) {
        const auto opener = [&](std::size_t i) { // it must still be what its facts say
            return m_facts[i].path.starts_with('/') ? openHere(m_facts[i].path)
                                                    : open(m_contents[i]);
        };
        ENTRACTE_ASSIGN(numbers, writer.addHostFiles(m_facts, opener, stretch));
        ENTRACTE_TRY(storeAsTheyCame(writer, numbers, stretch));
        std::map<std::string, std::uint32_t> stored;
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (numbers[i])
                stored.emplace(m_contents[i], *numbers[i]);
        for (KeptFile& file : m_files) {
            const auto found = file.shared ? stored.end() : stored.find(file.content);
            if (found == stored.end())
                continue; // it stays among the images
            file.stored = found->second;
            file.arrivedAs = std::exchange(file.content, {});
        }
        for (const auto& [content, number] : stored)
            ::unlinkat(m_images, content.c_str(), 0);
        return {};
    }

private:
    // A file of this machine may change between the comparison and the storing. What came is stored
    // then: later rounds only name it.
    Status storeAsTheyCame(SnapshotWriter& writer,
                           std::vector<std::optional<std::uint32_t>>& numbers,
                           const JobStretch& stretch) {
        std::vector<FileFacts> facts;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const UniqueFd came = numbers[i] ? UniqueFd() : open(m_contents[i]);
            struct stat info {};
            if (!came || ::fstat(came.get(), &info) != 0)
                continue;
            facts.push_back(factsOf("arrived/" + newId(), info));
            places.push_back(i);
            for (KeptFile& file : m_files)
                if (!file.shared && file.content == m_contents[i])
                    file.changedNs = 0; // no file here is that one any more
        }
        if (facts.empty())
            return {};
        const auto opener = [&](std::size_t i) { return open(m_contents[places[i]]); };
        ENTRACTE_ASSIGN(again, writer.addHostFiles(facts, opener, stretch));
        for (std::size_t i = 0; i < again.size(); ++i)
            numbers[places[i]] = again[i];
        return {};
    }

    UniqueFd open(const std::string& content) const {
        return UniqueFd(
            ::openat(m_images, content.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    }

    // What tells this machine's file of that path, when it has these contents and keeps them.
    std::optional<FileFacts> sameHere(const PersonsEyes& eyes, const std::string& path, int came,
                                      std::uint64_t size) const {
        const UniqueFd here = eyes.open(path);
        struct stat info {};
        if (!here || ::fstat(here.get(), &info) != 0 ||
            static_cast<std::uint64_t>(info.st_size) != size ||
            !timesTell(here.get(), info, m_settle) || !sameContent(here.get(), came))
            return std::nullopt;
        return factsOf(path, info);
    }

    std::vector<KeptFile>& m_files;
    const int m_images;
    const std::chrono::seconds m_settle;
    std::vector<FileFacts> m_facts; // of each content once
    std::vector<std::string> m_contents;
};

} // namespace

Result<std::vector<std::pair<KeptFile*, std::uint32_t>>>
filesThatCameEarlier(std::vector<KeptFile>& files, const std::optional<EarlierArrival>& earlier) {
    std::map<std::string, const KeptFile*> known;
    if (earlier)
        for (const KeptFile& file : earlier->files)
            if (file.stored && !file.arrivedAs.empty())
                known.emplace(file.arrivedAs, &file);
    std::vector<std::pair<KeptFile*, std::uint32_t>> found;
    for (KeptFile& file : files) {
        if (file.arrivedAs.empty())
            continue;
        const auto came = known.find(file.arrivedAs);
        if (came == known.end())
            return fail(ErrorCode::SnapshotDamaged,
                        "A file that the session's programs use is not in what came.", file.path);
        found.emplace_back(&file, *came->second->stored);
        // The times tell of the file with this path.
        const bool same = came->second->path == file.path;
        file.size = came->second->size;
        file.modifiedNs = same ? came->second->modifiedNs : file.modifiedNs;
        file.changedNs = same ? came->second->changedNs : 0;
    }
    return found;
}

Status storeArrivedFiles(const EngineContext& context, const Person& person, SnapshotWriter& writer,
                         std::vector<KeptFile>& files, const std::filesystem::path& images,
                         const std::optional<EarlierArrival>& earlier, const JobStretch& stretch) {
    ENTRACTE_ASSIGN(folder, openDirectory(images, false));
    Arriving arriving(files, folder.get(), context.options.filesSettle);
    ENTRACTE_TRY(arriving.takeOver(writer, earlier));
    Status compared;
    std::thread([&] { compared = arriving.compare(PersonsEyes(person), stretch.job); }).join();
    ENTRACTE_TRY(compared);
    return arriving.store(writer, stretch);
}

} // namespace entracte
