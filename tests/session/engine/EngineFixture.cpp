#include "tests/session/engine/EngineFixture.h"

#include "session/base/Companion.h"
#include "session/base/Subprocess.h"
#include "session/engine/SessionRecord.h"
#include "session/store/RemoveTree.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace entracte::test {

using namespace std::chrono_literals;

namespace {

constexpr const char* kUser = "entracte-test";

class FakeDisplay final : public DisplayParticipant {
public:
    explicit FakeDisplay(DisplayScript& script) : m_script(script) {}

    Result<std::vector<std::uint64_t>> prepare(std::chrono::milliseconds) override {
        m_script.note("prepare");
        while (m_script.holdPrepare)
            std::this_thread::sleep_for(5ms);
        if (m_script.failPrepare)
            return fail(ErrorCode::TimedOut, "The display does not answer.");
        return std::vector<std::uint64_t>();
    }
    Status goOn() override {
        m_script.note("goOn");
        if (m_script.throwInGoOn.exchange(false))
            throw std::runtime_error("thrown by the test");
        if (m_script.goOns++ == 0)
            while (m_script.holdGoOn)
                std::this_thread::sleep_for(5ms);
        return {};
    }
    Result<UniqueFd> openChannel() override {
        m_script.note("openChannel");
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
            return fail(Error::fromErrno("socketpair"));
        m_kept.emplace_back(pair[0]);
        return UniqueFd(pair[1]);
    }
    Status waitAttached(std::chrono::milliseconds) override {
        m_script.note("waitAttached");
        if (m_script.failAttach)
            return fail(ErrorCode::ScreenUnavailable, "This X server lacks something.");
        return {};
    }
    Status detach(std::chrono::milliseconds) override {
        m_script.note("detach");
        return {};
    }
    Result<DisplayStatus> status() override { return DisplayStatus{true, 3, 2, 0}; }
    Result<std::chrono::milliseconds> sinceInput() override { return 60s; }

private:
    DisplayScript& m_script;
    std::vector<UniqueFd> m_kept;
};

// An account for sessions, made once and then left. Of two useradd at a time the second gives the
// same name another number: the lock is for tests that run beside this one.
Result<Person> testPerson() {
    const UniqueFd turn(::open("/var/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!turn || ::flock(turn.get(), LOCK_EX) != 0)
        return fail(Error::fromErrno("No turn was got for making the user for tests"));
    if (!::getpwnam(kUser)) {
        SubprocessSpec spec;
        spec.command = {"/usr/sbin/useradd", "--create-home", "--shell", "/bin/sh", kUser};
        ENTRACTE_TRY(runToEnd(spec, 20s));
    }
    const passwd* entry = ::getpwnam(kUser);
    if (!entry)
        return fail(ErrorCode::System, "The user for tests could not be made.");
    return personOfUid(entry->pw_uid);
}

} // namespace

void EngineFixture::SetUp() {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root: containers and CRIU";
    std::string pattern = "/var/tmp/entracte-engine-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    m_root = pattern;
    m_state = m_root / "state";
    m_runtime = m_root / "runtime";
    auto person = testPerson();
    ASSERT_TRUE(person) << person.error().forLog();
    m_person = *person;
    openEngine();
}

void EngineFixture::TearDown() {
    if (m_root.empty())
        return;
    if (m_engine)
        for (const SessionInfo& info : m_engine->sessions()) {
            JobControl job;
            static_cast<void>(m_engine->stop(info.id, job));
            const auto removed = m_engine->remove(info.id);
            EXPECT_TRUE(removed) << removed.error().forLog();
        }
    closeEngine();
    EXPECT_TRUE(leftoverMounts().empty()) << leftoverMounts().front();
    const UniqueFd parent(::open("/var/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto removed = removeTree(parent.get(), m_root.filename().string());
    EXPECT_TRUE(removed) << removed.error().forLog();
}

void EngineFixture::openEngine(std::chrono::seconds filesSettle) {
    EngineOptions options;
    options.stateDirectory = m_state;
    options.runtimeDirectory = m_runtime;
    options.screenProgram = companionProgram("entracte-fake-screen");
    options.proxyInSessions = false;
    options.filesSettle = filesSettle;
    adjust(options);
    auto opened = Engine::open(
        options,
        [this](pid_t) {
            if (m_display.throwWhenMade.exchange(false))
                throw std::runtime_error("thrown by the test");
            return std::make_unique<FakeDisplay>(m_display);
        },
        &m_observer);
    ASSERT_TRUE(opened) << opened.error().forLog();
    m_engine = std::move(*opened);
}

SessionSpec EngineFixture::counterSpec() const {
    SessionSpec spec;
    spec.name = "counter";
    spec.screen.kind = ScreenKind::Headless;
    spec.workingDirectory = "/tmp";
    spec.command = {
        "/bin/sh", "-c",
        "i=0; while :; do i=$((i+1)); echo $i > /tmp/count.new; mv /tmp/count.new /tmp/count; "
        "sleep 0.05; done"};
    return spec;
}

SessionInfo EngineFixture::startCounter() {
    auto started = m_engine->start(m_person, counterSpec(), m_job);
    EXPECT_TRUE(started) << (started ? "" : started.error().forLog());
    return started ? *started : SessionInfo();
}

pid_t EngineFixture::initOf(const SessionId& id) const {
    std::ifstream in(sessionFolder(id) / "session.json");
    std::ostringstream text;
    text << in.rdbuf();
    const auto record = parseRecord(text.str());
    return record ? record->init.pid : 0;
}

std::optional<long> EngineFixture::counter(const SessionId& id) const {
    std::ifstream in("/proc/" + std::to_string(initOf(id)) + "/root/tmp/count");
    long value = 0;
    return in >> value ? std::optional(value) : std::nullopt;
}

long EngineFixture::counterBeyond(const SessionId& id, long than) const {
    for (int round = 0; round < 200; ++round) {
        if (const auto value = counter(id); value && *value > than)
            return *value;
        std::this_thread::sleep_for(50ms);
    }
    return -1;
}

bool EngineFixture::waitForState(const SessionId& id, SessionState state) const {
    for (int round = 0; round < 200; ++round) {
        if (const auto info = m_engine->session(id); info && info->state == state)
            return true;
        std::this_thread::sleep_for(50ms);
    }
    return false;
}

std::vector<std::string> EngineFixture::leftoverMounts() const {
    std::vector<std::string> found;
    std::ifstream in("/proc/self/mountinfo");
    for (std::string line; std::getline(in, line);)
        if (line.find(m_root.string()) != std::string::npos)
            found.push_back(line);
    return found;
}

std::string EngineFixture::exported(const SnapshotInfo& snapshot, const SnapshotId& since) {
    int pipe[2];
    EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    std::string all;
    std::thread reader([&] {
        char buffer[65536];
        for (ssize_t got = 0; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;)
            all.append(buffer, static_cast<std::size_t>(got));
    });
    const auto done =
        m_engine->exportSnapshot(snapshot.session, snapshot.id, pipe[1], {false, since}, m_job);
    ::close(pipe[1]);
    reader.join();
    ::close(pipe[0]);
    EXPECT_TRUE(done) << (done ? "" : done.error().forLog());
    return all;
}

Result<SessionInfo> EngineFixture::imported(const std::string& text, const ImportWishes& wishes) {
    const fs::path path = m_root / "exported";
    std::ofstream(path, std::ios::binary) << text;
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return m_engine->importSession(m_person, file.get(), wishes, m_job);
}

} // namespace entracte::test
