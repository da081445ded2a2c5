#include "app/cli/move/StopWish.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace entracte::cli {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
std::atomic<int> wishFd{-1};
struct sigaction before[3];

void onSignal(int) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(wishFd, &one, sizeof one);
}

} // namespace

StopWish::StopWish() {
    wishFd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct sigaction action {};
    action.sa_handler = onSignal;
    for (int i = 0; i < 3; ++i)
        ::sigaction(kSignals[i], &action, &before[i]);
}

StopWish::~StopWish() {
    for (int i = 0; i < 3; ++i)
        ::sigaction(kSignals[i], &before[i], nullptr);
    ::close(wishFd.exchange(-1));
}

int StopWish::fd() const {
    return wishFd;
}

bool StopWish::made() const {
    return !sleep(0);
}

bool StopWish::sleep(int milliseconds) const {
    pollfd polled{wishFd, POLLIN, 0};
    return ::poll(&polled, 1, milliseconds) == 0;
}

} // namespace entracte::cli
