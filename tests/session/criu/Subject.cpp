#include "tests/session/criu/Subject.h"

#include "session/base/Companion.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace entracte::test {
namespace {

using namespace std::chrono_literals;

void require(bool done, const std::string& what) {
    if (!done)
        throw std::runtime_error(what + ": " + std::strerror(errno));
}

void mountTmpfs(const std::filesystem::path& where) {
    std::filesystem::create_directory(where);
    require(::mount("tmpfs", where.c_str(), "tmpfs", 0, "mode=755") == 0, "mount tmpfs");
}

UniqueFd listenAt(const std::filesystem::path& path) {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    require(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                ::listen(socket.get(), 1) == 0,
            "listen");
    return socket;
}

} // namespace

bool ownMountNamespace() {
    static const bool done = ::unshare(CLONE_NEWNS) == 0 &&
                             ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0;
    return done;
}

Subject::Subject(const std::string& mode) {
    std::string base = "/tmp/entracte-subject-XXXXXX";
    require(::mkdtemp(base.data()) != nullptr, "mkdtemp");
    m_base = base;
    mountTmpfs(m_base);
    mountTmpfs(root());
    std::filesystem::create_directory(images());
    std::filesystem::create_directory(root() / "proc");
    std::filesystem::create_directory(root() / "dev");
    const auto tests = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    std::filesystem::copy_file(tests / "criu-subject", root() / "pair");
    std::ofstream(root() / "mode") << mode;
    m_listener = listenAt(root() / "outside");

    int ends[2];
    require(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-pair").string(), "outside", root().string()};
    spec.standardOutput = writer.get();
    auto started = Subprocess::start(spec);
    if (!started)
        throw std::runtime_error(started.error().forLog());
    m_outside = std::move(*started);
    writer.reset();
    char text[16] = {};
    require(::read(reader.get(), text, sizeof text) > 0, "pid: " + m_outside->errors());
    std::from_chars(text, text + sizeof text, m_init);
    if (mode.find("connect") != std::string::npos)
        m_connection = UniqueFd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    require(counts(), "the subject does not count");
}

Subject::~Subject() {
    kill();
    ::umount2(root().c_str(), MNT_DETACH);
    ::umount2(m_base.c_str(), MNT_DETACH);
    ::rmdir(m_base.c_str());
}

void Subject::kill() {
    if (m_init > 1)
        ::kill(m_init, SIGKILL);
    for (int i = 0; i < 500 && m_init > 1 && countOf(m_init) > 0; ++i)
        std::this_thread::sleep_for(10ms);
    m_init = 0;
    if (m_outside && !m_outside->wait(5s))
        m_outside->terminate(0ms);
}

std::uint64_t Subject::countOf(pid_t init) {
    std::ifstream file("/proc/" + std::to_string(init) + "/status");
    std::string label;
    std::string name;
    std::string state;
    std::uint64_t number = 0;
    file >> label >> name >> number; // Name: probe N
    while (file >> label)
        if (label == "State:")
            file >> state;
    return name == "probe" && state != "Z" ? number : 0;
}

bool Subject::counts() const {
    const auto before = count();
    for (int i = 0; i < 200; ++i) {
        std::this_thread::sleep_for(10ms);
        if (count() > before + 1)
            return true;
    }
    return false;
}

std::vector<std::uint64_t> Subject::sockets() const {
    std::vector<std::uint64_t> inodes;
    constexpr std::string_view label = "socket:[";
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(m_init) + "/fd")) {
        const auto target = std::filesystem::read_symlink(entry.path()).string();
        if (target.starts_with(label))
            inodes.push_back(std::stoull(target.substr(label.size())));
    }
    return inodes;
}

} // namespace entracte::test
