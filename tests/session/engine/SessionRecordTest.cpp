#include "session/engine/SessionRecord.h"

#include <gtest/gtest.h>

namespace entracte {

namespace {

SessionSpec goodSpec() {
    SessionSpec spec;
    spec.name = "Ünfug";
    spec.screen = {ScreenKind::Window, 800, 600, ":1", "/home/x/.Xauthority", false, ""};
    spec.command = {"xterm", "-e", "a b\n\"c\""};
    spec.environment = {{"LANG", "de_DE.UTF-8"}, {"EMPTY", ""}};
    spec.workingDirectory = "/home/x";
    spec.sharedFolders = {{"/home/x/Documents", true}};
    spec.screen.clipboard = true;
    spec.screen.sessionBus = "unix:path=/run/user/1/bus";
    spec.isPrivate = true;
    spec.endsWithCommand = true;
    spec.commandPid = 12;
    spec.network = {NetworkKind::HostLimited, {5432, 80}};
    return spec;
}

SessionRecord goodRecord() {
    SessionRecord record;
    record.id = "0123456789abcdef";
    record.owner = 1000;
    record.ownerName = "x";
    record.spec = goodSpec();
    record.state = SessionState::Detached;
    record.createdUnixMs = 1'700'000'000'000;
    record.init = {4711, 99, "boot\n"};
    record.comeback = Return::Trying;
    record.layer = "00000000000000aa";
    record.move = {MoveState::Arriving, "00000000000000bb", "desk2"};
    record.lineage = "00000000000000cc";
    record.arrived = {"00000000000000dd"};
    record.beforeArrival = {MoveState::Given, "00000000000000ee", "desk3"};
    return record;
}

TEST(SessionRecordTest, comesBackAsItWas) {
    const auto read = parseRecord(formatRecord(goodRecord()));
    ASSERT_TRUE(read) << read.error().forLog();
    EXPECT_EQ(formatRecord(*read), formatRecord(goodRecord()));
    EXPECT_EQ(read->spec.command, goodSpec().command);
    EXPECT_EQ(read->init.startTicks, 99u);
    EXPECT_EQ(read->state, SessionState::Detached);
    EXPECT_TRUE(read->spec.endsWithCommand);
    EXPECT_EQ(read->spec.commandPid, 12);
}

TEST(SessionRecordTest, ofBeforeReturnsWereRememberedComesBackWhenInterrupted) {
    for (const auto state : {SessionState::Interrupted, SessionState::Suspended}) {
        SessionRecord record = goodRecord();
        record.state = state;
        auto document = nlohmann::json::parse(formatRecord(record));
        document.erase("return");
        const auto read = parseRecord(document.dump());
        ASSERT_TRUE(read) << read.error().forLog();
        EXPECT_EQ(read->comeback == Return::Due, state == SessionState::Interrupted);
        document["return"] = 9;
        EXPECT_FALSE(parseRecord(document.dump()));
    }
}

TEST(SessionRecordTest, aSessionOfBeforeThereWereNetworksHasNone) {
    auto spec = specToJson(goodSpec());
    const auto now = specFromJson(spec);
    ASSERT_TRUE(now);
    EXPECT_EQ(now->network.kind, NetworkKind::HostLimited);
    EXPECT_EQ(now->network.hostPorts, (std::vector<std::uint16_t>{5432, 80}));
    EXPECT_TRUE(now->screen.clipboard);
    EXPECT_TRUE(now->isPrivate);
    spec.erase("private");
    spec.erase("network");
    spec["screen"].erase("clipboard");
    const auto before = specFromJson(spec);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->network.kind, NetworkKind::None);
    EXPECT_FALSE(before->screen.clipboard);
    EXPECT_FALSE(before->isPrivate);
    spec["network"] = {{"kind", 7}, {"hostPorts", nlohmann::json::array()}};
    EXPECT_FALSE(specFromJson(spec));
}

// A spec travels in snapshots and exports, and comes back from anywhere.
TEST(SessionRecordTest, onlyTheHelpersOwnRecordHasTheBus) {
    nlohmann::json spec = specToJson(goodSpec());
    EXPECT_EQ(spec.dump().find("/run/user/1/bus"), std::string::npos);
    spec["screen"]["sessionBus"] = "unix:path=/tmp/other";
    const auto read = specFromJson(spec);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->screen.sessionBus, "");
    const auto record = parseRecord(formatRecord(goodRecord()));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->spec.screen.sessionBus, "unix:path=/run/user/1/bus");
    SessionRecord odd = goodRecord();
    odd.spec.screen.sessionBus = "unixexec:path=/bin/sh";
    EXPECT_EQ(parseRecord(formatRecord(odd))->spec.screen.sessionBus, "");
}

