// The participant against a proxy of the test's own, honest and otherwise.

#include "dbus/service/XProxyParticipant.h"

#include "session/base/FdPassing.h"

#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>

namespace entracte::service {
namespace {

using namespace xcontrol;
using namespace std::chrono_literals;

// Every connection that the participant makes is handed to `serve`, in a thread of its own.
class FakeProxy {
public:
    using Serve = std::function<void(int socket, const Request& request)>;

    explicit FakeProxy(Serve serve) : m_serve(std::move(serve)) {}
    ~FakeProxy() {
        for (auto& thread : m_threads)
            thread.join();
    }

    XProxyParticipant::Connector connector() {
        return [this]() -> Result<UniqueFd> {
            int ends[2];
            if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
                return fail(Error::fromErrno("socketpair"));
            const std::lock_guard lock(m_mutex);
            m_threads.emplace_back([this, fd = UniqueFd(ends[1])] {
                const auto received = receiveMessage(fd.get(), sizeof(Request), 5s);
                if (!received || received->bytes.size() != sizeof(Request))
                    return;
                Request request{};
                std::memcpy(&request, received->bytes.data(), sizeof request);
                m_serve(fd.get(), request);
            });
            return UniqueFd(ends[0]);
        };
    }

private:
    Serve m_serve;
    std::mutex m_mutex;
    std::vector<std::thread> m_threads;
};

Answer answerTo(const Request& request) {
    Answer answer{};
    answer.magic = kMagic;
    answer.operation = request.operation;
    answer.state = State::Attached;
    return answer;
}

void send(int socket, const Answer& answer, const std::vector<std::uint64_t>& inodes = {}) {
    std::vector<std::byte> bytes(sizeof answer + inodes.size() * 8);
    std::memcpy(bytes.data(), &answer, sizeof answer);
    if (!inodes.empty())
        std::memcpy(bytes.data() + sizeof answer, inodes.data(), inodes.size() * 8);
    (void)sendMessage(socket, bytes);
}

SegmentOpener noSegments() {
    return [](int) -> Result<SysvSegment> { return fail(ErrorCode::NotFound, "None."); };
}

TEST(XProxyParticipantTest, preparesAndGetsTheUpstreams) {
    FakeProxy proxy([](int socket, const Request& request) {
        EXPECT_EQ(request.magic, kMagic);
        EXPECT_EQ(request.operation, Operation::Prepare);
        auto answer = answerTo(request);
        answer.upstreamCount = 2;
        send(socket, answer, {11, 12});
    });
    XProxyParticipant participant(proxy.connector(), noSegments());
    const auto inodes = participant.prepare(2s);
    ASSERT_TRUE(inodes) << inodes.error().forLog();
    EXPECT_EQ(*inodes, (std::vector<std::uint64_t>{11, 12}));
}

TEST(XProxyParticipantTest, believesNoAnswerThatMakesNoSense) {
    const std::vector<std::function<void(int, Answer)>> lies{
        [](int socket, Answer answer) {
            answer.magic = 1;
            send(socket, answer);
        },
        [](int socket, Answer answer) {
            answer.operation = Operation::Detach;
            send(socket, answer);
        },
        [](int socket, Answer answer) {
            answer.upstreamCount = 5;
            send(socket, answer, {1});
        },
        [](int socket, Answer answer) {
            answer.upstreamCount = 0xffffffff;
            send(socket, answer);
        },
        [](int socket, Answer answer) {
            send(socket, answer, {1, 2, 3});
        },
        [](int socket, Answer) { (void)sendMessage(socket, std::vector<std::byte>(3)); },
        [](int socket, Answer) {
            (void)sendMessage(socket,
                              std::vector<std::byte>(sizeof(Answer) + 8 * kMaxUpstreams + 8));
        },
        [](int, Answer) {},
    };
    for (const auto& lie : lies) {
        FakeProxy proxy([&](int socket, const Request& request) {
            if (request.operation == Operation::Prepare)
                lie(socket, answerTo(request));
            else if (request.operation == Operation::Continue)
                send(socket, answerTo(request));
        });
        XProxyParticipant participant(proxy.connector(), noSegments());
        EXPECT_FALSE(participant.prepare(1s));
    }
}

TEST(XProxyParticipantTest, asksHowLongNobodyHasTyped) {
    const auto sinceInput = [](const std::vector<std::uint64_t>& said) {
        FakeProxy proxy([&](int socket, const Request& request) {
            EXPECT_EQ(request.operation, Operation::SinceInput);
            send(socket, answerTo(request), said);
        });
        return XProxyParticipant(proxy.connector(), noSegments()).sinceInput();
    };
    const auto since = sinceInput({2500});
    ASSERT_TRUE(since) << since.error().forLog();
    EXPECT_EQ(*since, 2500ms);
    const auto never = sinceInput({UINT64_MAX});
    ASSERT_TRUE(never) << never.error().forLog();
    EXPECT_GT(*never, 1h);
    EXPECT_FALSE(sinceInput({}));
    EXPECT_FALSE(sinceInput({1, 2}));
}

TEST(XProxyParticipantTest, letsTheProxyGoOnAfterAFailedPreparation) {
    std::atomic<bool> continued{false};
    FakeProxy proxy([&](int socket, const Request& request) {
        auto answer = answerTo(request);
        if (request.operation == Operation::Prepare)
            answer.failure = Failure::TimedOut;
        continued = continued || request.operation == Operation::Continue;
        if (request.operation != Operation::BecomeShmChannel)
            send(socket, answer);
    });
    XProxyParticipant participant(proxy.connector(), noSegments());
    const auto inodes = participant.prepare(1s);
    ASSERT_FALSE(inodes);
    EXPECT_EQ(inodes.error().code(), ErrorCode::TimedOut);
    EXPECT_TRUE(continued);
}

TEST(XProxyParticipantTest, waitsUntilTheWindowsAreBack) {
    std::atomic<int> asked{0};
    FakeProxy proxy([&](int socket, const Request& request) {
        auto answer = answerTo(request);
        if (request.operation == Operation::Status) {
            answer.state = State::Waiting;
            answer.stateSerial = 7;
        } else if (request.operation == Operation::WaitState) {
            const int turn = ++asked;
            answer.state = turn == 1   ? State::Waiting
                           : turn == 2 ? State::Rebuilding
                                       : State::Attached;
            answer.failure = turn == 1 ? Failure::ServerLost : Failure::None; // of the time before
            answer.stateSerial = turn == 1 ? 7u : static_cast<std::uint64_t>(6 + turn);
        } else {
            return;
        }
        send(socket, answer);
    });
    XProxyParticipant participant(proxy.connector(), noSegments());
    ASSERT_TRUE(participant.openChannel());
    const auto attached = participant.waitAttached(5s);
    EXPECT_TRUE(attached) << attached.error().forLog();
    EXPECT_EQ(asked, 3);
}

// What comes after an answer to Audit.
std::vector<std::byte> comparisonAnswer(const Request& request, const AuditNumbers& numbers,
                                        std::string_view text) {
    const auto answer = answerTo(request);
    std::vector<std::byte> bytes(sizeof answer + sizeof numbers + text.size());
    std::memcpy(bytes.data(), &answer, sizeof answer);
    std::memcpy(bytes.data() + sizeof answer, &numbers, sizeof numbers);
    std::memcpy(bytes.data() + sizeof answer + sizeof numbers, text.data(), text.size());
    return bytes;
}

TEST(XProxyParticipantTest, tellsWhatDiffersOnTheServer) {
    FakeProxy proxy([](int socket, const Request& request) {
        EXPECT_EQ(request.operation, Operation::Audit);
        EXPECT_EQ(request.argument, 0u); // of the last rebuild: nobody is held for it
        (void)sendMessage(
            socket, comparisonAnswer(request, {1, 171, 2, 0, 0, 300}, "differs: \x1b[31mred\n"));
    });
    const XProxyParticipant participant(proxy.connector(), noSegments());
    const auto seen = participant.comparison();
    ASSERT_TRUE(seen) << seen.error().forLog();
    EXPECT_TRUE(seen->complete);
    EXPECT_EQ(seen->facts, 171u);
    EXPECT_EQ(seen->differing, 2u);
    EXPECT_NE(seen->text.find("red"), std::string::npos);
    EXPECT_EQ(seen->text.find('\x1b'), std::string::npos);
}

TEST(XProxyParticipantTest, believesNoComparisonThatMakesNoSense) {
    for (const std::size_t cut : {std::size_t{0}, sizeof(Answer) - 1, sizeof(Answer),
                                  sizeof(Answer) + sizeof(AuditNumbers) - 1}) {
        FakeProxy proxy([cut](int socket, const Request& request) {
            auto bytes = comparisonAnswer(request, {1, 1, 0, 0, 0, 1}, "");
            bytes.resize(cut);
            (void)sendMessage(socket, bytes);
        });
        const XProxyParticipant participant(proxy.connector(), noSegments());
        EXPECT_FALSE(participant.comparison()) << cut;
    }
    FakeProxy endless([](int socket, const Request& request) {
        (void)sendMessage(socket, comparisonAnswer(request, {1, 1, 0, 0, 0, 1},
                                                   std::string(kMaxAuditText + 1, 'x')));
    });
    const XProxyParticipant participant(endless.connector(), noSegments());
    const auto seen = participant.comparison();
    EXPECT_TRUE(!seen || seen->text.size() < kMaxAuditText);
}

TEST(XProxyParticipantTest, saysWhyAServerDoesNotSuit) {
    FakeProxy proxy([&](int socket, const Request& request) {
        auto answer = answerTo(request);
        answer.state = State::Waiting;
        answer.stateSerial = request.operation == Operation::WaitState ? 2 : 1;
        answer.failure = Failure::ServerUnsuitable;
        if (request.operation == Operation::Status || request.operation == Operation::WaitState)
            send(socket, answer);
    });
    XProxyParticipant participant(proxy.connector(), noSegments());
    ASSERT_TRUE(participant.openChannel());
    const auto attached = participant.waitAttached(5s);
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().code(), ErrorCode::ScreenUnavailable);
}

TEST(XProxyParticipantTest, givesUpOnAProxyThatNeverAttaches) {
    FakeProxy proxy([&](int socket, const Request& request) {
        if (request.operation != Operation::BecomeShmChannel &&
            request.operation != Operation::BecomeDisplayChannel)
            send(socket, answerTo(request)); // the same serial, at once, for ever
    });
    XProxyParticipant participant(proxy.connector(), noSegments());
    ASSERT_TRUE(participant.openChannel());
    const auto attached = participant.waitAttached(200ms);
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().code(), ErrorCode::TimedOut);
}

