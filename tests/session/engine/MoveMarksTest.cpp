// What the helper remembers of moves: whoever asks, and whenever it starts anew, a session is on
// one side.

#include "tests/session/engine/EngineFixture.h"

#include <fstream>

namespace entracte::test {

namespace {

const std::string kMove = "00000000000000a1";
const std::string kOther = "00000000000000a2";

class MoveMarksTest : public EngineFixture {
protected:
    // Suspended, and what went out of it.
    SessionInfo suspended() {
        const SessionInfo info = startCounter();
        EXPECT_GT(counterBeyond(info.id, 2), 2);
        const auto taken = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
        EXPECT_TRUE(taken) << (taken ? "" : taken.error().forLog());
        if (taken)
            m_text = exported(*taken, {});
        return info;
    }
    SessionInfo arriving(const SessionInfo& from) {
        const auto arrived = imported(m_text, {"", kMove, "peer", from.id});
        EXPECT_TRUE(arrived) << (arrived ? "" : arrived.error().forLog());
        return arrived.value_or(SessionInfo{});
    }
    bool resumes(const SessionId& id, const std::string& move = {}) {
        ResumeWishes wishes;
        wishes.move = move;
        return m_engine->resume(id, "", wishes, m_job).has_value();
    }
    bool step(const SessionId& id, MoveStep what, const std::string& move = kMove) {
        return m_engine->moveStep(id, what, move, "peer").has_value();
    }
    MoveFate fate(const std::string& move = kMove) {
        return m_engine->moveFate(m_person.uid, move).value_or(MoveFate::Unknown);
    }
    void startAnew() {
        closeEngine();
        openEngine();
    }

    std::string m_text;
};

TEST_F(MoveMarksTest, whatIsGivenIsResumedByNobodyUntilItIsTakenBack) {
    const SessionInfo info = suspended();
    EXPECT_FALSE(step(info.id, MoveStep::Leave)) << "it was not given";
    ASSERT_TRUE(step(info.id, MoveStep::Give));
    EXPECT_FALSE(step(info.id, MoveStep::Give, kOther)) << "it was given already";
    startAnew();
    EXPECT_FALSE(resumes(info.id));
    EXPECT_FALSE(resumes(info.id, kMove)) << "that is the other side's to say";
    EXPECT_FALSE(step(info.id, MoveStep::Leave, kOther)) << "another move";
    ASSERT_TRUE(step(info.id, MoveStep::Leave));
    EXPECT_FALSE(resumes(info.id)) << "it is elsewhere";
    ASSERT_TRUE(step(info.id, MoveStep::TakeBack));
    startAnew();
    EXPECT_TRUE(resumes(info.id));
}

TEST_F(MoveMarksTest, whatArrivesIsOnlyItsMovesToResume) {
    const SessionInfo info = suspended();
    const SessionInfo arrived = arriving(info);
    EXPECT_EQ(fate(), MoveFate::Arriving);
    startAnew();
    EXPECT_EQ(fate(), MoveFate::Arriving);
    EXPECT_FALSE(resumes(arrived.id));
    EXPECT_FALSE(resumes(arrived.id, kOther));
    ASSERT_TRUE(resumes(arrived.id, kMove));
    EXPECT_EQ(fate(), MoveFate::Taken);
    EXPECT_FALSE(step(arrived.id, MoveStep::Drop)) << "it runs";
    startAnew();
    EXPECT_EQ(fate(), MoveFate::Taken);
    EXPECT_EQ(m_engine->moveFate(m_person.uid + 1, kMove).value_or(MoveFate::Taken),
              MoveFate::Unknown)
        << "somebody else's question";
}

// A helper that died between two steps of a resume: after it had written that the session is taken,
// and before anybody could hear it, or find the session running.
TEST_F(MoveMarksTest, whatWasTakenAndNeverSaidWaitsForItsWordAgain) {
    const SessionInfo arrived = arriving(suspended());
    closeEngine();
    fs::create_directory(m_state / "moves");
    std::ofstream(m_state / "moves" / kMove) << R"({"owner":)" << m_person.uid << R"(,"session":")"
                                             << arrived.id << R"(","taken":true})";
    openEngine();
    EXPECT_EQ(fate(), MoveFate::Arriving);
    startAnew();
    EXPECT_EQ(fate(), MoveFate::Arriving);
    ASSERT_TRUE(resumes(arrived.id, kMove));
    EXPECT_EQ(fate(), MoveFate::Taken);
}

TEST_F(MoveMarksTest, whatIsDroppedIsGoneAndStaysDropped) {
    const SessionInfo info = suspended();
    const SessionInfo arrived = arriving(info);
    EXPECT_FALSE(step(arrived.id, MoveStep::Drop, kOther));
    ASSERT_TRUE(step(arrived.id, MoveStep::Drop));
    EXPECT_FALSE(m_engine->session(arrived.id));
    startAnew();
    EXPECT_EQ(fate(), MoveFate::Dropped);
    EXPECT_EQ(fate(kOther), MoveFate::Unknown);
    EXPECT_TRUE(resumes(info.id)) << "where it came from it was not touched";
}

} // namespace

} // namespace entracte::test
