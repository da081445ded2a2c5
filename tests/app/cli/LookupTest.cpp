#include "app/cli/Lookup.h"

#include <gtest/gtest.h>

namespace entracte::cli {
namespace {

class LookupTest : public testing::Test {
protected:
    LookupTest() {
        add("aaaa000000000000", "work");
        add("aaab000000000000", "twice");
        add("bbbb000000000000", "twice");
        add("cccc000000000000", "aaa"); // a name that is also the beginning of ids
        for (const char* id : {"1100000000000000", "1200000000000000"}) {
            SnapshotView snapshot;
            snapshot.id = id;
            snapshot.session = overview.sessions.first().path;
            overview.snapshots.append(snapshot);
        }
    }
    void add(const char* id, const char* name) {
        SessionView session;
        session.id = id;
        session.name = name;
        session.path = QString("/session/") + id;
        overview.sessions.append(session);
    }
    QString idOf(const char* named) {
        const auto found = findSession(overview, named);
        return found ? found->id
                     : QString::fromStdString(std::string(errorInfo(found.error().code()).name));
    }
    QString snapshotOf(const char* named) {
        const auto found = findSnapshot(overview, overview.sessions.first(), named);
        return found ? found->id
                     : QString::fromStdString(std::string(errorInfo(found.error().code()).name));
    }

    Overview overview;
};

TEST_F(LookupTest, findsByNameAndByBeginningOfTheId) {
    EXPECT_EQ(idOf("work"), "aaaa000000000000");
    EXPECT_EQ(idOf("bb"), "bbbb000000000000");
    EXPECT_EQ(idOf("aaab000000000000"), "aaab000000000000");
    EXPECT_EQ(idOf("aaa"), "cccc000000000000");
}

TEST_F(LookupTest, choosesNoneWhenSeveralOrNoneMatch) {
    EXPECT_EQ(idOf("twice"), "InvalidArgument");
    EXPECT_EQ(idOf("aa"), "InvalidArgument");
    EXPECT_EQ(idOf("wor"), "NotFound");
    EXPECT_EQ(idOf(""), "NotFound");
}

TEST_F(LookupTest, findsSnapshotsOfTheSessionOnly) {
    EXPECT_EQ(snapshotOf("11"), "1100000000000000");
    EXPECT_EQ(snapshotOf("newest"), "1200000000000000");
    EXPECT_EQ(snapshotOf("1"), "InvalidArgument");
    EXPECT_EQ(snapshotOf("2"), "NotFound");
    EXPECT_FALSE(findSnapshot(overview, overview.sessions.last(), "11"));
}

} // namespace
} // namespace entracte::cli
