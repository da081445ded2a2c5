// The window tree as requests of programs make it.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

namespace CW = wire::core::CW;
namespace ConfigWindow = wire::core::ConfigWindow;
using Ids = std::vector<std::uint32_t>;

class RecordWindowsTest : public RecordFixture {
protected:
    static constexpr std::uint32_t A = kOnes | 1, B = kOnes | 2, C = kOnes | 3, D = kOnes | 4;
    void threeOnTheRoot() {
        for (const std::uint32_t id : {A, B, C}) {
            createWindow(kOne, id);
            words(kOne, wire::core::kMapWindow, 0, {id});
        }
        ASSERT_EQ(childrenOf(kRoot), (Ids{A, B, C}));
    }
};
TEST_P(RecordWindowsTest, childrenGoWithTheEdgesThatTheirGravityNames) {
    namespace CW = wire::core::CW;
    const std::uint32_t parent = kOnes + 50;
    createWindow(kOne, parent); // 300x200
    // At 10,20 each, from north-west (1) to static (10).
    for (std::uint32_t gravity = 1; gravity <= 10; ++gravity)
        createWindow(kOne, parent + gravity, parent, CW::WinGravity, {gravity});
    configure(kOne, parent,
              wire::core::ConfigWindow::X | wire::core::ConfigWindow::Width |
                  wire::core::ConfigWindow::Height,
              {15, 340, 190}); // 5 to the right, 40 wider, 10 less high
    const std::array<std::pair<int, int>, 10> expected = {{{10, 20},
                                                           {30, 20},
                                                           {50, 20},
                                                           {10, 15},
                                                           {30, 15},
                                                           {50, 15},
                                                           {10, 10},
                                                           {30, 10},
                                                           {50, 10},
                                                           {5, 20}}};
    for (std::uint32_t gravity = 1; gravity <= 10; ++gravity) {
        const auto child = window(parent + gravity);
        EXPECT_EQ(child->x, expected[gravity - 1].first) << gravity;
        EXPECT_EQ(child->y, expected[gravity - 1].second) << gravity;
    }
}

TEST_P(RecordWindowsTest, onlyWhatIsOnTheScreenIsUnmappedByItsGravity) {
    constexpr std::uint32_t kUnmap = 0;
    createWindow(kOne, A);
    createWindow(kOne, B, A, CW::WinGravity, {kUnmap});
    words(kOne, wire::core::kMapWindow, 0, {B});
    configure(kOne, A, ConfigWindow::Width, {400});
    EXPECT_TRUE(window(B)->mapped);
    words(kOne, wire::core::kMapWindow, 0, {A});
    configure(kOne, A, ConfigWindow::Width, {300});
    EXPECT_FALSE(window(B)->mapped);
}

TEST_P(RecordWindowsTest, anInputShapeIsOneWhenItWasSet) {
    namespace shape = wire::shape;
    createWindow(kOne, A);
    const auto combine = [&](std::uint32_t operation, std::uint32_t source) {
        auto request = extension(shape::kMask);
        request.u8(static_cast<std::uint8_t>(operation)).u8(shape::SK::Input).pad(2);
        request.u32(A).u32(0).u32(source);
        send(kOne, Ext::Shape, request);
    };
    createPixmap(kOne, B, 1);
    combine(shape::SO::Union, B);
    EXPECT_FALSE(window(A)->inputShaped) << "all of it, and something";
    combine(shape::SO::Set, C);
    EXPECT_FALSE(window(A)->inputShaped) << "there is no such bitmap";
    combine(shape::SO::Intersect, B);
    EXPECT_TRUE(window(A)->inputShaped);
    combine(shape::SO::Set, 0);
    EXPECT_FALSE(window(A)->inputShaped);
}

TEST_P(RecordWindowsTest, aLateErrorDoesNotRemoveWhatBearsTheIdNow) {
    const std::uint32_t id = kOnes + 77;
    const auto refused = createWindow(kOne, id); // the server will refuse it: nobody knows yet
    words(kOne, wire::core::kDestroyWindow, 0, {id});
    createPixmap(kOne, id);
    recorder.failed(refused.created, refused.createdSerial);
    EXPECT_TRUE(pixmap(id));
}

TEST_P(RecordWindowsTest, aLateDestroyNotifyDoesNotRemoveTheNextWindowOfThatId) {
    const std::uint32_t id = kOnes + 78;
    createWindow(kOne, id);
    words(kOne, wire::core::kDestroyWindow, 0, {id});
    createWindow(kOne, id);
    auto told = MessageBuilder(order, 32);
    told.set(wire::header::type, wire::core::kDestroyNotifyEvent)
        .set(wire::core::DestroyNotifyEvent::event, kRoot)
        .set(wire::core::DestroyNotifyEvent::window, id);
    const Bytes bytes = told.take();
    recorder.event(kTwo, MessageView(bytes, order));
    EXPECT_TRUE(window(id));
}