class ShmServiceTest : public testing::Test {
protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
        m_proxy = UniqueFd(ends[0]);
        m_service =
            std::make_unique<ShmService>(UniqueFd(ends[1]), [](int shmid) -> Result<SysvSegment> {
                if (shmid != 42)
                    return fail(ErrorCode::NotFound, "None.");
                return SysvSegment{UniqueFd(memfd_create("segment", MFD_CLOEXEC)), 4096};
            });
    }
    void ask(const ShmRequest& request) {
        ASSERT_TRUE(sendMessage(m_proxy.get(), std::as_bytes(std::span(&request, 1))));
    }
    std::pair<ShmAnswer, std::size_t> answer() {
        const auto received = receiveMessage(m_proxy.get(), sizeof(ShmAnswer), 2s);
        ShmAnswer answer{};
        if (!received || received->bytes.size() != sizeof answer)
            return {answer, 99};
        std::memcpy(&answer, received->bytes.data(), sizeof answer);
        return {answer, received->fds.size()};
    }
    bool endsSoon() {
        for (int i = 0; i < 200 && !m_service->ended(); ++i)
            std::this_thread::sleep_for(10ms);
        return m_service->ended();
    }

    UniqueFd m_proxy;
    std::unique_ptr<ShmService> m_service;
};

TEST_F(ShmServiceTest, givesSegmentsAndSaysWhichAreNone) {
    ask({kMagic, 42});
    auto [good, descriptors] = answer();
    EXPECT_EQ(good.errnoValue, 0);
    EXPECT_EQ(good.sizeBytes, 4096u);
    EXPECT_EQ(descriptors, 1u);
    for (const int shmid : {-1, 7}) {
        ask({kMagic, shmid});
        auto [bad, none] = answer();
        EXPECT_NE(bad.errnoValue, 0);
        EXPECT_EQ(none, 0u);
    }
}

TEST_F(ShmServiceTest, endsOnNonsenseAndWhenTheProxyCloses) {
    ask({1, 42});
    EXPECT_TRUE(endsSoon());
    SetUp();
    m_proxy.reset();
    EXPECT_TRUE(endsSoon());
}

TEST_F(ShmServiceTest, servesOnlySoManyInASecond) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < ShmService::kMaxEachSecond + 1; ++i) {
        ask({kMagic, 7});
        answer();
    }
    EXPECT_GT(std::chrono::steady_clock::now() - begin, 800ms);
}

} // namespace
} // namespace entracte::service
