#pragma once

// The job in each line of the log: what the engine says in a job's thread begins with the job's
// object path, so that all of one job is found by it. Threads of a job's own say nothing by
// themselves. Any thread; the log must be a synchronous one.

#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace entracte::service {

// This thread works for that job as long as this lives.
class JobInLog {
public:
    explicit JobInLog(std::string path);
    JobInLog(const JobInLog&) = delete;
    JobInLog& operator=(const JobInLog&) = delete;
    ~JobInLog();
};

// A pattern of spdlog's; "%*" is where the path stands, with ": " after it, if there is one.
// `end`: of each line.
std::unique_ptr<spdlog::formatter> formatterWithJobs(const std::string& pattern,
                                                     const std::string& end);

} // namespace entracte::service
