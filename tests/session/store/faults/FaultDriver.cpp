// Works on a store as the helper does, for faults.py: one deed each time it is run.
//
//   store-fault-driver make STATE      three snapshots, and one that was removed but not cleaned up
//   store-fault-driver make-vault STATE   the same, and a sealed vault with one more in it
//   store-fault-driver commit|stock|gc|prune|delete|vault STATE
//   store-fault-driver seal|change|give-up STATE      of one with a vault
//   store-fault-driver rebuild|salvage|outdated STATE   of one whose catalog is lost, damaged, old
//   store-fault-driver look STATE      opens, cleans, and tells what there is; 0 when all is whole
//
// "done" on the standard output means that the deed was reported complete; the tags of the
// snapshots that there are then follow, and the letter of the key that opens the vault. A
// snapshot's contents follow from its tag, so anybody can compare.

#include "session/store/RemoveTree.h"
#include "session/store/SnapshotStore.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

namespace entracte::test {

namespace {

namespace fs = std::filesystem;
const SessionId kSession = "00000000000000aa";
constexpr std::size_t kPages = 96;
constexpr std::size_t kFileBytes = 200'000;
constexpr uid_t kOwner = 4242;
constexpr int kSealedTag = 6;

// Keys, for which nothing has to be derived: a passphrase would take a second each time.
Secret keyOf(char letter) {
    static std::map<char, std::string> keys;
    auto& bytes = keys[letter];
    bytes.assign(SecretKey::kSize, letter);
    return {Secret::Kind::Key, bytes};
}

int refuse(const Error& error) {
    std::fprintf(stderr, "%s\n", error.forLog().c_str());
    return error.code() == ErrorCode::NoSpace ? 3 : 1;
}

// Pages that all tags share, pages of this one's own, and zeros.
std::string pagesOf(int tag) {
    std::string pages;
    for (std::size_t page = 0; page < kPages; ++page) {
        std::uint64_t state = page % 8 == 0 ? page * 1000 + static_cast<std::size_t>(tag) : page;
        for (int i = 0; i < 4096; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            pages += page % 5 == 4 ? '\0' : static_cast<char>(state >> 40);
        }
    }
    return pages;
}

class Scratch {
public:
    Scratch() {
        const char* base = std::getenv("TMPDIR"); // faults.py's own: many of us are killed
        std::string pattern = std::string(base ? base : "/tmp") + "/entracte-fault-XXXXXX";
        if (::mkdtemp(pattern.data()))
            m_path = pattern;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    fs::path folder(const char* name) const {
        fs::create_directories(m_path / name);
        return m_path / name;
    }

private:
    fs::path m_path;
};

std::string readFile(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Driver {
public:
    explicit Driver(std::unique_ptr<SnapshotStore> store) : m_store(std::move(store)) {}

    Status take(int tag) {
        const fs::path images = m_scratch.folder("images");
        const fs::path layer = m_scratch.folder("layer");
        std::ofstream(images / "pages-1.img", std::ios::binary) << pagesOf(tag);
        std::ofstream(images / "core-1.img") << "core " << tag;
        std::ofstream(layer / "text") << "layer " << tag;
        ENTRACTE_ASSIGN(writer, m_store->begin(kSession));
        const auto files = hostFiles(tag);
        ENTRACTE_TRY(writer->addHostFiles(files, opener(files), m_stretch));
        ENTRACTE_TRY(writer->addImages(images, m_stretch));
        ENTRACTE_TRY(writer->addLayer(layer, {}, m_stretch));
        SnapshotRecord record;
        record.info.comment = std::to_string(tag);
        record.info.takenUnixMs = tag * 1000;
        ENTRACTE_TRY(writer->commit(record, std::chrono::steady_clock::now(), m_stretch));
        return {};
    }

    // One that every snapshot has, and one of this one's own.
    std::vector<FileFacts> hostFiles(int tag) {
        std::vector<FileFacts> files;
        for (const int which : {0, tag}) {
            const fs::path path = m_scratch.folder("host") / std::to_string(which);
            if (!fs::exists(path))
                std::ofstream(path) << pagesOf(which).substr(0, kFileBytes);
            struct stat info {};
            ::stat(path.c_str(), &info);
            files.push_back(factsOf(path, info));
        }
        return files;
    }
    static FileOpener opener(const std::vector<FileFacts>& files) {
        return [&files](std::size_t i) {
            return UniqueFd(::open(files.at(i).path.c_str(), O_RDONLY | O_CLOEXEC));
        };
    }

    // Nothing when there is no vault; it must open with one of the two keys, and with no other.
    Result<std::optional<VaultId>> openVault() {
        ENTRACTE_ASSIGN(vaults, m_store->vaults());
        if (vaults.empty())
            return std::optional<VaultId>();
        if (vaults.size() > 1)
            return fail(ErrorCode::SnapshotDamaged, "there are two vaults");
        const VaultId vault = vaults.front().id;
        m_key = 0;
        for (const char letter : {'A', 'B'}) {
            const auto opened = m_store->openVault(vault, keyOf(letter));
            if (!opened && opened.error().code() != ErrorCode::NotAuthorized)
                return fail(opened.error());
            if (opened && m_key != 0)
                return fail(ErrorCode::SnapshotDamaged, "two keys open the vault");
            if (opened)
                m_key = letter;
        }
        if (m_key == 0)
            return fail(ErrorCode::SnapshotDamaged, "neither key opens the vault");
        return std::optional(vault);
    }

    Status makeVault() {
        ENTRACTE_ASSIGN(vault, m_store->createVault(kOwner, keyOf('A')));
        return m_store->chooseVault(kSession, vault);
    }

    // What is in it first, then the vault itself, as a person who gives it up.
    Status giveUp(VaultId vault) {
        ENTRACTE_TRY(removeTag(kSealedTag));
        return m_store->removeVault(vault);
    }

    Status removeTag(int tag) {
        for (const SnapshotInfo& info : m_store->list(kSession))
            if (info.comment == std::to_string(tag))
                return m_store->remove(kSession, info.id);
        return fail(ErrorCode::NotFound, "no such tag");
    }

    Status make() {
        // While one is being written, a removal leaves its chunks to the next cleaning.
        for (const int tag : {1, 2, 3, 4})
            ENTRACTE_TRY(take(tag));
        const auto writer = m_store->begin(kSession);
        return writer ? removeTag(1) : Status(fail(writer.error()));
    }

    Status perform(const std::string& deed) {
        ENTRACTE_ASSIGN(vault, openVault());
        if (deed == "rebuild" || deed == "salvage" || deed == "outdated")
            return {}; // by opening it, and the vault
        if (deed == "make")
            return make();
        if (deed == "make-vault") {
            ENTRACTE_TRY(make());
            ENTRACTE_TRY(makeVault());
            return take(kSealedTag);
        }
        if (deed == "vault")
            return makeVault();
        if (deed == "seal")
            return take(7);
        if (deed == "change")
            return m_store->changeSecret(vault.value(), keyOf('A'), keyOf('B'));
        if (deed == "give-up")
            return giveUp(vault.value());
        if (deed == "commit")
            return take(5);
        if (deed == "stock") {
            const auto files = hostFiles(6);
            ENTRACTE_TRY(m_store->stockHostFiles(kSession, files, opener(files), m_stretch));
            return {};
        }
        if (deed == "delete")
            return removeTag(2);
        if (deed == "gc") {
            ENTRACTE_TRY(m_store->gc(m_stretch));
            return {};
        }
        PruneReport unseen;
        return m_store->prune(kSession, {0, 0, 0, 0, 1, 0}, {}, false, m_stretch, unseen);
    }

    Status compare(const SnapshotInfo& info) {
        const int tag = std::atoi(info.comment.c_str());
        const Scratch out;
        ENTRACTE_TRY(m_store->verify(kSession, info.id, m_stretch));
        ENTRACTE_TRY(m_store->extractImages(kSession, info.id, out.folder("images"), m_stretch));
        ENTRACTE_TRY(m_store->extractLayer(kSession, info.id, out.folder("layer"), m_stretch));
        std::vector<std::string> files;
        ENTRACTE_TRY(m_store->extractHostFiles(
            kSession, info.id, {0, 1}, out.folder("files"),
            [&](std::uint32_t, int file) -> Status {
                files.push_back(readFile("/proc/self/fd/" + std::to_string(file)));
                return {};
            },
            m_stretch));
        if (files.at(0) != pagesOf(0).substr(0, kFileBytes) ||
            files.at(1) != pagesOf(tag).substr(0, kFileBytes))
            return fail(ErrorCode::SnapshotDamaged, "a file of the host holds something else");
        if (readFile(out.folder("images") / "pages-1.img") != pagesOf(tag) ||
            readFile(out.folder("images") / "core-1.img") != "core " + info.comment ||
            readFile(out.folder("layer") / "text") != "layer " + info.comment)
            return fail(ErrorCode::SnapshotDamaged, "a snapshot holds something else");
        return {};
    }

    Status look() {
        ENTRACTE_TRY(openVault());
        ENTRACTE_TRY(m_store->gc(m_stretch));
        ENTRACTE_ASSIGN(space, m_store->space());
        if (space.unreferenced != 0)
            return fail(ErrorCode::Internal, "something unreferenced is left after gc");
        ENTRACTE_TRY(m_store->repair()); // only forgets that a lost catalog was made anew
        ENTRACTE_ASSIGN(report, m_store->check(std::nullopt, true, m_stretch));
        for (const StoreFinding& finding : report.findings)
            return fail(ErrorCode::SnapshotDamaged, finding.what);
        for (const SnapshotInfo& info : m_store->list(kSession))
            ENTRACTE_TRY(compare(info));
        return {};
    }

    void tell() const {
        std::string line = "done";
        for (const SnapshotInfo& info : m_store->list(kSession))
            line += " " + info.comment;
        if (m_key != 0)
            line += std::string(" ") + m_key;
        std::printf("%s\n", line.c_str());
    }

private:
    std::unique_ptr<SnapshotStore> m_store;
    Scratch m_scratch;
    char m_key = 0; // that opens the vault
    JobControl m_job;
    JobStretch m_stretch{m_job, "testing", 0, 1};
};

int run(const std::string& deed, const fs::path& state) {
    auto store = SnapshotStore::open(state);
    if (!store) {
        refuse(store.error());
        return 4;
    }
    Driver driver(std::move(*store));
    if (const auto done = deed == "look" ? driver.look() : driver.perform(deed); !done)
        return refuse(done.error());
    driver.tell();
    return 0;
}

} // namespace

} // namespace entracte::test

int main(int count, char** arguments) {
    if (count != 3)
        return 2;
    return entracte::test::run(arguments[1], arguments[2]);
}
