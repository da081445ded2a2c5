#pragma once

// An engine on folders of its own, with an ordinary user, a display that only remembers what it was
// asked, and a session whose program counts: every 50 ms it adds one to a number in its memory and
// writes it to a file of the session's layer.

#include "session/engine/Engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace entracte::test {

namespace fs = std::filesystem;

// What the engine asked of all displays, in order, and how they answer.
struct DisplayScript {
    std::mutex mutex;
    std::vector<std::string> calls;
    std::atomic<bool> failPrepare{false};
    std::atomic<bool> failAttach{false};
    std::atomic<bool> holdPrepare{false};   // until it is false again
    std::atomic<bool> holdGoOn{false};      // the first, until it is false again
    std::atomic<int> goOns{0};              // since then
    std::atomic<bool> throwWhenMade{false}; // once
    std::atomic<bool> throwInGoOn{false};

    void note(const std::string& call) {
        const std::lock_guard lock(mutex);
        calls.push_back(call);
    }
    std::vector<std::string> take() {
        const std::lock_guard lock(mutex);
        return std::exchange(calls, {});
    }
};

class RecordingObserver final : public EngineObserver {
public:
    void sessionChanged(const SessionInfo& info) override {
        const std::lock_guard lock(m_mutex);
        m_states.push_back(info.state);
    }
    void snapshotAdded(const SnapshotInfo&) override { ++snapshots; }
    void programExited(const SessionId&, std::int32_t, int waitStatus) override {
        const std::lock_guard lock(m_mutex);
        m_exits.push_back(waitStatus);
    }
    std::vector<int> exits() const {
        const std::lock_guard lock(m_mutex);
        return m_exits;
    }
    std::atomic<int> snapshots{0};

private:
    mutable std::mutex m_mutex;
    std::vector<SessionState> m_states;
    std::vector<int> m_exits;
};

class EngineFixture : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    void openEngine(std::chrono::seconds filesSettle = std::chrono::seconds(60));
    // What a test wants otherwise.
    virtual void adjust(EngineOptions&) const {}
    void closeEngine() { m_engine.reset(); }
    SessionSpec counterSpec() const;
    SessionInfo startCounter();

    // The file as the running session has it, through its own root.
    std::optional<long> counter(const SessionId& id) const;
    // Waits until it is more than `than`; -1 when it never is.
    long counterBeyond(const SessionId& id, long than) const;
    bool waitForState(const SessionId& id, SessionState state) const;
    pid_t initOf(const SessionId& id) const; // from session.json
    // A snapshot as it goes out, and how what went out comes in.
    std::string exported(const SnapshotInfo& snapshot, const SnapshotId& since);
    Result<SessionInfo> imported(const std::string& text, const ImportWishes& wishes);
    // Mounts and processes that a session left.
    std::vector<std::string> leftoverMounts() const;
    fs::path sessionFolder(const SessionId& id) const { return m_state / "sessions" / id; }

    fs::path m_root, m_state, m_runtime;
    Person m_person;
    DisplayScript m_display;
    RecordingObserver m_observer;
    JobControl m_job;
    std::unique_ptr<Engine> m_engine;
};

} // namespace entracte::test