INSTANTIATE_BOTH_ORDERS(RecordWindowsTest);

TEST_P(RecordWindowsTest, createsWithAllAttributes) {
    createPixmap(kOne, kOnes | 9);
    const auto effects = createWindow(kOne, A, kRoot,
                                      CW::BackPixmap | CW::BorderPixel | CW::BitGravity |
                                          CW::OverrideRedirect | CW::EventMask,
                                      {kOnes | 9, 0x112233, 1, 1, 0x20001});
    EXPECT_EQ(effects.created, ClientXid{A});
    const auto made = window(A);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->owner, kOne);
    EXPECT_EQ(made->parent, ClientXid{kRoot});
    EXPECT_EQ(made->x, 10);
    EXPECT_EQ(made->y, 20);
    EXPECT_EQ(made->width, 300);
    EXPECT_EQ(made->height, 200);
    EXPECT_EQ(made->borderWidth, 2);
    EXPECT_EQ(made->depth, 24);
    EXPECT_EQ(made->visual, 0x21u);
    EXPECT_FALSE(made->mapped);
    EXPECT_EQ(made->background, pixmap(kOnes | 9));
    EXPECT_EQ(made->attributes.at(CW::BorderPixel), 0x112233u);
    EXPECT_EQ(made->attributes.at(CW::BitGravity), 1u);
    EXPECT_TRUE(made->overrideRedirect());
    EXPECT_EQ(made->eventMasks.at(kOne), 0x20001u);
    EXPECT_EQ(childrenOf(kRoot), (Ids{A}));
}

TEST_P(RecordWindowsTest, takesFromTheParentWhatIsCopied) {
    auto builder = core(wire::core::kCreateWindow, 0);
    builder.u32(A).u32(kRoot).u16(0xfffb).u16(0xfff6).u16(5).u16(6).u16(0).u16(0).u32(0).u32(0);
    send(kOne, builder);
    EXPECT_EQ(window(A)->depth, 24);
    EXPECT_EQ(window(A)->visual, 0x21u);
    EXPECT_EQ(window(A)->windowClass, 1);
    EXPECT_EQ(window(A)->x, -5);
    EXPECT_EQ(window(A)->y, -10);
}

TEST_P(RecordWindowsTest, aPixelReplacesAPixmapAndTheOtherWayRound) {
    createPixmap(kOne, kOnes | 9);
    createWindow(kOne, A, kRoot, CW::BackPixel, {7});
    words(kOne, wire::core::kChangeWindowAttributes, 0, {A, CW::BackPixmap, kOnes | 9});
    EXPECT_TRUE(window(A)->background);
    EXPECT_FALSE(window(A)->attributes.has(CW::BackPixel));
    words(kOne, wire::core::kChangeWindowAttributes, 0, {A, CW::BackPixel, 8});
    EXPECT_FALSE(window(A)->background);
    EXPECT_FALSE(window(A)->attributes.has(CW::BackPixmap));
    EXPECT_EQ(window(A)->attributes.at(CW::BackPixel), 8u);
    words(kOne, wire::core::kChangeWindowAttributes, 0,
          {A, CW::BackPixmap | CW::BackPixel, kOnes | 9, 9}); // both: the pixel wins
    EXPECT_FALSE(window(A)->background);
    EXPECT_EQ(window(A)->attributes.at(CW::BackPixel), 9u);
}

TEST_P(RecordWindowsTest, eachClientHasItsOwnEventMask) {
    createWindow(kOne, A, kRoot, CW::EventMask, {1});
    words(kTwo, wire::core::kChangeWindowAttributes, 0, {A, CW::EventMask, 0x400000});
    EXPECT_EQ(window(A)->eventMasks,
              (std::map<ClientId, std::uint32_t>{{kOne, 1}, {kTwo, 0x400000}}));
    words(kOne, wire::core::kChangeWindowAttributes, 0, {A, CW::EventMask, 0});
    EXPECT_EQ(window(A)->eventMasks, (std::map<ClientId, std::uint32_t>{{kTwo, 0x400000}}));
}

TEST_P(RecordWindowsTest, configuresGeometry) {
    createWindow(kOne, A);
    configure(kOne, A, ConfigWindow::X | ConfigWindow::Height | ConfigWindow::BorderWidth,
              {0xfffffffd, 77, 5});
    EXPECT_EQ(window(A)->x, -3);
    EXPECT_EQ(window(A)->y, 20);
    EXPECT_EQ(window(A)->width, 300);
    EXPECT_EQ(window(A)->height, 77);
    EXPECT_EQ(window(A)->borderWidth, 5);
}

