#include "session/engine/Types.h"

#include <gtest/gtest.h>

#include <set>

namespace entracte {

namespace {

TEST(IdsTest, areNewEachTimeAndParse) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = newId();
        EXPECT_TRUE(parseId(id)) << id;
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(IdsTest, refusesWhatCouldLeadElsewhere) {
    using namespace std::string_view_literals;
    for (const auto text : {""sv, "."sv, ".."sv, "/"sv, "0123456789abcde"sv, "0123456789abcdef0"sv,
                            "0123456789ABCDEF"sv, "0123456789abcdeg"sv, "../../../../etcx"sv,
                            "0123456789abcde/"sv, "0123456789abcde\0"sv, " 123456789abcdef"sv})
        EXPECT_FALSE(parseId(text)) << text;
}

TEST(PersonTest, comesFromTheUserDatabase) {
    const auto root = personOfUid(0);
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "root");
    EXPECT_FALSE(root->home.empty());
    EXPECT_FALSE(root->groups.empty());
    const auto nobody = personOfUid(3'999'999'999u);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code(), ErrorCode::NotFound);
}

} // namespace

} // namespace entracte
