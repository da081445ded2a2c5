#include "session/store/StretchMeter.h"

#include <algorithm>

namespace entracte {

namespace {
constexpr std::uint64_t kTellEvery = 4 * 1024 * 1024; // bytes
}

Status StretchMeter::add(std::uint64_t bytes) {
    m_done += bytes;
    if (m_done - m_told >= kTellEvery) {
        m_told = m_done;
        const double part =
            m_expected == 0
                ? 0.5
                : std::min(1.0, static_cast<double>(m_done) / static_cast<double>(m_expected));
        m_stretch.job.report(m_stretch.phase,
                             m_stretch.from + (m_stretch.to - m_stretch.from) * part, m_done);
    }
    return m_stretch.job.check();
}

} // namespace entracte
