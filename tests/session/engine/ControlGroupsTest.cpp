#include "session/engine/ControlGroups.h"

#include <gtest/gtest.h>

#include <fstream>

namespace entracte {

namespace {

namespace fs = std::filesystem;

const SessionId kSession = "0123456789abcdef";

// A tree of folders in the place of the kernel's.
class ControlGroupsTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/entracte-groups-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
        fs::create_directory(m_top / "run");
    }
    void TearDown() override { fs::remove_all(m_top); }

    // A group of version 2 with the kernel's controllers.
    void makeGroup(const std::string& group) const {
        fs::create_directories(m_top / "v2" / group);
        std::ofstream(m_top / "v2" / group / "cgroup.controllers") << "cpuset cpu io memory pids\n";
    }
    void makeFirst(const std::string& controller, const std::string& group) const {
        fs::create_directories(m_top / controller / group);
    }
    std::string second() const {
        return "30 1 0:26 / " + (m_top / "v2").string() + " rw - cgroup2 cgroup2 rw\n";
    }
    std::string first(const std::string& controller, const std::string& root = "/") const {
        return "31 1 0:27 " + root + " " + (m_top / controller).string() +
               " rw shared:9 - cgroup cgroup rw," + controller + "\n";
    }
    GroupPlaces find(const std::string& own, const std::string& mounts) const {
        ControlGroups groups;
        groups.find(m_top / "run", own, mounts);
        return groups.places();
    }
    fs::path memory(const std::string& own, const std::string& mounts) const {
        const auto places = find(own, mounts);
        const auto found = places.find("memory");
        return found == places.end() ? fs::path() : found->second.path.lexically_relative(m_top);
    }

    fs::path m_top;
};

TEST_F(ControlGroupsTest, takesTheServiceThatKeepsSessionsBesideTheHelpers) {
    makeGroup("system.slice/entracted.service");
    makeGroup("system.slice/entracte-sessions.service");
    const auto places = find("0::/system.slice/entracted.service\n", second());
    ASSERT_EQ(places.size(), 4u);
    for (const auto& [controller, place] : places) {
        EXPECT_EQ(place.path, m_top / "v2/system.slice/entracte-sessions.service") << controller;
        EXPECT_EQ(place.version, 2);
        EXPECT_TRUE(place.kept);
    }
}

TEST_F(ControlGroupsTest, neverTakesTheGroupOfAServiceThatSystemdWouldStartAnew) {
    makeGroup("system.slice/entracted.service");
    EXPECT_TRUE(find("0::/system.slice/entracted.service\n", second()).empty());
}

TEST_F(ControlGroupsTest, takesTheHelpersOwnGroupElsewhereAndNeverOneBeneathIt) {
    makeGroup("build");
    makeGroup("build/entracte-helper");
    EXPECT_EQ(memory("0::/build\n", second()), "v2/build");
    EXPECT_EQ(memory("0::/build/entracte-helper\n", second()), "v2/build");
}

TEST_F(ControlGroupsTest, takesEachControllerWhereItIs) {
    makeFirst("memory", "system.slice/entracte-sessions.service");
    makeFirst("memory", "system.slice/entracted.service");
    makeFirst("pids", "elsewhere");
    fs::create_directories(m_top / "v2/system.slice/entracte-sessions.service");
    const auto places = find("9:name=systemd:/system.slice/entracted.service\n"
                             "5:pids:/elsewhere\n4:memory:/system.slice/entracted.service\n"
                             "0::/system.slice/entracted.service\n",
                             second() + first("memory") + first("pids"));
    ASSERT_EQ(places.size(), 3u);
    EXPECT_EQ(places.at("memory").path, m_top / "memory/system.slice/entracte-sessions.service");
    EXPECT_EQ(places.at("memory").version, 1);
    EXPECT_EQ(places.at("pids").path, m_top / "pids/elsewhere");
    EXPECT_EQ(places.at("cpuacct").version, 2); // which counts processor time by itself
    EXPECT_FALSE(places.contains("cpu"));
}

TEST_F(ControlGroupsTest, readsAMountThatShowsAPartOfTheGroups) {
    makeFirst("memory", "inner");
    EXPECT_EQ(memory("4:memory:/docker/one/inner\n", first("memory", "/docker/one")),
              "memory/inner");
    EXPECT_EQ(memory("4:memory:/docker/other\n", first("memory", "/docker/one")), "");
}

TEST_F(ControlGroupsTest, staysWhereSessionsAre) {
    makeGroup("first");
    makeGroup("second");
    EXPECT_EQ(memory("0::/first\n", second()), "v2/first");
    // Nobody is there: the next helper may take another.
    fs::create_directory(m_top / "v2/first" / kHelperGroup);
    EXPECT_EQ(memory("0::/second\n", second()), "v2/second");
    fs::create_directory(m_top / "v2/second" / (kGroupPrefix + kSession));
    EXPECT_EQ(memory("0::/first\n", second()), "v2/second");
    fs::remove(m_top / "v2/second" / (kGroupPrefix + kSession));
    EXPECT_EQ(memory("0::/first\n", second()), "v2/first");
}

TEST_F(ControlGroupsTest, aMachineWithoutGroupsHasNone) {
    EXPECT_TRUE(find("0::/\n", "22 1 0:20 / /proc rw - proc proc rw\n").empty());
    std::ofstream(m_top / "run/control-groups") << "memory two /nowhere\n\n\x01 1 0";
    EXPECT_TRUE(find("0::/\n", "22 1 0:20 / /proc rw - proc proc rw\n").empty());
}

} // namespace

} // namespace entracte
