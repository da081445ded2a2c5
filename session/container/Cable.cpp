#include "session/container/Cable.h"

#include "session/base/Printable.h"
#include "session/base/Subprocess.h"
#include "session/container/ForkedTask.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace entracte {
namespace {

constexpr int kNamespaceFd = 9; // in the programs that are started in one
constexpr std::chrono::seconds kLimit{20};
constexpr const char* kCableAddress = "02:65:6e:74:72:61"; // locally administered

Result<UniqueFd> networkOf(pid_t init) {
    UniqueFd net(
        ::open(("/proc/" + std::to_string(init) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
    if (!net)
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    return net;
}

// By ip(8).
Status ip(const UniqueFd& network, const std::string& lines) {
    SubprocessSpec spec;
    const char* program = "/usr/sbin/ip";
    for (const char* place : {"/usr/sbin/ip", "/usr/bin/ip", "/sbin/ip", "/bin/ip"})
        if (::access(place, X_OK) == 0) {
            program = place;
            break;
        }
    spec.command = {kNsenter, enterNetwork(kNamespaceFd), program, "-batch", "-"};
    spec.fds = {{network.get(), kNamespaceFd}};
    ENTRACTE_ASSIGN(done, runToEnd(spec, kLimit, lines));
    if (!done.status.success())
        return fail(ErrorCode::KernelUnsuitable, "The session's network could not be made.",
                    printable(done.errors, 300),
                    "Start it without one (--network none), or see that the kernel has veth.");
    return {};
}

// A packet socket is handed what a network card would be: checksums not yet made, and segments
// larger than any packet. Without these the kernel does both itself, as for a card that cannot.
bool doWithoutOffload(int socket) {
    for (const std::uint32_t feature : {ETHTOOL_STXCSUM, ETHTOOL_SGSO}) {
        ethtool_value value{feature, 0};
        ifreq request{};
        std::strcpy(request.ifr_name, kCableDevice);
        request.ifr_data = reinterpret_cast<char*>(&value);
        if (::ioctl(socket, SIOCETHTOOL, &request) < 0)
            return false;
    }
    return true;
}

int openPacketSocket() {
    const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    sockaddr_ll place{};
    place.sll_family = AF_PACKET;
    place.sll_protocol = htons(ETH_P_ALL);
    place.sll_ifindex = static_cast<int>(::if_nametoindex(kCableWire));
    if (socket < 0 || place.sll_ifindex == 0 ||
        ::bind(socket, reinterpret_cast<const sockaddr*>(&place), sizeof place) < 0)
        return -1;
    const int room = 4 << 20; // bytes, for some frames of 64 KiB
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    return socket;
}

} // namespace

Result<UniqueFd> makeCable() {
    ENTRACTE_ASSIGN(made,
                    openInChild("A network for the session could not be made", [](std::uint64_t&) {
                        if (::unshare(CLONE_NEWNET) < 0)
                            return -1;
                        return ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
                    }));
    const std::string wire = kCableWire, end = kCableEnd;
    ENTRACTE_TRY(ip(made.fd, "link add " + wire + " mtu 65520 type veth peer name " + end +
                                 " mtu 65520\nlink set " + wire + " addrgenmode none\nlink set " +
                                 end + " addrgenmode none\nlink set " + wire +
                                 " up\nlink set lo up\n")); // CRIU tries the kernel out by lo
    return std::move(made.fd);
}

Status raiseLoopback(pid_t init) {
    ENTRACTE_ASSIGN(inside, networkOf(init));
    return openInChild("The session's loopback network could not be started",
                       [&](std::uint64_t&) {
                           if (::setns(inside.get(), CLONE_NEWNET) < 0)
                               return -1;
                           const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                           ifreq request{};
                           std::strcpy(request.ifr_name, "lo");
                           request.ifr_flags = IFF_UP;
                           return socket >= 0 && ::ioctl(socket, SIOCSIFFLAGS, &request) == 0
                                      ? socket
                                      : -1;
                       })
        .map([](const ForkedResult&) {});
}

Status plugCable(const UniqueFd& outside, pid_t init, bool beyond) {
    ENTRACTE_ASSIGN(inside, networkOf(init));
    ENTRACTE_ASSIGN(looked, openInChild("The session's network could not be looked at",
                                        [&](std::uint64_t& found) {
                                            if (::setns(inside.get(), CLONE_NEWNET) < 0)
                                                return -1;
                                            found = ::if_nametoindex(kCableDevice);
                                            return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
                                        }));
    if (looked.value != 0)
        return {};
    const std::string device = kCableDevice;
    // The same card always, as far as its programs can tell: nobody else is on this wire.
    ENTRACTE_TRY(ip(outside, "link set " + std::string(kCableEnd) + " address " + kCableAddress +
                                 "\nlink set " + kCableEnd + " netns " + std::to_string(init) +
                                 " name " + device + "\n"));
    // These and the other addresses are told in session/network/FrameFilter.h.
    return ip(inside, "link set " + device + " addrgenmode none\naddr add 10.0.2.100/24 dev " +
                          device + "\nlink set " + device + " up\n" +
                          (beyond ? "route add default via 10.0.2.2\n" : ""));
}

namespace {

// Whether one of the addresses in a namespace's list is such a one: 32 hexadecimal digits, the
// scope, the device (Linux, net/ipv6/addrconf.c, if6_seq_show()).
template <typename Predicate>
bool anyIpv6Address(const std::string& list, Predicate isOne) {
    std::ifstream file(list);
    std::string address, index, length, scope, flags, device;
    while (file >> address >> index >> length >> scope >> flags >> device)
        if (isOne(address, scope, device))
            return true;
    return false;
}

constexpr const char* kOwnList = "/proc/thread-self/net/if_inet6";
constexpr const char* kGlobal = "00";

} // namespace

bool kernelHasIpv6() {
    return ::access(kOwnList, F_OK) == 0;
}

bool computerHasIpv6() {
    return anyIpv6Address(kOwnList,
                          [](const std::string&, const std::string& scope, const std::string& at) {
                              return scope == kGlobal && at != "lo";
                          });
}

bool hasIpv6(pid_t init) {
    return anyIpv6Address("/proc/" + std::to_string(init) + "/net/if_inet6",
                          [](const std::string&, const std::string& scope, const std::string& at) {
                              return scope == kGlobal && at == kCableDevice;
                          });
}

Status giveIpv6(pid_t init, bool beyond) {
    ENTRACTE_ASSIGN(inside, networkOf(init));
    const std::string device = kCableDevice;
    // Nobody else can have it: there is no other on this wire ("nodad").
    return ip(inside,
              "addr add fd65:6e74:7261::64/64 dev " + device + " nodad\n" +
                  (beyond ? "route add ::/0 via fd65:6e74:7261::2 dev " + device + "\n" : ""));
}

Result<UniqueFd> openWire(const UniqueFd& outside, pid_t init) {
    ENTRACTE_ASSIGN(inside, networkOf(init));
    ENTRACTE_ASSIGN(
        plain, openInChild("The session's network device could not be set up", [&](std::uint64_t&) {
            if (::setns(inside.get(), CLONE_NEWNET) < 0)
                return -1;
            const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            return socket >= 0 && doWithoutOffload(socket) ? socket : -1;
        }));
    plain.fd.reset();
    ENTRACTE_ASSIGN(opened,
                    openInChild("The session's network could not be opened", [&](std::uint64_t&) {
                        return ::setns(outside.get(), CLONE_NEWNET) < 0 ? -1 : openPacketSocket();
                    }));
    return std::move(opened.fd);
}

} // namespace entracte
