// Pushes, pulls, checks, prunes and leases, on a place in memory.

#include "app/repository/Check.h"
#include "app/repository/Fetcher.h"
#include "app/repository/Prune.h"
#include "app/repository/Pusher.h"
#include "tests/app/repository/MemoryPlace.h"

#include <gtest/gtest.h>

#include <random>

namespace entracte::repository {
namespace {

constexpr std::int64_t kDay = 24 * 3600 * 1000;

class RepositoryTest : public testing::Test {
protected:
    RepositoryTest() {
        MemoryPlace place(m_disk);
        EXPECT_TRUE(Repository::create(place, "horse"));
    }
    ~RepositoryTest() override { std::filesystem::remove_all(m_cache); }

    std::unique_ptr<Repository> open() {
        auto repository = Repository::open(std::make_unique<MemoryPlace>(m_disk), "horse", m_cache);
        EXPECT_TRUE(repository);
        return std::move(*repository);
    }
    static ByteBuffer stream(unsigned seed, std::size_t size = 600'000) {
        std::minstd_rand random(seed);
        ByteBuffer bytes(size);
        for (std::byte& one : bytes)
            one = static_cast<std::byte>(random() >> 8);
        return bytes;
    }
    static Result<Pushed> push(Repository& repository, ByteView bytes, std::int64_t taken = 0,
                               std::byte lineage = std::byte{1},
                               const PushLimits& limits = {100'000}) {
        ENTRACTE_ASSIGN(pusher, Pusher::begin(repository, limits));
        for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), 7000)))
            ENTRACTE_TRY(pusher->write(bytes.first(std::min<std::size_t>(bytes.size(), 7000))));
        Manifest facts;
        facts.lineage = {lineage};
        facts.session = "work";
        facts.takenUnixMs = taken;
        return pusher->finish(facts);
    }
    static Result<ByteBuffer> pulled(Repository& repository, const ObjectName& name) {
        ENTRACTE_ASSIGN(manifests, repository.manifests());
        for (const auto& [other, manifest] : manifests.whole)
            if (other == name) {
                ByteBuffer all;
                ENTRACTE_TRY(pull(repository, manifest, [&](ByteView bytes) -> Status {
                    all.insert(all.end(), bytes.begin(), bytes.end());
                    return {};
                }));
                return all;
            }
        return fail(ErrorCode::NotFound, "There is no such snapshot.");
    }
    std::size_t count(const std::string& folder) {
        return MemoryPlace(m_disk).list(folder).value().size();
    }
    static PruneRequest keepLast(std::int64_t now) {
        PruneRequest request;
        request.keep = Retention{0, 0, 0, 0, 1, 0};
        request.nowUnixMs = now;
        return request;
    }

    std::shared_ptr<MemoryPlace::Disk> m_disk = std::make_shared<MemoryPlace::Disk>();
    std::filesystem::path m_cache = std::filesystem::temp_directory_path() /
                                    ("entracte-repository-test-" + std::to_string(::getpid()) +
                                     "-" + std::to_string(std::random_device()()));
};

TEST_F(RepositoryTest, whatIsPushedIsPulled) {
    const auto repository = open();
    const auto bytes = stream(1);
    const auto pushed = push(*repository, bytes);
    ASSERT_TRUE(pushed);
    EXPECT_GT(pushed->packs, 3U);
    EXPECT_EQ(pulled(*repository, pushed->manifest).value(), bytes);
    const auto nothing = push(*repository, {});
    ASSERT_TRUE(nothing);
    EXPECT_TRUE(pulled(*repository, nothing->manifest).value().empty());
}

TEST_F(RepositoryTest, anotherPassphraseOpensNothing) {
    const auto other = Repository::open(std::make_unique<MemoryPlace>(m_disk), "donkey", m_cache);
    EXPECT_EQ(other.error().code(), ErrorCode::NotAuthorized);
    m_disk->files["key"][40] ^= std::byte{1};
    const auto damaged = Repository::open(std::make_unique<MemoryPlace>(m_disk), "horse", m_cache);
    EXPECT_EQ(damaged.error().code(), ErrorCode::SnapshotDamaged);
}

TEST_F(RepositoryTest, whatStayedTheSameIsSentOnceWhereverItLies) {
    const auto repository = open();
    auto bytes = stream(2);
    const auto first = push(*repository, bytes);
    ASSERT_TRUE(first);
    bytes.insert(bytes.begin() + 1000, 333, std::byte{5});
    const auto second = push(*open(), bytes); // as another machine would
    ASSERT_TRUE(second);
    EXPECT_LT(second->addedBytes, first->addedBytes / 5);
    EXPECT_EQ(pulled(*repository, second->manifest).value(), bytes);
}

