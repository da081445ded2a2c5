#include "session/criu/FileSizes.h"

#include "session/criu/ImageWriter.h"

#include <gtest/gtest.h>

namespace entracte {
namespace {

constexpr std::uint32_t kFilesMagic = 0x56303138;

// A file_entry of a regular file (fdinfo.proto, regfile.proto).
std::string entry(std::uint64_t id, const std::string& path) {
    ProtobufWriter regular;
    regular.number(1, id);
    regular.bytes(6, path);
    regular.number(8, 4711); // size
    regular.number(10, 0100644);
    regular.bytes(11, "checksum");
    ProtobufWriter file;
    file.number(1, 1);
    file.number(2, id);
    file.bytes(3, regular.message());
    return file.message();
}

std::set<std::uint32_t> fieldsOfRegular(Bytes file) {
    std::set<std::uint32_t> numbers;
    ProtobufReader reader(file);
    while (const auto field = reader.next())
        if (field->number == 3) {
            ProtobufReader inner(field->bytes);
            while (const auto one = inner.next())
                numbers.insert(one->number);
        }
    return numbers;
}

TEST(FileSizesTest, onlyTheFilesThatAreNamedLoseTheirChecks) {
    std::string image = beginImage(kFilesMagic);
    appendEntry(image, entry(1, "/documents/letter"));
    appendEntry(image, entry(2, "/documents/letters"));
    const auto mended = forgetFileSizes(image, {"/documents/letter"});
    ASSERT_TRUE(mended);
    const auto entries = splitImage(*mended, kFilesMagic);
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 2u);
    EXPECT_EQ(fieldsOfRegular((*entries)[0]), (std::set<std::uint32_t>{1, 6, 10}));
    EXPECT_EQ(fieldsOfRegular((*entries)[1]), (std::set<std::uint32_t>{1, 6, 8, 10, 11}));
}

TEST(FileSizesTest, leavesAnImageAloneInWhichNothingIsNamed) {
    std::string image = beginImage(kFilesMagic);
    appendEntry(image, entry(1, "/usr/bin/true"));
    EXPECT_EQ(*forgetFileSizes(image, {"/documents/letter"}), image);
}

TEST(FileSizesTest, refusesWhatIsNoImage) {
    for (const std::string& bad :
         {std::string(), std::string("nonsense"), beginImage(kFilesMagic) + "\xff\xff\xff\xff",
          beginImage(kFilesMagic + 1)})
        EXPECT_FALSE(forgetFileSizes(bad, {"/x"}));
}

} // namespace
} // namespace entracte
