// state-victim DIRECTORY TAG [KIND...]: runs the kinds (all when none is named), each in a process
// of its own. Writes DIRECTORY/TAG.ready when all are prepared, waits for SIGUSR2, lets them
// verify, and writes DIRECTORY/TAG.results: a line for each kind, "KIND<tab>STATUS<tab>SENTENCE".
// "state-victim --list" names the kinds. Exit status 0: no kind failed.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

namespace victim {
namespace {

sigset_t verifySignal() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR2);
    return set;
}

void awaitVerify() {
    const auto set = verifySignal();
    while (::sigwaitinfo(&set, nullptr) < 0 && errno == EINTR) {
    }
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

} // namespace

Scene::Scene(std::string directory, std::string tag, std::string kind)
    : m_directory(std::move(directory)), m_tag(std::move(tag)), m_kind(std::move(kind)) {}

std::string Scene::path(const std::string& name) const {
    return m_directory + "/" + m_tag + "." + m_kind + "." + name;
}

void Scene::wait(unsigned seconds) {
    std::ofstream(path("prepared")) << "prepared\n";
    m_waited = true;
    awaitVerify();
    if (seconds != kNoAlarm)
        ::alarm(seconds); // what hangs has not come through
}

void Scene::end(int status, const std::string& sentence) const {
    std::ofstream(path("said")) << sentence << '\n';
    ::_exit(status);
}

void Scene::check(bool holds, const std::string& sentence) {
    if (!holds)
        end(1, sentence);
}

int Scene::must(long result, const char* what) {
    if (result < 0)
        end(1, std::string(m_waited ? "afterwards, " : "to begin with, ") + what +
                   " failed: " + std::strerror(errno));
    return static_cast<int>(result);
}

void Scene::absent(const std::string& why) {
    end(77, why);
}

bool Scene::refused(long result) const {
    return result < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES ||
                          errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENODEV);
}

namespace {

std::vector<Kind> allKinds() {
    std::vector<Kind> kinds;
    for (const auto group : {memoryKinds(), processorKinds(), fileKinds(), eventKinds(),
                             processKinds(), signalKinds(), unixKinds(), networkKinds()})
        kinds.insert(kinds.end(), group.begin(), group.end());
    return kinds;
}

struct Run {
    std::string name;
    pid_t pid = 0;
    int status = 0;
    bool ended = false;
};

class Runner {
public:
    Runner(std::string directory, std::string tag)
        : m_directory(std::move(directory)), m_tag(std::move(tag)) {}

    void start(const Kind& kind) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::setpgid(0, 0);
            ::prctl(PR_SET_NAME, kind.name); // what the helper says names the kind
            Scene scene(m_directory, m_tag, kind.name);
            kind.run(scene);
            ::_exit(0);
        }
        m_runs.push_back({kind.name, pid});
    }

    void awaitPrepared() {
        for (auto& run : m_runs)
            while (!run.ended && !exists(file(run, "prepared"))) {
                run.ended = ::waitpid(run.pid, &run.status, WNOHANG) == run.pid;
                ::usleep(5000);
            }
        std::ofstream(m_directory + "/" + m_tag + ".ready") << "ready\n";
    }

    int verify() {
        for (const auto& run : m_runs)
            if (!run.ended)
                ::kill(run.pid, SIGUSR2);
        std::ostringstream results;
        bool well = true;
        for (auto& run : m_runs) {
            while (!run.ended) {
                const pid_t got = ::waitpid(run.pid, &run.status, 0);
                run.ended = got == run.pid || (got < 0 && errno != EINTR);
            }
            const int status =
                WIFEXITED(run.status) ? WEXITSTATUS(run.status) : 128 + WTERMSIG(run.status);
            std::string said;
            std::ifstream sentence(file(run, "said"));
            std::getline(sentence, said);
            results << run.name << '\t' << status << '\t' << said << '\n';
            well = well && (status == 0 || status == 77);
        }
        const auto path = m_directory + "/" + m_tag + ".results";
        std::ofstream(path + "~") << results.str();
        std::rename((path + "~").c_str(), path.c_str());
        return well ? 0 : 1;
    }

private:
    std::string file(const Run& run, const char* what) const {
        return m_directory + "/" + m_tag + "." + run.name + "." + what;
    }
    std::string m_directory;
    std::string m_tag;
    std::vector<Run> m_runs;
};

} // namespace
} // namespace victim

int main(int argc, char** argv) {
    const auto kinds = victim::allKinds();
    if (argc == 2 && std::string(argv[1]) == "--list") {
        for (const auto& kind : kinds)
            std::cout << kind.name << '\n';
        return 0;
    }
    if (argc < 3) {
        std::cerr << "usage: state-victim DIRECTORY TAG [KIND...] | --list\n";
        return 2;
    }
    ::mkdir(argv[1], 0700);
    const auto set = victim::verifySignal();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    victim::Runner runner(argv[1], argv[2]);
    const std::vector<std::string> wanted(argv + 3, argv + argc);
    for (const auto& kind : kinds)
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), kind.name) != wanted.end())
            runner.start(kind);
    runner.awaitPrepared();
    victim::awaitVerify();
    return runner.verify();
}