TEST_F(RepositoryTest, aPushThatIsCutAnywhereShowsNothing) {
    const auto bytes = stream(3, 300'000);
    const auto repository = open();
    for (std::size_t writes = 0;; ++writes) {
        m_disk->writesLeft = writes;
        const auto pushed = push(*repository, bytes);
        m_disk->writesLeft = SIZE_MAX;
        if (pushed)
            break;
        EXPECT_TRUE(repository->manifests()->whole.empty()) << writes;
        EXPECT_TRUE(check(*repository, true)->problems.empty()) << writes;
        ASSERT_LT(writes, 40U);
    }
    const auto manifests = repository->manifests();
    ASSERT_EQ(manifests->whole.size(), 1U);
    EXPECT_EQ(pulled(*repository, manifests->whole[0].first).value(), bytes);
}

TEST_F(RepositoryTest, whatIsAlteredOrMissingIsFoundAndRefused) {
    const auto repository = open();
    const auto bytes = stream(4, 200'000);
    const auto pushed = push(*repository, bytes);
    ASSERT_TRUE(pushed);
    const auto whole = m_disk->files;
    for (const auto& [path, content] : whole) {
        if (path == "key" || path.starts_with("leases"))
            continue;
        m_disk->files[path][content.size() / 2] ^= std::byte{0x40};
        repository->forgetCached();
        EXPECT_FALSE(pulled(*repository, pushed->manifest)) << path;
        if (!path.starts_with("manifests")) { // then there is no snapshot
            EXPECT_FALSE(check(*repository, true)->problems.empty()) << path;
        }
        m_disk->files.erase(path);
        EXPECT_FALSE(pulled(*repository, pushed->manifest)) << path;
        m_disk->files = whole;
    }
    EXPECT_EQ(pulled(*repository, pushed->manifest).value(), bytes);
}

TEST_F(RepositoryTest, whatVanishedIsSentAgain) {
    const auto repository = open();
    const auto bytes = stream(5, 200'000);
    ASSERT_TRUE(push(*repository, bytes));
    std::erase_if(m_disk->files, [](const auto& file) { return file.first.starts_with("packs"); });
    const auto again = push(*repository, bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(pulled(*repository, again->manifest).value(), bytes);
}

TEST_F(RepositoryTest, pruningTakesInTwoSteps) {
    const auto repository = open();
    const auto old = push(*repository, stream(6), 1000);
    const auto last = push(*repository, stream(7), 2000);
    ASSERT_TRUE(old && last);
    const std::size_t packs = count("packs");
    const auto first = prune(*repository, keepLast(10 * kDay));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->removed.size(), 1U);
    EXPECT_EQ(first->deleted, 0U);
    EXPECT_EQ(count("packs"), packs) << "the first only marks";
    EXPECT_FALSE(pulled(*repository, old->manifest));
    ASSERT_TRUE(prune(*repository, keepLast(12 * kDay)));
    EXPECT_EQ(count("packs"), packs) << "nor does one a little later take anything";
    const auto later = prune(*repository, keepLast(14 * kDay));
    ASSERT_TRUE(later);
    EXPECT_GE(later->deleted, old->packs);
    EXPECT_EQ(count("packs"), last->packs);
    EXPECT_EQ(count("marks"), 0U);
    EXPECT_EQ(count("indexes"), last->packs) << "what is gone is in no index";
    EXPECT_EQ(pulled(*repository, last->manifest).value(), stream(7));
    EXPECT_TRUE(check(*repository, true)->problems.empty());
}

TEST_F(RepositoryTest, aPushUnderWayKeepsWhatItCountsOn) {
    const auto repository = open();
    const auto bytes = stream(8);
    ASSERT_TRUE(push(*repository, bytes, 1000));
    // It begins, sees all of it in the repository, and is not done yet …
    auto pusher = Pusher::begin(*repository);
    ASSERT_TRUE(pusher);
    ASSERT_TRUE((*pusher)->write(bytes));
    // … when another machine removes the only snapshot that needed it.
    const auto other = open();
    ASSERT_TRUE(push(*other, stream(9), 2000));
    ASSERT_TRUE(prune(*other, keepLast(10 * kDay)));
    Manifest facts;
    facts.lineage = {std::byte{2}};
    const auto pushed = (*pusher)->finish(facts);
    ASSERT_TRUE(pushed);
    EXPECT_EQ(pushed->packs, 0U) << "it found all of it there";
    ASSERT_TRUE(prune(*other, keepLast(20 * kDay)));
    EXPECT_EQ(pulled(*other, pushed->manifest).value(), bytes);
    EXPECT_TRUE(check(*other, true)->problems.empty());
}

TEST_F(RepositoryTest, aPushThatBeginsLaterUsesNothingThatIsMarked) {
    const auto repository = open();
    const auto bytes = stream(10);
    const auto old = push(*repository, bytes, 1000);
    ASSERT_TRUE(push(*repository, stream(11), 2000));
    ASSERT_TRUE(prune(*repository, keepLast(10 * kDay)));
    const auto again = push(*repository, bytes, 3000, std::byte{2});
    ASSERT_TRUE(again);
    // Where chunks end depends on the repository's key, and how they fill packs on what is there.
    EXPECT_GE(again->addedBytes * 10, old->addedBytes * 9) << "all of it is sent anew";
    const auto later = prune(*repository, keepLast(14 * kDay));
    ASSERT_TRUE(later);
    EXPECT_GE(later->deleted, old->packs);
    EXPECT_EQ(pulled(*repository, again->manifest).value(), bytes);
}

TEST_F(RepositoryTest, aPushThatTookTooLongShowsNothing) {
    const auto repository = open();
    const auto pushed =
        push(*repository, stream(12), 0, std::byte{1}, {100'000, std::chrono::seconds(-1)});
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().code(), ErrorCode::Busy);
    EXPECT_EQ(count("manifests"), 0U);
}

TEST_F(RepositoryTest, whatACutPushLeftIsRemovedInTime) {
    const auto repository = open();
    m_disk->writesLeft = 5;
    EXPECT_FALSE(push(*repository, stream(13)));
    m_disk->writesLeft = SIZE_MAX;
    EXPECT_GT(check(*repository, false)->unfinished, 0U);
    EXPECT_GT(prune(*repository, keepLast(10 * kDay))->marked, 0U);
    ASSERT_TRUE(prune(*repository, keepLast(14 * kDay)));
    EXPECT_EQ(m_disk->files.size(), 1U) << "the key";
}

TEST_F(RepositoryTest, nothingIsPrunedWhereSomethingIsMissing) {
    const auto repository = open();
    ASSERT_TRUE(push(*repository, stream(14), 1000));
    ASSERT_TRUE(push(*repository, stream(15), 2000));
    const auto files = m_disk->files;
    for (const auto& [path, bytes] : files)
        if (path.starts_with("indexes")) {
            m_disk->files.erase(path);
            break;
        }
    PruneRequest all;
    all.nowUnixMs = 10 * kDay;
    const auto before = m_disk->files.size();
    EXPECT_EQ(prune(*repository, all).error().code(), ErrorCode::SnapshotDamaged);
    EXPECT_EQ(m_disk->files.size(), before);
}

class LeaseTest : public RepositoryTest {
protected:
    Leases leases() { return {*m_place, m_repository->keys()}; }
    std::unique_ptr<Repository> m_repository = open();
    std::unique_ptr<MemoryPlace> m_place = std::make_unique<MemoryPlace>(m_disk);
    const LineageId m_session{std::byte{7}};
    const Myself m_office{{std::byte{1}}, "office", "me"};
    const Myself m_home{{std::byte{2}}, "home", "me"};
};

TEST_F(LeaseTest, oneHasItUntilItIsGivenAway) {
    EXPECT_FALSE(leases().current(m_session)->has_value());
    ASSERT_TRUE(leases().take(m_session, m_office, false, false));
    const auto refused = leases().take(m_session, m_home, false, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::Busy);
    EXPECT_NE(refused.error().sentence().find("office"), std::string::npos);
    ASSERT_TRUE(leases().take(m_session, m_office, true, false));
    ASSERT_TRUE(leases().take(m_session, m_home, false, false));
    EXPECT_FALSE(leases().take(m_session, m_office, false, false));
    ASSERT_TRUE(leases().take(m_session, m_office, false, true)) << "taken over";
    EXPECT_EQ((*leases().current(m_session))->host, "office");
    EXPECT_EQ(count("leases"), 1U) << "only the last one stays";
}

TEST_F(LeaseTest, ofTwoAtOnceAtMostOneHasIt) {
    bool tried = false;
    bool other = false;
    // Between the first one's look and its writing, the second one takes it whole.
    m_disk->beforeWrite = [&](const std::string&) {
        if (std::exchange(tried, true))
            return;
        other = leases().take(m_session, m_home, false, false).has_value();
    };
    const bool first = leases().take(m_session, m_office, false, false).has_value();
    EXPECT_TRUE(tried);
    EXPECT_TRUE(other);
    EXPECT_FALSE(first);
    EXPECT_EQ((*leases().current(m_session))->host, "home");
}

TEST_F(LeaseTest, aForgedOneStopsUntilAPersonSaysOtherwise) {
    ASSERT_TRUE(leases().take(m_session, m_office, true, false));
    m_disk->files.lower_bound("leases/")->second.back() ^= std::byte{1};
    EXPECT_FALSE(leases().take(m_session, m_home, false, false));
    EXPECT_TRUE(leases().take(m_session, m_home, false, true));
}

TEST_F(LeaseTest, theKeyForLeasesOpensNothingElse) {
    const auto bytes = stream(20, 50'000);
    ASSERT_TRUE(push(*m_repository, bytes));
    const auto key = leaseKeyOf(*m_repository->keys());
    const auto keys = keysOfLeases(*key);
    Sealer sealer(*keys);
    for (const auto& [path, file] : m_disk->files)
        if (path.starts_with("manifests")) {
            EXPECT_FALSE(sealer.openObject(ObjectKind::Manifest, file));
        }
}

} // namespace
} // namespace entracte::repository
