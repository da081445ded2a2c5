// A stranger's bytes, fit to be shown.

#include "session/base/Printable.h"

#include <gtest/gtest.h>

using namespace entracte;

namespace {

TEST(PrintableTest, leavesTextAlone) {
    EXPECT_EQ(printable("Kate – döcument.txt 文"), "Kate – döcument.txt 文");
}

TEST(PrintableTest, replacesControlsAndEscapes) {
    EXPECT_EQ(printable("a\nb\x1b[2Jc\x7f\t"), "a?b?[2Jc??");
}

TEST(PrintableTest, replacesInvalidUtf8ByteByByte) {
    EXPECT_EQ(printable("\xff\xc3(\xe2\x82"), "?\?(??");
    EXPECT_EQ(printable("\xc0\xaf"), "??");           // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "???");      // a surrogate
    EXPECT_EQ(printable("\xf5\x80\x80\x80"), "????"); // beyond Unicode
}

TEST(PrintableTest, replacesCharactersThatHideOrReorder) {
    EXPECT_EQ(printable("a\u202eb\u200bc\ufeffd"), "a?b?c?d");
}

TEST(PrintableTest, neverSplitsACharacter) {
    EXPECT_EQ(printable("ääää", 5), "ää…");
    EXPECT_EQ(printable("ääää", 8), "ääää");
}

} // namespace
