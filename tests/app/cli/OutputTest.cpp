#include "app/cli/Output.h"

#include <gtest/gtest.h>

namespace entracte::cli {
namespace {

TEST(OutputTest, writesSizesAndTimesAsPeopleReadThem) {
    EXPECT_EQ(bytesText(0), "0 B");
    EXPECT_EQ(bytesText(999), "999 B");
    EXPECT_EQ(bytesText(1000), "1.0 kB");
    EXPECT_EQ(bytesText(999'999), "1.0 MB");
    EXPECT_EQ(bytesText(38'100'000), "38.1 MB");
    EXPECT_EQ(bytesText(5'000'000'000'000'000), "5000.0 TB");
    EXPECT_EQ(durationText(420'000), "420 ms");
    EXPECT_EQ(durationText(1'440'000), "1.4 s");
}

TEST(OutputTest, showsNothingThatATerminalWouldObey) {
    EXPECT_EQ(printable("a\033[2Jb\n"), "a?[2Jb?");
    EXPECT_EQ(printable("Büro 🎉"), "Büro 🎉");
    EXPECT_EQ(printable(QString(QChar(0xd83c)) + "x"), "\uFFFDx"); // half a character
}

TEST(OutputTest, reportsWithTheTablesExitStatus) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    EXPECT_EQ(report(Error(ErrorCode::Busy, "It is busy.", "secret detail", "Wait."), true), 5);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "entracte: It is busy. Wait.\n");
    const auto json = Json::parse(testing::internal::GetCapturedStdout());
    EXPECT_EQ(json["error"]["code"], "Busy");
    EXPECT_EQ(json["error"]["message"], "It is busy. Wait.");
    EXPECT_EQ(json["error"]["exit_status"], 5);
}

} // namespace
} // namespace entracte::cli
