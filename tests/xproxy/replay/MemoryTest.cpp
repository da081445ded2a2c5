// What the proxy holds is what programs hold: a snapshot of a session saves all of it.

#include "tests/xproxy/replay/RunningProxy.h"
#include "xproxy/replay/Capture.h"

#include <unistd.h>

#include <fstream>

namespace entracte::xproxy {
namespace {

std::size_t residentBytes() { // of this process, the proxy's: proc(5), statm
    std::size_t all = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(MemoryTest, aLargeImageThatIsGoneTakesNothing) {
    constexpr std::uint16_t kSide = 4096;
    constexpr std::size_t kImage = std::size_t{kSide} * kSide * 4;
    const test::TestServer server;
    RunningProxy proxy;
    proxy.moveTo(server);
    Program program(proxy.display());
    RunningProxy::settle(program);
    const auto before = residentBytes();

    const auto pixmap = program.newId();
    xcb_create_pixmap(program, program.screen().root_depth, pixmap, program.screen().root, kSide,
                      kSide);
    const auto gc = program.newId();
    xcb_create_gc(program, gc, pixmap, 0, nullptr);
    const xcb_rectangle_t all{0, 0, kSide, kSide};
    xcb_poly_fill_rectangle(program, pixmap, gc, 1, &all);
    RunningProxy::settle(program);
    proxy.waitFor("its pixels", [](Core& core) { return capturedBytes(core.record) >= kImage; });
    EXPECT_GT(residentBytes(), before + kImage / 2);

    xcb_free_pixmap(program, pixmap);
    RunningProxy::settle(program);
    proxy.waitFor("its memory to be given back", [&](Core& core) {
        return capturedBytes(core.record) == 0 && residentBytes() < before + kImage / 4;
    });
}

} // namespace
} // namespace entracte::xproxy