TEST(SessionRecordTest, refusesStrangeOnes) {
    const std::string good = formatRecord(goodRecord());
    for (std::size_t size = 0; size + 2 < good.size(); ++size)
        EXPECT_FALSE(parseRecord(good.substr(0, size))) << size;
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    EXPECT_FALSE(parseRecord(with("0123456789abcdef", "../../../../etc/")));
    EXPECT_FALSE(parseRecord(with("00000000000000aa", "..")));
    EXPECT_FALSE(parseRecord(with("\"state\": 2", "\"state\": 77")));
    EXPECT_FALSE(parseRecord(with("\"state\": 3", "\"state\": 4"))); // of a move
    for (const char* id : {"00000000000000bb", "00000000000000cc", "00000000000000dd"})
        EXPECT_FALSE(parseRecord(with(id, "../../../../etc/"))) << id;
    EXPECT_FALSE(parseRecord(with("\"version\": 1", "\"version\": 2")));
    EXPECT_FALSE(parseRecord(with("\"owner\": 1000", "\"owner\": \"root\"")));
}

TEST(SessionSpecTest, aScreenHasTheSizeThatItHadUnlessAnotherIsAskedFor) {
    const ScreenSpec before{ScreenKind::Window, 800, 600, ":1", "", true, "unix:path=/bus"};
    const ScreenSpec like = sizedLike({ScreenKind::Headless, 0, 0, "", "", false, ""}, before);
    EXPECT_EQ(like.width, 800);
    EXPECT_EQ(like.height, 600);
    EXPECT_EQ(like.kind, ScreenKind::Headless);
    EXPECT_TRUE(like.clipboard);
    EXPECT_EQ(like.sessionBus, "unix:path=/bus") << "nobody named another";
    const ScreenSpec other =
        sizedLike({ScreenKind::Window, 640, 480, "", "", false, "unix:path=/other"}, before);
    EXPECT_EQ(other.width, 640);
    ScreenSpec full = before;
    full.fullScreen = true;
    EXPECT_TRUE(sizedLike({ScreenKind::Window, 0, 0, ":2", "", false, ""}, full).fullScreen);
    EXPECT_FALSE(sizedLike({ScreenKind::Window, 640, 480, ":2", "", false, ""}, full).fullScreen);
    EXPECT_EQ(other.sessionBus, "unix:path=/other");
}

TEST(SessionSpecTest, refusesWhatNoSessionCanHave) {
    EXPECT_TRUE(checkSpec(goodSpec()));
    const auto refused = [](const auto& change) {
        SessionSpec spec = goodSpec();
        change(spec);
        const auto checked = checkSpec(spec);
        return !checked && checked.error().code() == ErrorCode::InvalidArgument;
    };
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.name = ""; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.name = std::string(65, 'x'); }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.name = "two\nlines"; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.name = "\xff"; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.workingDirectory = "relative"; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.command = {""}; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.command = {"x", std::string("\0", 1)}; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) {
        spec.command = {"x", std::string(200'000, 'x')};
    }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.environment = {{"A=B", "c"}}; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.environment = {{"", "c"}}; }));
    EXPECT_TRUE(refused([](SessionSpec& spec) { spec.sharedFolders = {{"../x", false}}; }));
}

} // namespace

} // namespace entracte
