// Requests that lie about their lengths, name what is not theirs, or that the server refuses: the
// record must stay sound and every other program's part of it as it was.

#include "tests/xproxy/state/RecordFixture.h"

#include <random>

namespace entracte::xproxy {
namespace {

namespace ConfigWindow = wire::core::ConfigWindow;
using Ids = std::vector<std::uint32_t>;

class RecordHostileTest : public RecordFixture {
protected:
    static constexpr std::uint32_t A = kOnes | 1, B = kOnes | 2, C = kOnes | 3, U = kOnes | 9;
};
INSTANTIATE_BOTH_ORDERS(RecordHostileTest);

TEST_P(RecordHostileTest, nobodyMakesThingsUnderIdsOfOthers) {
    createPixmap(kTwo, A);
    createWindow(kTwo, B);
    words(kTwo, wire::core::kCreateGC, 0, {C, kRoot, 0});
    createWindow(kTwo, 0);
    EXPECT_FALSE(record.exists(ClientXid{A}) || record.exists(ClientXid{B}) ||
                 record.exists(ClientXid{C}) || record.exists(ClientXid{0}));
    createWindow(kOne, A);
    ASSERT_TRUE(window(A)) << "the rightful owner comes later";
    EXPECT_EQ(window(A)->owner, kOne);
}

TEST_P(RecordHostileTest, anIdThatIsTakenStaysWhatItIs) {
    createWindow(kOne, A);
    EXPECT_EQ(createPixmap(kOne, A).created, ClientXid::None);
    EXPECT_EQ(createWindow(kOne, A).created, ClientXid::None);
    EXPECT_TRUE(window(A));
    EXPECT_EQ(childrenOf(kRoot), (Ids{A}));
}

TEST_P(RecordHostileTest, onesOwnWindowAsAParentThatIsNotThere) {
    createWindow(kOne, A);
    createWindow(kOne, B);
    reparent(kOne, A, U); // BadWindow
    EXPECT_EQ(window(A)->parent, ClientXid{kRoot});
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B}));
    createWindow(kOne, U, A);
    expectSoundTree();
}

TEST_P(RecordHostileTest, refusedWindowsMakeNoCircle) {
    createWindow(kOne, A);
    const auto refused = createWindow(kOne, B, A);
    recorder.failed(refused.created, refused.createdSerial);
    createWindow(kOne, B, kRoot);
    reparent(kOne, A, B);
    expectSoundTree();
    if (!HasFailure())
        words(kOne, wire::core::kDestroyWindow, 0, {B}); // would go round for ever
}

TEST_P(RecordHostileTest, aSizeOfNothingIsRefused) {
    createWindow(kOne, A);
    configure(kOne, A, ConfigWindow::X | ConfigWindow::Width, {77, 0}); // BadValue
    EXPECT_EQ(window(A)->width, 300);
    EXPECT_EQ(window(A)->x, 10);
}

TEST_P(RecordHostileTest, aSiblingThatIsNoneIsRefused) {
    createWindow(kOne, A);
    createWindow(kOne, B);
    createWindow(kOne, C, B);
    const std::uint16_t mask = ConfigWindow::Sibling | ConfigWindow::StackMode;
    configure(kOne, A, mask, {C, 0}); // BadMatch
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B}));
    configure(kOne, A, mask, {A, 0});
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B}));
    configure(kOne, A, ConfigWindow::StackMode, {99});
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B}));
}

TEST_P(RecordHostileTest, theRootStaysTheRoot) {
    createWindow(kOne, A);
    configure(kOne, kRoot, ConfigWindow::X | ConfigWindow::Width, {5, 1});
    reparent(kOne, kRoot, A);
    reparent(kOne, kRoot, U);
    words(kOne, wire::core::kDestroyWindow, 0, {kRoot});
    words(kOne, wire::core::kUnmapWindow, 0, {kRoot});
    ASSERT_TRUE(window(kRoot));
    EXPECT_EQ(window(kRoot)->width, 1280);
    EXPECT_EQ(window(kRoot)->x, 0);
    EXPECT_EQ(window(kRoot)->parent, ClientXid::None);
    EXPECT_EQ(childrenOf(kRoot), (Ids{A}));
}

TEST_P(RecordHostileTest, requestsOnThingsOfTheWrongKindDoNothing) {
    createPixmap(kOne, A);
    words(kOne, wire::core::kMapWindow, 0, {A});
    words(kOne, wire::core::kFreeGC, 0, {A});
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    words(kOne, Ext::Render, wire::render::kFreePicture, {A});
    EXPECT_TRUE(pixmap(A)) << "the server would say BadGContext, BadWindow, BadPicture";
}

// Every opcode with random bytes in the place of the rest, cut anywhere: nothing may be read beyond
// the request (AddressSanitizer watches), and the tree stays sound.
TEST_P(RecordHostileTest, anyBytesAtAll) {
    std::mt19937 random(order == ByteOrder::Little ? 1 : 2);
    const auto below = [&](std::uint32_t limit) {
        return static_cast<std::uint32_t>(random() % limit);
    };
    record.pictFormats[0x25] = {8};
    for (int round = 0; round < 60'000; ++round) {
        const auto ext = static_cast<Ext>(below(kExtCount));
        const ClientId client = 1 + below(2);
        Bytes request(4 * (1 + below(14)));
        for (std::size_t at = 4; at + 4 <= request.size(); at += 4) {
            // Mostly ids that are in use or could be, and small numbers.
            const std::uint32_t base = below(3) ? kOnes : kTwos;
            const std::uint32_t value = below(4) == 0   ? below(0xffffffff)
                                        : below(3) == 0 ? below(40)
                                        : below(9) == 0 ? kRoot
                                                        : base | below(12);
            put32(request, at, value, order);
        }
        const auto opcode = static_cast<std::byte>(ext == Ext::Core ? below(120) : below(62));
        request[0] = ext == Ext::Core ? opcode : std::byte{140};
        request[1] = ext == Ext::Core ? static_cast<std::byte>(below(256)) : opcode;
        put16(request, 2, static_cast<std::uint16_t>(below(2) ? request.size() / 4 : below(999)),
              order);
        const auto effects = sendBytes(client, ext, request);
        if (effects.created != ClientXid::None && below(4) == 0)
            recorder.failed(effects.created, effects.createdSerial);
        if (round % 64 == 0) {
            expectSoundTree();
            if (HasFailure())
                return;
            record.takeUnusedPixmaps();
        }
        if (below(2'000) == 0) {
            record.clientGone(client);
            record.clients[client].range = {client == kOne ? kOnes : kTwos, kMask};
        }
    }
    EXPECT_TRUE(window(kRoot));
}

} // namespace
} // namespace entracte::xproxy
