// Which files of this machine are taken for those that an imported session brought.

#include "session/engine/ArrivedFiles.h"

#include "session/store/FileTimes.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace entracte {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kContents = "what came";

class ArrivedFilesTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: another person's rights";
        std::string pattern = "/var/tmp/entracte-arrived-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
        fs::permissions(m_top, fs::perms(0755));
        fs::create_directory(images());
        const std::string probe = here("probe", 0644);
        const UniqueFd file(::open(probe.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat info {};
        ASSERT_EQ(::fstat(file.get(), &info), 0);
        if (!timesTell(file.get(), info, 0s))
            GTEST_SKIP() << "/var/tmp lies on a file system whose times tell nothing";
        // No account is needed: nobody's name is asked for.
        m_person.uid = 64001;
        m_person.gid = 64002;
        m_person.groups = {64002, 64003};
    }
    void TearDown() override {
        if (!m_top.empty())
            fs::remove_all(m_top);
    }
    fs::path images() const { return m_top / "images"; }

    // A file of this machine, root's.
    std::string here(const std::string& name, mode_t mode, gid_t group = 0) {
        const fs::path path = m_top / name;
        std::ofstream(path) << kContents;
        EXPECT_EQ(::chown(path.c_str(), 0, group), 0);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    EngineOptions options() const {
        EngineOptions options;
        options.stateDirectory = m_top / "state";
        options.runtimeDirectory = m_top / "run";
        options.criu = m_top / "none";
        options.filesSettle = 0s;
        return options;
    }
    // Whether it was taken for what came, which is the same, byte for byte. Either way what came is
    // in the store afterwards.
    bool isTakenForTheSame(const std::string& path) {
        auto store = SnapshotStore::open(m_top / "state");
        EngineContext context(options(), {}, nullptr, std::move(*store));
        auto writer = context.store->begin("00000000000000aa");
        EXPECT_TRUE(writer) << (writer ? "" : writer.error().forLog());
        std::ofstream(images() / "entracte-file-1") << kContents;
        KeptFile file;
        file.path = path;
        file.content = "entracte-file-1";
        std::vector<KeptFile> files{file};
        JobControl job;
        const auto stored = storeArrivedFiles(context, m_person, **writer, files, images(),
                                              std::nullopt, {job, "files"});
        EXPECT_TRUE(stored) << (stored ? "" : stored.error().forLog());
        EXPECT_TRUE(files.front().stored) << path;
        EXPECT_EQ(files.front().size, std::string_view(kContents).size());
        return files.front().changedNs != 0;
    }

    fs::path m_top;
    Person m_person;
};

TEST_F(ArrivedFilesTest, whatThePersonMayReadIsTakenForTheSame) {
    EXPECT_TRUE(isTakenForTheSame(here("everybodys", 0644)));
    EXPECT_TRUE(isTakenForTheSame(here("groups", 0640, 64003)));
}

TEST_F(ArrivedFilesTest, whatThePersonMayNotReadIsNot) {
    EXPECT_FALSE(isTakenForTheSame(here("roots", 0600)));
    EXPECT_FALSE(isTakenForTheSame(here("another-groups", 0640, 64004)));
    EXPECT_FALSE(isTakenForTheSame(here("root-groups", 0640, 0)));
    fs::create_directory(m_top / "closed");
    const std::string inside = here("closed/everybodys", 0644);
    fs::permissions(m_top / "closed", fs::perms(0700));
    EXPECT_FALSE(isTakenForTheSame(inside));
}

TEST_F(ArrivedFilesTest, whatALinkLeadsToIsNot) {
    here("file", 0644);
    fs::create_symlink(m_top / "file", m_top / "link");
    EXPECT_FALSE(isTakenForTheSame(m_top / "link"));
    fs::create_directory(m_top / "folder");
    here("folder/file", 0644);
    fs::create_directory_symlink(m_top / "folder", m_top / "linked");
    EXPECT_FALSE(isTakenForTheSame(m_top / "linked/file"));
}

// A program of this machine is upgraded just while it is being stored for the session that arrives.
TEST_F(ArrivedFilesTest, whatChangesMeanwhileIsStoredAsItCame) {
    const std::string large(8u << 20, 'x'); // the store tells of its progress while it reads this
    std::vector<KeptFile> files(2);
    for (std::size_t i = 0; i < files.size(); ++i) {
        files[i].path = here("program-" + std::to_string(i), 0644);
        files[i].content = "entracte-file-" + std::to_string(i);
        std::ofstream(files[i].path) << large << i;
        std::ofstream(images() / files[i].content) << large << i;
    }
    auto store = SnapshotStore::open(m_top / "state");
    EngineContext context(options(), {}, nullptr, std::move(*store));
    auto writer = context.store->begin("00000000000000aa");
    ASSERT_TRUE(writer);
    JobControl job;
    bool changed = false;
    job.observe([&](const JobControl::Progress&) {
        if (!std::exchange(changed, true))
            std::ofstream(files[1].path) << "another version";
    });
    const auto stored = storeArrivedFiles(context, m_person, **writer, files, images(),
                                          std::nullopt, {job, "files"});
    ASSERT_TRUE(stored) << stored.error().forLog();
    ASSERT_TRUE(changed) << "it was not changed in time";
    for (const KeptFile& file : files) {
        EXPECT_TRUE(file.stored) << file.path;
        EXPECT_FALSE(file.arrivedAs.empty()) << "a later round cannot name it";
    }
    EXPECT_NE(files[0].changedNs, 0) << "that one is still the same here";
    EXPECT_EQ(files[1].changedNs, 0) << "that one is not the same here any more";
}

} // namespace

} // namespace entracte