TEST_P(RecordWindowsTest, restacks) {
    threeOnTheRoot();
    configure(kOne, A, ConfigWindow::StackMode, {0}); // Above all
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, A}));
    configure(kOne, A, ConfigWindow::StackMode, {1}); // Below all
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B, C}));
    configure(kOne, A, ConfigWindow::Sibling | ConfigWindow::StackMode, {B, 0});
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, A, C}));
    configure(kOne, C, ConfigWindow::Sibling | ConfigWindow::StackMode, {A, 1});
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, A}));
    configure(kOne, C, ConfigWindow::Sibling | ConfigWindow::StackMode, {B, 1});
    EXPECT_EQ(childrenOf(kRoot), (Ids{C, B, A}));
}

TEST_P(RecordWindowsTest, restacksByWhatHidesWhat) {
    threeOnTheRoot(); // all in the same place
    configure(kOne, A, ConfigWindow::Sibling | ConfigWindow::StackMode, {B, 2}); // TopIf B hides A
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, A})) << "to the top, not above the sibling";
    configure(kOne, A, ConfigWindow::Sibling | ConfigWindow::StackMode,
              {B, 3}); // BottomIf A hides B
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B, C}));
    configure(kOne, A, ConfigWindow::StackMode, {4}); // Opposite: something hides A
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, A}));
    configure(kOne, A, ConfigWindow::StackMode, {4});
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B, C}));
    configure(kOne, A, ConfigWindow::X, {5'000}); // beside the others
    configure(kOne, A, ConfigWindow::StackMode, {2});
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B, C})) << "nothing hides it";
}

TEST_P(RecordWindowsTest, circulates) {
    threeOnTheRoot();
    words(kOne, wire::core::kCirculateWindow, 0, {kRoot}); // RaiseLowest
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, A}));
    words(kOne, wire::core::kCirculateWindow, 1, {kRoot}); // LowerHighest
    EXPECT_EQ(childrenOf(kRoot), (Ids{A, B, C}));
}

TEST_P(RecordWindowsTest, reparentsOntoTheTop) {
    threeOnTheRoot();
    createWindow(kTwo, kTwos | 1);
    createWindow(kTwo, kTwos | 2, kTwos | 1);
    reparent(kTwo, A, kTwos | 1, 4, 0xffff);
    EXPECT_EQ(childrenOf(kRoot), (Ids{B, C, kTwos | 1}));
    EXPECT_EQ(childrenOf(kTwos | 1), (Ids{kTwos | 2, A}));
    EXPECT_EQ(window(A)->parent, ClientXid{kTwos | 1});
    EXPECT_EQ(window(A)->x, 4);
    EXPECT_EQ(window(A)->y, -1);
    expectSoundTree();
}

TEST_P(RecordWindowsTest, refusesToPutAWindowIntoItself) {
    createWindow(kOne, A);
    createWindow(kOne, B, A);
    reparent(kOne, A, B);
    reparent(kOne, A, A);
    EXPECT_EQ(window(A)->parent, ClientXid{kRoot});
    expectSoundTree();
}

TEST_P(RecordWindowsTest, mapsAndUnmaps) {
    createWindow(kOne, A);
    createWindow(kOne, B, A);
    createWindow(kOne, C, A);
    words(kOne, wire::core::kMapSubwindows, 0, {A});
    EXPECT_FALSE(window(A)->mapped);
    EXPECT_TRUE(window(B)->mapped);
    EXPECT_TRUE(window(C)->mapped);
    words(kOne, wire::core::kUnmapWindow, 0, {B});
    EXPECT_FALSE(window(B)->mapped);
    words(kOne, wire::core::kUnmapSubwindows, 0, {A});
    EXPECT_FALSE(window(C)->mapped);
}

TEST_P(RecordWindowsTest, aManagerIsAskedFirst) {
    constexpr std::uint32_t kSubstructureRedirect = 1u << 20;
    words(kTwo, wire::core::kChangeWindowAttributes, 0,
          {kRoot, CW::EventMask, kSubstructureRedirect});
    createWindow(kOne, A);
    words(kOne, wire::core::kMapWindow, 0, {A});
    configure(kOne, A, ConfigWindow::X, {50});
    EXPECT_FALSE(window(A)->mapped);
    EXPECT_EQ(window(A)->x, 10);
    configure(kTwo, A, ConfigWindow::X, {60});
    words(kTwo, wire::core::kMapWindow, 0, {A});
    EXPECT_TRUE(window(A)->mapped);
    EXPECT_EQ(window(A)->x, 60);
    createWindow(kOne, B, kRoot, CW::OverrideRedirect, {1});
    words(kOne, wire::core::kMapWindow, 0, {B});
    EXPECT_TRUE(window(B)->mapped) << "a menu does not ask";
}

