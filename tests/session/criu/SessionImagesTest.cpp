#include "session/criu/SessionImages.h"

#include "session/criu/ImageWriter.h"

#include <gtest/gtest.h>

namespace entracte {
namespace {

constexpr std::uint32_t kMagic = 0x50273030;

struct Row {
    std::uint64_t pid, parent, group, session;
    bool operator==(const Row&) const = default;
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << "pid " << row.pid << ", parent " << row.parent << ", group " << row.group
         << ", session " << row.session;
}

std::string imageOf(const std::vector<Row>& rows) {
    std::string image = beginImage(kMagic);
    for (const auto& row : rows) {
        ProtobufWriter entry;
        entry.number(1, row.pid);
        entry.number(2, row.parent);
        entry.number(3, row.group);
        entry.number(4, row.session);
        entry.number(5, row.pid); // its thread
        appendEntry(image, entry.message());
    }
    return image;
}

std::vector<Row> rowsOf(std::string_view image) {
    std::vector<Row> rows;
    const auto entries = splitImage(image, kMagic);
    for (const auto entry : entries ? *entries : std::vector<Bytes>()) {
        Row row{};
        std::uint64_t thread = 0;
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            std::uint64_t* const places[] = {nullptr,    &row.pid,     &row.parent,
                                             &row.group, &row.session, &thread};
            if (field->number < std::size(places) && places[field->number])
                *places[field->number] = field->value;
        }
        EXPECT_EQ(thread, row.pid);
        rows.push_back(row);
    }
    return rows;
}

std::vector<Row> mended(const std::vector<Row>& rows) {
    const auto image = mendSessions(imageOf(rows));
    EXPECT_TRUE(image);
    return image ? rowsOf(*image) : std::vector<Row>();
}

// A session manager (5) that adopts orphans has two daemons of a session (36) whose leader has
// ended; one of them has a child.
TEST(SessionImagesTest, anAdoptedDaemonLeadsASessionOfItsOwn) {
    EXPECT_EQ(
        mended({{1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 36, 36}, {45, 37, 36, 36}, {69, 5, 36, 36}}),
        (std::vector<Row>{
            {1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 37, 37}, {45, 37, 37, 37}, {69, 5, 69, 69}}));
}

TEST(SessionImagesTest, anAdoptedJobOfALivingShellLeavesItsSession) {
    EXPECT_EQ(mended({{1, 0, 1, 1}, {5, 1, 5, 1}, {8, 5, 8, 8}, {9, 5, 9, 8}}),
              (std::vector<Row>{{1, 0, 1, 1}, {5, 1, 5, 1}, {8, 5, 8, 8}, {9, 5, 9, 9}}));
}

// A group that lies within the new session stays one.
TEST(SessionImagesTest, groupsOfDescendantsAreKept) {
    EXPECT_EQ(
        mended({{1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 36, 36}, {45, 37, 45, 36}, {46, 37, 45, 36}}),
        (std::vector<Row>{
            {1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 37, 37}, {45, 37, 45, 37}, {46, 37, 45, 37}}));
}

TEST(SessionImagesTest, whatCriuCanMakeStaysAsItIs) {
    const std::vector<std::vector<Row>> good = {
        // Orphans of PID 1, whose leader has ended, and a child of one of them.
        {{1, 0, 1, 1}, {7, 1, 6, 6}, {8, 7, 6, 6}},
        // A shell, its jobs, and what a job started.
        {{1, 0, 1, 1}, {7, 1, 7, 1}, {8, 7, 8, 8}, {9, 8, 9, 8}, {10, 9, 9, 8}},
        // One that was born before its parent began a session of its own.
        {{1, 0, 1, 1}, {7, 1, 7, 7}, {8, 7, 8, 8}, {9, 8, 7, 7}},
    };
    for (const auto& rows : good) {
        const auto image = mendSessions(imageOf(rows));
        ASSERT_TRUE(image);
        EXPECT_TRUE(image->empty());
    }
}

TEST(SessionImagesTest, mendedOnceIsMended) {
    const auto once = mendSessions(imageOf({{1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 36, 36}}));
    ASSERT_TRUE(once);
    ASSERT_FALSE(once->empty());
    const auto twice = mendSessions(*once);
    ASSERT_TRUE(twice);
    EXPECT_TRUE(twice->empty());
}

TEST(SessionImagesTest, anyBytesAreRead) {
    // Among them processes that are their own ancestors.
    static_cast<void>(mended({{1, 0, 1, 1}, {2, 3, 9, 9}, {3, 2, 8, 8}}));
    const auto image = imageOf({{1, 0, 1, 1}, {5, 1, 5, 1}, {37, 5, 36, 36}});
    for (std::size_t at = 0; at < image.size(); ++at)
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            auto altered = image;
            altered[at] = static_cast<char>(altered[at] ^ flip);
            static_cast<void>(mendSessions(altered));
            static_cast<void>(mendSessions(altered.substr(0, at)));
        }
}

} // namespace
} // namespace entracte
