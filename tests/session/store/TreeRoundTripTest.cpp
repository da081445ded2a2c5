// A tree through archiveTree and extractTree is the same tree, in everything that overlayfs and
// CRIU look at.

#include "tests/session/store/StoreFixture.h"

#include <sys/socket.h>
#include <sys/un.h>

namespace entracte::test {

namespace {

class TreeRoundTripTest : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        m_from = makeFolder("from");
        m_to = makeFolder("to");
    }
    void roundTrip(std::set<std::string> leaveOut = {}) {
        MemorySink sink;
        ArchiveOptions options{std::move(leaveOut), {}};
        const auto archived = archiveTree(openFolder(m_from).get(), sink, options);
        ASSERT_TRUE(archived) << archived.error().forLog();
        m_archiveSize = sink.bytes.size();
        m_fileBytes = archived->fileBytes;
        MemorySource source(std::move(sink.bytes));
        const auto extracted = extractTree(source, openFolder(m_to).get(), ignoreProgress);
        ASSERT_TRUE(extracted) << extracted.error().forLog();
    }
    fs::path m_from, m_to;
    std::size_t m_archiveSize = 0;
    std::uint64_t m_fileBytes = 0;
};

TEST_F(TreeRoundTripTest, keepsOwnersModesAndTimes) {
    writeFile(m_from / "file", "text");
    ::chown((m_from / "file").c_str(), 1234, 4321);
    ::chmod((m_from / "file").c_str(), 04751);
    fs::create_directory(m_from / "folder");
    writeFile(m_from / "folder/inside", "more");
    ::chmod((m_from / "folder").c_str(), 0500);
    const timespec times[2] = {{1, 0}, {1234567890, 123456789}};
    ::utimensat(AT_FDCWD, (m_from / "file").c_str(), times, 0);
    ::utimensat(AT_FDCWD, (m_from / "folder").c_str(), times, 0);
    roundTrip();
    const auto file = statOf(m_to / "file");
    EXPECT_EQ(file.st_uid, 1234u);
    EXPECT_EQ(file.st_gid, 4321u);
    EXPECT_EQ(file.st_mode & 07777, 04751u);
    EXPECT_EQ(file.st_mtim.tv_sec, 1234567890);
    EXPECT_EQ(file.st_mtim.tv_nsec, 123456789);
    const auto folder = statOf(m_to / "folder");
    EXPECT_EQ(folder.st_mode & 07777, 0500u);
    EXPECT_EQ(folder.st_mtim.tv_nsec, 123456789);
    EXPECT_EQ(readFile(m_to / "folder/inside"), "more");
}

TEST_F(TreeRoundTripTest, keepsAttributesButThoseOfOneFileSystem) {
    fs::create_directory(m_from / "folder");
    const auto set = [&](const char* key, const std::string& value) {
        ASSERT_EQ(::lsetxattr((m_from / "folder").c_str(), key, value.data(), value.size(), 0), 0)
            << key;
    };
    set("trusted.overlay.opaque", "y");
    set("trusted.overlay.redirect", "/elsewhere");
    set("trusted.overlay.origin", "handle");
    set("trusted.overlay.uuid", "uuid");
    set("trusted.overlay.nlink", "U+1");
    set("user.plain", std::string("a\0b\n", 4));
    set("user.odd=name \xff", "value");
    set("user.empty", "");
    roundTrip();
    EXPECT_EQ(attribute(m_to / "folder", "trusted.overlay.opaque"), "y");
    EXPECT_EQ(attribute(m_to / "folder", "trusted.overlay.redirect"), "/elsewhere");
    EXPECT_EQ(attribute(m_to / "folder", "user.plain"), std::string("a\0b\n", 4));
    EXPECT_EQ(attribute(m_to / "folder", "user.odd=name \xff"), "value");
    EXPECT_EQ(attribute(m_to / "folder", "user.empty"), "");
    for (const char* tied :
         {"trusted.overlay.origin", "trusted.overlay.uuid", "trusted.overlay.nlink"})
        EXPECT_EQ(attribute(m_to / "folder", tied), "(none)") << tied;
}

TEST_F(TreeRoundTripTest, keepsWhiteoutsPipesAndLinks) {
    ASSERT_EQ(::mknod((m_from / "gone").c_str(), S_IFCHR, makedev(0, 0)), 0);
    ASSERT_EQ(::mkfifo((m_from / "pipe").c_str(), 0640), 0);
    fs::create_symlink("../../nowhere \n", m_from / "link");
    ::lchown((m_from / "link").c_str(), 77, 78);
    writeFile(m_from / "one", "same");
    fs::create_directory(m_from / "deep");
    fs::create_hard_link(m_from / "one", m_from / "deep/two");
    fs::create_hard_link(m_from / "link", m_from / "deep/link2");
    roundTrip();
    const auto gone = statOf(m_to / "gone");
    EXPECT_TRUE(S_ISCHR(gone.st_mode));
    EXPECT_EQ(gone.st_rdev, makedev(0, 0));
    EXPECT_TRUE(S_ISFIFO(statOf(m_to / "pipe").st_mode));
    EXPECT_EQ(statOf(m_to / "pipe").st_mode & 07777, 0640u);
    EXPECT_EQ(fs::read_symlink(m_to / "link"), "../../nowhere \n");
    EXPECT_EQ(statOf(m_to / "link").st_uid, 77u);
    EXPECT_EQ(statOf(m_to / "one").st_ino, statOf(m_to / "deep/two").st_ino);
    EXPECT_EQ(statOf(m_to / "link").st_ino, statOf(m_to / "deep/link2").st_ino);
    EXPECT_EQ(readFile(m_to / "deep/two"), "same");
}

