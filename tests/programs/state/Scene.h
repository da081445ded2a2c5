#pragma once

// The frame of a victim: a kind of state is a function that prepares it, calls wait(), and checks
// that everything is as it was. Between the two, the session is saved, or saved and brought back.
// Every kind runs in a process of its own. Exit status: 0 as it was, 1 not, 77 not to be had here.

#include <span>
#include <string>

namespace victim {

constexpr unsigned kNoAlarm = 0;

class Scene {
public:
    Scene(std::string directory, std::string tag, std::string kind);

    // Everything is prepared; returns when it is to be verified, within so many seconds.
    void wait(unsigned seconds = 20);
    void check(bool holds, const std::string& sentence);
    // A result of a system call or 0: -1 while preparing is a failure, afterwards too.
    int must(long result, const char* what);
    // This machine, or a session, does not offer it.
    [[noreturn]] void absent(const std::string& why);
    // The call failed with one of the errors by which a kernel or a session says "not offered".
    bool refused(long result) const;

    std::string path(const std::string& name) const; // a file of this kind's own
    std::string name() const { return m_tag + "-" + m_kind; }
    const std::string& tag() const { return m_tag; }

private:
    [[noreturn]] void end(int status, const std::string& sentence) const;

    std::string m_directory;
    std::string m_tag;
    std::string m_kind;
    bool m_waited = false;
};

struct Kind {
    const char* name;
    void (*run)(Scene&);
};

std::span<const Kind> memoryKinds();
std::span<const Kind> processorKinds();
std::span<const Kind> fileKinds();
std::span<const Kind> eventKinds();
std::span<const Kind> processKinds();
std::span<const Kind> signalKinds();
std::span<const Kind> unixKinds();
std::span<const Kind> networkKinds();

} // namespace victim
