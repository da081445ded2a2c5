#include "tests/session/container/ContainerFixture.h"

#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace entracte {
namespace {

// An account that every Debian has, and that owns nothing here; dbus-daemon wants one.
Person anybody() {
    const passwd* entry = ::getpwnam("games");
    if (!entry)
        entry = ::getpwnam("nobody");
    return {entry->pw_uid, entry->pw_gid, {entry->pw_gid}, entry->pw_name, {}, "/bin/sh"};
}

} // namespace

std::size_t mountsBeneath(const std::filesystem::path& path) {
    std::ifstream mounts("/proc/self/mountinfo");
    std::size_t count = 0;
    for (std::string line; std::getline(mounts, line);)
        if (line.find(" " + path.string()) != std::string::npos)
            ++count;
    return count;
}

void ContainerFixture::SetUp() {
    if (::geteuid() != 0)
        GTEST_SKIP() << "containers are made by root, and this test does not run as root";
    // What is mounted here must not be seen by sessions of other tests that begin meanwhile: each
    // file system of the host becomes a part of them.
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0) << std::strerror(errno);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), 0)
        << std::strerror(errno);
    // Not in /tmp: a session has its own.
    char name[] = "/home/entracte-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr) << std::strerror(errno);
    m_base = name;
    ::chmod(name, 0755);
    m_state = m_base / "state";
    std::filesystem::create_directory(m_state);
    m_spec.id = "0123456789abcdef";
    m_spec.person = anybody();
    m_spec.person.home = m_base / "person";
    std::filesystem::create_directory(m_spec.person.home);
    giveToPerson(m_spec.person.home);
    m_spec.layer = m_state / "layer";
    m_spec.mountPoint = m_base / "root";
    m_spec.display = false;
}

void ContainerFixture::TearDown() {
    if (m_base.empty())
        return;
    end();
    EXPECT_EQ(mountsBeneath(m_base), 0u) << "a mount was left behind";
    if (mountsBeneath(m_base) == 0)
        std::filesystem::remove_all(m_base);
}

void ContainerFixture::start() {
    const auto prepared = prepareLayer(m_spec, m_state);
    ASSERT_TRUE(prepared) << prepared.error().forLog();
    const auto mounted = mountRoot(m_spec);
    ASSERT_TRUE(mounted) << mounted.error().forLog();
    auto launched = launch(m_spec);
    ASSERT_TRUE(launched) << launched.error().forLog();
    m_container = std::move(*launched);
}

void ContainerFixture::end() {
    if (m_container.initPidfd.valid()) {
        const auto killed = killContainer(m_container);
        EXPECT_TRUE(killed) << killed.error().forLog();
        m_container = {};
    }
    const auto unmounted = unmountRoot(m_spec.mountPoint);
    EXPECT_TRUE(unmounted) << unmounted.error().forLog();
}

std::int32_t ContainerFixture::spawn(const std::vector<std::string>& command) {
    auto client = InitClient::connect(m_container.init);
    EXPECT_TRUE(client) << client.error().forLog();
    if (!client)
        return -1;
    const auto pid = client->spawn(command, {}, m_spec.person.home);
    EXPECT_TRUE(pid) << pid.error().forLog();
    return pid.value_or(-1);
}

ContainerFixture::Said ContainerFixture::run(const std::string& command) {
    Said said;
    auto client = InitClient::connect(m_container.init);
    EXPECT_TRUE(client) << client.error().forLog();
    if (!client)
        return said;
    const auto pid = client->spawn({"/bin/sh", "-c", command}, {}, m_spec.person.home);
    EXPECT_TRUE(pid) << pid.error().forLog();
    std::uint64_t serial = 0;
    for (int attempt = 0; pid && said.status < 0 && attempt < 3;) {
        const auto events = client->waitEvents(serial);
        if (!events)
            break;
        attempt += events->exits.empty() ? 1 : 0;
        for (const auto& exit : events->exits) {
            serial = exit.serial;
            if (exit.pid == *pid)
                said.status = exit.waitStatus;
        }
    }
    EXPECT_GE(said.status, 0) << "\"" << command << "\" did not end";
    if (pid)
        said.text = read(inside("/run/entracte/log/" + std::to_string(*pid)));
    return said;
}

void ContainerFixture::write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

std::string ContainerFixture::read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void ContainerFixture::giveToPerson(const std::filesystem::path& path) const {
    ASSERT_EQ(::lchown(path.c_str(), m_spec.person.uid, m_spec.person.gid), 0);
}

} // namespace entracte
