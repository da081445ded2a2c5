// Bytes and descriptors over a real socket pair.

#include "xproxy/proxy/SocketStream.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

namespace entracte::xproxy {
namespace {

Bytes counted(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
    return bytes;
}

// A descriptor that can be told from others: the length of its file.
UniqueFd numbered(std::uint32_t number) {
    char path[] = "/tmp/entracte-stream-XXXXXX";
    UniqueFd fd(::mkstemp(path));
    ::unlink(path);
    EXPECT_EQ(::ftruncate(fd.get(), number), 0);
    return fd;
}
std::int64_t numberOf(const UniqueFd& fd) {
    struct stat found {};
    return fd && ::fstat(fd.get(), &found) == 0 ? found.st_size : -1;
}

class SocketStreamTest : public ::testing::Test {
protected:
    SocketStreamTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        one = SocketStream(UniqueFd(ends[0]));
        other = SocketStream(UniqueFd(ends[1]));
    }
    static Bytes inputOf(SocketStream& stream) {
        const auto input = stream.input();
        return {input.begin(), input.end()};
    }
    SocketStream one;
    SocketStream other;
};

TEST_F(SocketStreamTest, carriesBytes) {
    const Bytes sent = counted(100);
    one.queue(sent);
    EXPECT_EQ(one.queued(), 100u);
    EXPECT_TRUE(one.flush());
    EXPECT_EQ(one.queued(), 0u);
    EXPECT_TRUE(other.read());
    EXPECT_EQ(inputOf(other), sent);
}

TEST_F(SocketStreamTest, nothingToReadIsNoEnd) {
    EXPECT_TRUE(other.read());
    EXPECT_TRUE(other.input().empty());
}

TEST_F(SocketStreamTest, keepsWhatIsNotUsedYet) {
    const Bytes sent = counted(10);
    one.queue(ByteView(sent).first(4));
    one.flush();
    other.read();
    other.consume(3);
    one.queue(ByteView(sent).subspan(4));
    one.flush();
    other.read();
    EXPECT_EQ(inputOf(other), Bytes(sent.begin() + 3, sent.end()));
    other.consume(7);
    EXPECT_TRUE(other.input().empty());
}

TEST_F(SocketStreamTest, aFullSocketTakesTheRestLater) {
    const Bytes sent = counted(4 << 20);
    one.queue(sent);
    ASSERT_TRUE(one.flush());
    ASSERT_GT(one.queued(), 0u) << "a socket that takes 4 MiB at once tests nothing";
    Bytes arrived;
    for (int round = 0; round < 10'000 && arrived.size() < sent.size(); ++round) {
        ASSERT_TRUE(other.read());
        const auto input = other.input();
        const std::size_t used = input.size() < 1'000 ? input.size() : input.size() - 5;
        arrived.insert(arrived.end(), input.begin(),
                       input.begin() + static_cast<std::ptrdiff_t>(used));
        other.consume(used);
        ASSERT_TRUE(one.flush());
    }
    EXPECT_TRUE(arrived == sent);
    EXPECT_EQ(one.queued(), 0u);
}

TEST_F(SocketStreamTest, inputCanBeChangedInPlace) {
    one.queue(counted(4));
    one.flush();
    other.read();
    other.input()[1] = std::byte{0xee};
    EXPECT_EQ(inputOf(other)[1], std::byte{0xee});
}

TEST_F(SocketStreamTest, passesDescriptorsInOrder) {
    one.queueFd(numbered(1));
    one.queue(counted(8));
    one.queueFd(numbered(2));
    one.queueFd(numbered(3));
    one.queue(counted(8));
    one.queue(counted(8));
    one.queueFd(numbered(4));
    one.queue(counted(1));
    ASSERT_TRUE(one.flush());
    for (int round = 0; round < 10 && other.input().size() < 25; ++round)
        ASSERT_TRUE(other.read());
    for (const int number : {1, 2, 3, 4})
        EXPECT_EQ(numberOf(other.takeFd()), number);
    EXPECT_FALSE(other.takeFd().valid());
}

TEST_F(SocketStreamTest, aDescriptorIsThereWithTheByteItBelongsTo) {
    one.queue(counted(8));
    one.queueFd(numbered(1));
    one.queue(counted(8));
    ASSERT_TRUE(one.flush());
    while (other.input().size() < 9)
        ASSERT_TRUE(other.read());
    EXPECT_EQ(numberOf(other.takeFd()), 1);
}

TEST_F(SocketStreamTest, aDescriptorWaitsForItsByte) {
    one.queueFd(numbered(1));
    ASSERT_TRUE(one.flush());
    ASSERT_TRUE(other.read());
    EXPECT_FALSE(other.takeFd().valid());
    one.queue(counted(4));
    ASSERT_TRUE(one.flush());
    ASSERT_TRUE(other.read());
    EXPECT_EQ(numberOf(other.takeFd()), 1);
}

TEST_F(SocketStreamTest, moreDescriptorsThanOneMessageTakes) {
    constexpr int kMany = 40; // unix(7) would take 253; we pass 16 at a time
    for (int i = 1; i <= kMany; ++i)
        one.queueFd(numbered(static_cast<std::uint32_t>(i)));
    one.queue(counted(64));
    ASSERT_TRUE(one.flush());
    for (int round = 0; round < 20 && other.input().size() < 64; ++round)
        ASSERT_TRUE(other.read());
    ASSERT_EQ(inputOf(other), counted(64));
    for (int i = 1; i <= kMany; ++i)
        EXPECT_EQ(numberOf(other.takeFd()), i) << "all with the bytes they were queued before";
}

TEST_F(SocketStreamTest, descriptorsAreClosedOnExec) {
    one.queueFd(numbered(1));
    one.queue(counted(1));
    one.flush();
    other.read();
    const UniqueFd fd = other.takeFd();
    EXPECT_TRUE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
}

TEST_F(SocketStreamTest, refusesAnEndlessHeapOfDescriptors) {
    bool alive = true;
    for (int i = 0; i < 400 && alive; ++i) {
        one.queueFd(numbered(1));
        one.queue(counted(1));
        ASSERT_TRUE(one.flush());
        alive = other.read();
    }
    EXPECT_FALSE(alive);
}

TEST_F(SocketStreamTest, tellsTheEndAfterTheLastBytes) {
    one.queue(counted(5));
    one.flush();
    one.close();
    EXPECT_FALSE(one.open());
    EXPECT_TRUE(other.read());
    EXPECT_EQ(inputOf(other), counted(5));
    EXPECT_FALSE(other.read());
    EXPECT_EQ(inputOf(other), counted(5)) << "what came is still there";
    other.queue(counted(1));
    EXPECT_FALSE(other.flush()) << "and no signal";
}

TEST_F(SocketStreamTest, lentBytesKeepTheirPlaceInTheOrder) {
    const Bytes lent = counted(40);
    one.queue(counted(3));
    one.lend(ByteView(lent).first(10));
    one.lend(ByteView(lent).subspan(10, 10)); // goes on where the last ended
    one.queue(counted(5));
    one.lend(ByteView(lent).subspan(30));
    EXPECT_EQ(one.queued(), 38u);
    ASSERT_TRUE(one.flush());
    ASSERT_TRUE(other.read());
    Bytes expected = counted(3);
    expected.insert(expected.end(), lent.begin(), lent.begin() + 20);
    const Bytes five = counted(5);
    expected.insert(expected.end(), five.begin(), five.end());
    expected.insert(expected.end(), lent.begin() + 30, lent.end());
    EXPECT_EQ(inputOf(other), expected);
}

TEST_F(SocketStreamTest, lentBytesMayChangeAfterAFlush) {
    const Bytes sent = counted(1 << 20);
    Bytes lent = sent;
    one.lend(lent);
    ASSERT_TRUE(one.flush());
    ASSERT_GT(one.queued(), 0u) << "a socket that takes 1 MiB at once tests nothing";
    std::ranges::fill(lent, std::byte{0xff});
    Bytes arrived;
    for (int round = 0; round < 10'000 && arrived.size() < sent.size(); ++round) {
        ASSERT_TRUE(other.read());
        const Bytes input = inputOf(other);
        arrived.insert(arrived.end(), input.begin(), input.end());
        other.consume(input.size());
        ASSERT_TRUE(one.flush());
    }
    EXPECT_TRUE(arrived == sent);
}

TEST_F(SocketStreamTest, pinnedBytesAreHeldUntilTheyAreWritten) {
    const auto holder = std::make_shared<Bytes>(counted(1 << 20));
    one.pin(*holder, holder);
    one.queue(counted(7));
    Bytes arrived;
    for (int round = 0; round < 10'000 && arrived.size() < holder->size() + 7; ++round) {
        ASSERT_TRUE(one.flush());
        EXPECT_EQ(holder.use_count(), one.queued() > 7 ? 2 : 1);
        ASSERT_TRUE(other.read());
        const Bytes input = inputOf(other);
        arrived.insert(arrived.end(), input.begin(), input.end());
        other.consume(input.size());
    }
    EXPECT_TRUE(std::equal(holder->begin(), holder->end(), arrived.begin()));
    EXPECT_EQ(Bytes(arrived.end() - 7, arrived.end()), counted(7));
}

TEST_F(SocketStreamTest, aMessageLargerThanABufferFits) {
    const Bytes sent = counted(3 << 20);
    one.queue(sent);
    for (int round = 0; round < 10'000 && other.input().size() < sent.size(); ++round) {
        ASSERT_TRUE(one.flush());
        ASSERT_TRUE(other.read());
        other.releaseInput(); // not while something is left
    }
    EXPECT_TRUE(inputOf(other) == sent);
}

TEST_F(SocketStreamTest, divertsSoManyBytesAndNoMore) {
    const Bytes sent = counted(300);
    one.queue(ByteView(sent).first(100));
    one.flush();
    other.read();
    other.consume(10);
    Bytes aside(150);
    other.divert(aside);
    EXPECT_TRUE(other.input().empty());
    EXPECT_EQ(other.missing(), 60u);
    one.queue(ByteView(sent).subspan(100));
    one.flush();
    other.read();
    EXPECT_FALSE(other.diverting());
    EXPECT_EQ(aside, Bytes(sent.begin() + 10, sent.begin() + 160));
    EXPECT_EQ(inputOf(other), Bytes(sent.begin() + 160, sent.end()));
    other.takeBack(aside);
    EXPECT_EQ(inputOf(other), Bytes(sent.begin() + 10, sent.end()));
}

TEST_F(SocketStreamTest, forgetsWhatIsDiscarded) {
    one.queueFd(numbered(1));
    one.queue(counted(100));
    one.discardOutput();
    one.queueFd(numbered(2));
    one.queue(counted(3));
    ASSERT_TRUE(one.flush());
    ASSERT_TRUE(other.read());
    EXPECT_EQ(inputOf(other), counted(3));
    EXPECT_EQ(numberOf(other.takeFd()), 2);
    one.queue(counted(3));
    one.queueFd(numbered(3));
    one.queue(counted(3));
    one.flush();
    other.read();
    other.discardInput();
    EXPECT_TRUE(other.input().empty());
    EXPECT_FALSE(other.takeFd().valid());
}

} // namespace
} // namespace entracte::xproxy
