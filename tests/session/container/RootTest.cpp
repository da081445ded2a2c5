#include "tests/session/container/ContainerFixture.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace entracte {
namespace {

using testing::HasSubstr;

class RootTest : public ContainerFixture {};

TEST_F(RootTest, changesStayInTheLayer) {
    const auto letter = std::filesystem::path(m_spec.person.home) / "letter";
    write(letter, "as it was");
    giveToPerson(letter);
    start();
    EXPECT_EQ(run("cat letter; echo changed > letter; echo new > draft; cat letter").text,
              "as it waschanged\n");
    EXPECT_EQ(read(letter), "as it was");
    EXPECT_FALSE(std::filesystem::exists(letter.parent_path() / "draft"));
    EXPECT_EQ(read(inside(letter)), "changed\n");
    // And are there again for whoever mounts the layer anew.
    end();
    ASSERT_TRUE(mountRoot(m_spec));
    EXPECT_EQ(read(inside(letter)), "changed\n");
}

TEST_F(RootTest, letsAFolderOfTheHostBeRenamed) {
    const auto folder = std::filesystem::path(m_spec.person.home) / "folder";
    std::filesystem::create_directory(folder);
    write(folder / "file", "x");
    giveToPerson(folder);
    start();
    EXPECT_EQ(run("/usr/bin/python3 -c 'import os; os.rename(\"folder\", \"renamed\")'").text, "");
    end();
    ASSERT_TRUE(mountRoot(m_spec));
    EXPECT_EQ(read(inside(folder.parent_path() / "renamed/file")), "x");
    EXPECT_FALSE(std::filesystem::exists(inside(folder)));
    EXPECT_EQ(read(folder / "file"), "x");
}

TEST_F(RootTest, hidesTheStateDirectoryAndTheHostsOwnPlaces) {
    write(m_state / "secret", "of another person");
    start();
    EXPECT_EQ(run("ls -ld " + m_state.string() + " | cut -c1-10").text, "drwx------\n");
    EXPECT_FALSE(std::filesystem::exists(inside(m_state / "secret")));
    EXPECT_TRUE(std::filesystem::is_empty(inside("/var/tmp")));
    EXPECT_TRUE(std::filesystem::is_empty(inside("/sys")));
    EXPECT_EQ(run("ls -A /tmp /run | tr '\\n' ' '").text,
              "/run: entracte lock user  /tmp: .ICE-unix .X11-unix ");
    EXPECT_EQ(
        run("ls -A /dev | tr '\\n' ' '").text,
        "entracte-sound fd full null ptmx pts random shm stderr stdin stdout tty urandom zero ");
}

TEST_F(RootTest, givesThePersonTheirRuntimeDirectories) {
    start();
    EXPECT_EQ(run("stat -c '%a %u' $XDG_RUNTIME_DIR /run/entracte /tmp/.X11-unix").text,
              "700 " + std::to_string(m_spec.person.uid) + "\n700 " +
                  std::to_string(m_spec.person.uid) + "\n1777 0\n");
    EXPECT_EQ(run("test \"$(hostname)\" = \"$(cat /etc/hostname)\"").status, 0);
    EXPECT_EQ(run("echo x > /dev/null && head -c 4 /dev/urandom | wc -c && echo > /dev/shm/x && "
                  "script -qc 'tty' /dev/null")
                  .status,
              0);
    EXPECT_NE(run("echo x > /usr/lib/entracte/entracte-session").status, 0);
}

TEST_F(RootTest, laysAnOverlayOverEachFileSystemOfTheHost) {
    // In a mount namespace of our own, so that the machine sees nothing of the file system.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child != 0) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        return;
    }
    const auto image = m_base / "disk";
    const auto folder = m_base / "disk-here";
    const auto locked = m_base / "locked"; // where the person cannot get to what is mounted
    const auto within = locked / "within";
    std::filesystem::create_directory(folder);
    const std::string script = "truncate -s 16M " + image.string() + " && mkfs.ext4 -q " +
                               image.string() + " && mount -o loop " + image.string() + " " +
                               folder.string() + " && mkdir -p -m 700 " + locked.string() +
                               " && mkdir " + within.string() + " && mount --bind " +
                               folder.string() + " " + within.string();
    if (::unshare(CLONE_NEWNS) != 0 || std::system("mount --make-rprivate /") != 0 ||
        std::system(script.c_str()) != 0)
        ::_exit(0); // no loop devices here: the ordinary case is all that can be seen
    write(folder / "file", "low");
    start();
    const auto mounts = externalMounts(m_spec);
    const bool named = std::any_of(mounts.begin(), mounts.end(), [&](const ExternalMount& mount) {
        return mount.inside == folder && mount.key == "overlay1";
    });
    EXPECT_TRUE(named);
    EXPECT_TRUE(std::none_of(mounts.begin(), mounts.end(),
                             [&](const ExternalMount& mount) { return mount.inside == within; }));
    EXPECT_EQ(run("cat " + (folder / "file").string()).text, "low");
    end();
    EXPECT_EQ(mountsBeneath(m_spec.mountPoint), 0u);
    ::_exit(HasFailure() ? 1 : 0);
}

