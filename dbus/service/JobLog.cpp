#include "dbus/service/JobLog.h"

#include <spdlog/pattern_formatter.h>

#include <string_view>
#include <utility>

namespace entracte::service {

namespace {

thread_local std::string jobOfThread;

class JobFlag : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg&, const std::tm&,
                spdlog::memory_buf_t& line) override {
        if (jobOfThread.empty())
            return;
        line.append(jobOfThread.data(), jobOfThread.data() + jobOfThread.size());
        constexpr std::string_view kColon = ": ";
        line.append(kColon.data(), kColon.data() + kColon.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JobFlag>();
    }
};

} // namespace

JobInLog::JobInLog(std::string path) {
    jobOfThread = std::move(path);
}

JobInLog::~JobInLog() {
    jobOfThread.clear();
}

std::unique_ptr<spdlog::formatter> formatterWithJobs(const std::string& pattern,
                                                     const std::string& end) {
    auto formatter =
        std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::local, end);
    formatter->add_flag<JobFlag>('*').set_pattern(pattern);
    return formatter;
}

} // namespace entracte::service