TEST_F(TreeRoundTripTest, keepsHolesWithoutStoringThem) {
    constexpr off_t kSize = 6LL << 30;
    UniqueFd sparse(::open((m_from / "sparse").c_str(), O_RDWR | O_CREAT, 0600));
    ASSERT_EQ(::ftruncate(sparse.get(), kSize), 0);
    ASSERT_EQ(::pwrite(sparse.get(), "middle", 6, 3LL << 30), 6);
    ASSERT_EQ(::pwrite(sparse.get(), "end", 3, kSize - 3), 3);
    UniqueFd empty(::open((m_from / "hole").c_str(), O_RDWR | O_CREAT, 0600));
    ASSERT_EQ(::ftruncate(empty.get(), 5'000'001), 0);
    roundTrip();
    EXPECT_LT(m_archiveSize, 1u << 20);
    const auto sparseStatus = statOf(m_to / "sparse");
    EXPECT_EQ(sparseStatus.st_size, kSize);
    EXPECT_LT(sparseStatus.st_blocks, 1000);
    UniqueFd again(::open((m_to / "sparse").c_str(), O_RDONLY));
    char text[6] = {};
    ASSERT_EQ(::pread(again.get(), text, 6, 3LL << 30), 6);
    EXPECT_EQ(std::string(text, 6), "middle");
    ASSERT_EQ(::pread(again.get(), text, 3, kSize - 3), 3);
    EXPECT_EQ(std::string(text, 3), "end");
    EXPECT_EQ(statOf(m_to / "hole").st_size, 5'000'001);
    EXPECT_EQ(statOf(m_to / "hole").st_blocks, 0);
}

TEST_F(TreeRoundTripTest, keepsNamesThatAreNoText) {
    const std::vector<std::string> names{
        "\xff\xfe", "a\nb", " lead", "-rf", "q\"'\\", "\xc3\xa9", std::string(255, 'n'),
        "\x01\x7f"};
    for (const std::string& name : names)
        writeFile(m_from / name, name);
    fs::path deep = m_from;
    for (int level = 0; level < 15; ++level)
        deep /= std::string(200, static_cast<char>('a' + level));
    fs::create_directories(deep);
    writeFile(deep / "\xfe leaf", "deep");
    roundTrip();
    for (const std::string& name : names)
        EXPECT_EQ(readFile(m_to / name), name);
    EXPECT_EQ(readFile(m_to / fs::relative(deep, m_from) / "\xfe leaf"), "deep");
}

TEST_F(TreeRoundTripTest, leavesOutSocketsAndWhatIsAsked) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    UniqueFd owner(socket);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (m_from / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    fs::create_directories(m_from / "work/index");
    fs::create_directories(m_from / "upper/work");
    writeFile(m_from / "upper/file", std::string(100000, 'x'));
    roundTrip({"work"});
    EXPECT_FALSE(fs::exists(m_to / "socket"));
    EXPECT_FALSE(fs::exists(m_to / "work"));
    EXPECT_TRUE(fs::exists(m_to / "upper/work"));
    EXPECT_EQ(m_fileBytes, 100000u);
}

TEST_F(TreeRoundTripTest, refusesFoldersThatAreNestedTooDeeply) {
    fs::path level = m_from;
    ASSERT_EQ(::chdir(level.c_str()), 0);
    for (int depth = 0; depth < 600; ++depth) {
        ASSERT_EQ(::mkdir("d", 0700), 0);
        ASSERT_EQ(::chdir("d"), 0);
    }
    ASSERT_EQ(::chdir("/"), 0);
    MemorySink sink;
    const auto archived = archiveTree(openFolder(m_from).get(), sink, {});
    ASSERT_FALSE(archived);
    EXPECT_EQ(archived.error().code(), ErrorCode::NotCheckpointable);
}

TEST_F(TreeRoundTripTest, stopsWhenTheJobIsCancelled) {
    writeFile(m_from / "file", std::string(10'000'000, 'x'));
    MemorySink sink;
    ArchiveOptions options{
        {}, [](std::uint64_t) -> Status { return fail(ErrorCode::Cancelled, "stop"); }};
    const auto archived = archiveTree(openFolder(m_from).get(), sink, options);
    ASSERT_FALSE(archived);
    EXPECT_EQ(archived.error().code(), ErrorCode::Cancelled);
}

} // namespace

} // namespace entracte::test
