#pragma once

// Who may touch a session's live parts: one job (start, snapshot, resume, …), or several brief
// operations one after the other. A second job is refused at once; a job waits for the brief
// operation that runs. A snapshot opens its slot to those that only talk with the session, but for
// the time in which the session is held still: then they wait.

#include "session/base/Result.h"

#include <condition_variable>
#include <mutex>

namespace entracte {

class JobSlot {
public:
    Status beginJob() {
        std::unique_lock lock(m_mutex);
        if (m_job)
            return fail(busy());
        m_job = true;
        m_open = false;
        m_changed.wait(lock, [this] { return !m_brief; });
        return {};
    }
    void endJob() {
        const std::lock_guard lock(m_mutex);
        m_job = m_open = m_held = false;
        m_changed.notify_all();
    }
    // Of the job: from here on, what runs beside it may.
    void openToBrief() {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    // Refuses it again, once what runs has ended.
    void closeToBrief() {
        std::unique_lock lock(m_mutex);
        m_open = false;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return !m_brief; });
    }
    // Waits for what runs beside the job, and lets nothing begin until letGo().
    void hold() {
        std::unique_lock lock(m_mutex);
        m_held = true;
        m_changed.wait(lock, [this] { return !m_brief; });
    }
    void letGo() {
        const std::lock_guard lock(m_mutex);
        m_held = false;
        m_changed.notify_all();
    }
    Status beginBrief() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_job || !m_brief; });
        if (m_job)
            return fail(busy());
        m_brief = true;
        return {};
    }
    // As beginBrief, but waits while an open job holds the session, and runs beside it otherwise.
    Status beginBeside() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_job && !m_open ? true : !m_held && !m_brief; });
        if (m_job && !m_open)
            return fail(busy());
        m_brief = true;
        return {};
    }
    void endBrief() {
        const std::lock_guard lock(m_mutex);
        m_brief = false;
        m_changed.notify_all();
    }

private:
    static Error busy() {
        return Error(ErrorCode::Busy, "Another job works on this session.")
            .withHint("Wait until it is done, then try again.");
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_job = false;
    bool m_open = false;
    bool m_held = false;
    bool m_brief = false;
};

// A brief operation as long as the value lives.
class BriefUse {
public:
    static Result<BriefUse> begin(JobSlot& slot) {
        ENTRACTE_TRY(slot.beginBrief());
        return BriefUse(slot);
    }
    // For what only talks with the session, and may do so during a snapshot.
    static Result<BriefUse> beside(JobSlot& slot) {
        ENTRACTE_TRY(slot.beginBeside());
        return BriefUse(slot);
    }
    BriefUse(BriefUse&& other) noexcept : m_slot(std::exchange(other.m_slot, nullptr)) {}
    BriefUse& operator=(BriefUse&&) = delete;
    ~BriefUse() {
        if (m_slot)
            m_slot->endBrief();
    }

private:
    explicit BriefUse(JobSlot& slot) : m_slot(&slot) {}
    JobSlot* m_slot;
};

} // namespace entracte