TEST_F(RootTest, keepsWhatItChangedOnAFileSystemThatIsGone) {
    // The layer of a session that began while something was mounted there.
    const std::string stick = m_base / "stick/inner";
    std::string name;
    for (const char c : stick)
        name += c == '/' ? std::string("%2F") : std::string(1, c);
    const auto upper = m_spec.layer / "upper" / name;
    std::filesystem::create_directories(upper);
    write(upper / "letter", "kept");
    start();
    EXPECT_EQ(run("cat " + stick + "/letter && ls -a " + stick + " | wc -l").text, "kept3\n");
    EXPECT_FALSE(std::filesystem::exists(stick)) << "the host is as it was";
}

TEST_F(RootTest, unmountsWhatACrashedHelperLeft) {
    m_spec.sharedFolders = {{m_spec.person.home, false}};
    ASSERT_TRUE(prepareLayer(m_spec, m_state));
    const pid_t helper = ::fork();
    ASSERT_GE(helper, 0);
    if (helper == 0)
        ::_exit(mountRoot(m_spec) ? 0 : 1);
    int status = 0;
    ASSERT_EQ(::waitpid(helper, &status, 0), helper);
    ASSERT_EQ(status, 0);
    EXPECT_EQ(mountsBeneath(m_spec.mountPoint), 2u);
    EXPECT_TRUE(unmountRoot(m_spec.mountPoint));
    EXPECT_EQ(mountsBeneath(m_spec.mountPoint), 0u);
    EXPECT_TRUE(unmountRoot(m_spec.mountPoint)) << "nothing is mounted: no error";
    EXPECT_TRUE(mountRoot(m_spec)) << "the layer is free again";
}

TEST_F(RootTest, saysThatALayerIsInUse) {
    start();
    auto second = m_spec;
    second.mountPoint = m_base / "second";
    const auto mounted = mountRoot(second);
    ASSERT_FALSE(mounted);
    EXPECT_EQ(mounted.error().code(), ErrorCode::Busy);
    EXPECT_EQ(mountsBeneath(second.mountPoint), 0u);
}

TEST_F(RootTest, saysThatAFileSystemCannotHoldALayer) {
    start();
    // An overlay cannot be the upper directory of another.
    auto nested = m_spec;
    nested.layer = inside("/tmp/layer");
    nested.mountPoint = m_base / "nested";
    const auto mounted = mountRoot(nested);
    ASSERT_FALSE(mounted);
    EXPECT_EQ(mounted.error().code(), ErrorCode::KernelUnsuitable);
    EXPECT_THAT(mounted.error().forPerson(), HasSubstr("Use a state directory on ext4"));
}

} // namespace
} // namespace entracte
