// Which job a line of the log is about.

#include "dbus/service/JobLog.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>
#include <thread>

namespace entracte::service {
namespace {

TEST(JobLogTest, namesTheJobOfEachThread) {
    std::ostringstream lines;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
    log.set_formatter(formatterWithJobs("%l %*%v", "\n"));
    const JobInLog ours("/jobs/1");
    std::thread([&] {
        log.info("nobody's");
        {
            const JobInLog theirs("/jobs/2");
            log.warn("session {}: slow", 7);
        }
        log.info("nobody's again");
    }).join();
    log.info("ours");
    EXPECT_EQ(lines.str(), "info nobody's\n"
                           "warning /jobs/2: session 7: slow\n"
                           "info nobody's again\n"
                           "info /jobs/1: ours\n");
}

TEST(JobLogTest, endsNoLineForTheJournal) {
    std::ostringstream lines;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
    log.set_formatter(formatterWithJobs("%*%v", ""));
    const JobInLog job("/jobs/1");
    log.info("done");
    EXPECT_EQ(lines.str(), "/jobs/1: done");
}

} // namespace
} // namespace entracte::service