TEST_P(RecordWindowsTest, destroysAllBeneath) {
    createWindow(kOne, A);
    createWindow(kOne, B, A);
    createWindow(kTwo, kTwos | 1, B);
    createWindow(kOne, D);
    words(kTwo, wire::core::kChangeSaveSet, 0, {B});
    words(kOne, wire::core::kSetSelectionOwner, 0, {B, 300, 5});
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    EXPECT_FALSE(window(A) || window(B) || window(kTwos | 1));
    EXPECT_EQ(childrenOf(kRoot), (Ids{D}));
    EXPECT_TRUE(record.selections.empty());
    EXPECT_TRUE(record.clients[kTwo].saveSet.empty());
    createWindow(kOne, B, D); // the id may be used again
    EXPECT_EQ(childrenOf(D), (Ids{B}));
    words(kOne, wire::core::kDestroySubwindows, 0, {D});
    EXPECT_TRUE(childrenOf(D).empty());
    expectSoundTree();
}

TEST_P(RecordWindowsTest, theFocusRevertsFromWhatGoes) {
    namespace Revert = wire::core::InputFocus;
    const auto focusOn = [&](std::uint32_t id, std::uint8_t revertTo) {
        createWindow(kOne, A);
        createWindow(kOne, B, A);
        words(kOne, wire::core::kMapWindow, 0, {A});
        words(kOne, wire::core::kMapWindow, 0, {B});
        words(kOne, wire::core::kSetInputFocus, revertTo, {id, 0});
    };
    focusOn(B, Revert::Parent);
    words(kOne, wire::core::kUnmapWindow, 0, {B});
    EXPECT_EQ(record.focus.window, ClientXid{A});
    EXPECT_EQ(record.focus.revertTo, Revert::None);
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    EXPECT_TRUE(record.focus.known);
    EXPECT_EQ(record.focus.window, ClientXid::None);
    focusOn(B, Revert::PointerRoot);
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    EXPECT_EQ(record.focus.window, ClientXid{Revert::PointerRoot});
    focusOn(B, Revert::Parent);
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    EXPECT_EQ(record.focus.window, ClientXid{kRoot});
}

TEST_P(RecordWindowsTest, whatWatchesAWindowGoesWithIt) {
    createWindow(kOne, A);
    createWindow(kOne, B, A);
    words(kTwo, Ext::Damage, wire::damage::kCreate, {kTwos | 5, B, 0});
    words(kTwo, Ext::Damage, wire::damage::kCreate, {kTwos | 6, kRoot, 0});
    words(kOne, wire::core::kDestroyWindow, 0, {A});
    EXPECT_FALSE(record.find<Damage>(ClientXid{kTwos | 5}));
    EXPECT_TRUE(record.find<Damage>(ClientXid{kTwos | 6}));
}

TEST_P(RecordWindowsTest, rescuesTheSaveSetOfAManagerThatDies) {
    createWindow(kOne, A);
    createWindow(kTwo, kTwos | 1); // a frame at 10,20 with a border of 2
    createWindow(kTwo, kTwos | 2, kTwos | 1);
    words(kTwo, wire::core::kChangeSaveSet, 0, {A});
    reparent(kTwo, A, kTwos | 2, 3, 4);
    record.clientGone(kTwo);
    ASSERT_TRUE(window(A));
    EXPECT_FALSE(window(kTwos | 1) || window(kTwos | 2));
    EXPECT_EQ(window(A)->parent, ClientXid{kRoot});
    EXPECT_EQ(window(A)->x, 3 + 2 * (10 + 2));
    EXPECT_EQ(window(A)->y, 4 + 2 * (20 + 2));
    EXPECT_TRUE(window(A)->mapped);
    EXPECT_FALSE(record.clients.contains(kTwo));
    expectSoundTree();
}

TEST_P(RecordWindowsTest, whatTheServerRefusesIsForgotten) {
    createWindow(kOne, A);
    const auto effects = createWindow(kOne, B, A);
    recorder.failed(effects.created, effects.createdSerial);
    EXPECT_FALSE(window(B));
    EXPECT_TRUE(childrenOf(A).empty());
    createWindow(kOne, B, kRoot);
    reparent(kOne, A, B);
    EXPECT_EQ(childrenOf(B), (Ids{A}));
    expectSoundTree();
}

} // namespace
} // namespace entracte::xproxy
