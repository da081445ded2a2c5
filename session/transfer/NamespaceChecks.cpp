// The world that images make for their processes: namespaces, mounts, network (core.proto,
// inventory.proto, ns.proto, mnt.proto, netdev.proto).

#include "session/transfer/ImageMessages.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace entracte::images {

namespace {

constexpr std::uint32_t kInventoryMagic = 0x58313116; // the only one of its image
constexpr std::uint32_t kIdsMagic = 0x54432030;
constexpr std::uint32_t kUserMagic = 0x55474906;
constexpr std::uint32_t kMountsMagic = 0x55563928;
constexpr std::uint32_t kDevicesMagic = 0x57373951;
constexpr std::uint32_t kNetworkMagic = 0x55933752;
constexpr std::uint32_t kAddressesMagic = 0x47361222, kRoutesMagic = 0x45311224; // iproute2's own
constexpr std::uint32_t kRulesMagic = 0x71706986;

namespace ids { // task_kobj_ids_entry: 5 pid, 6 net, 7 ipc, 8 uts, 9 mnt, 10 user, 12 time
constexpr std::array<std::uint32_t, 7> kOwn = {5, 6, 7, 8, 9, 10, 12};
constexpr std::uint32_t kNetwork = 6, kUser = 10, kMount = 9, kCgroup = 11;
} // namespace ids
namespace inventory {
constexpr std::uint32_t kRootIds = 3, kLsm = 6;
}
namespace mnt {
constexpr std::uint32_t kType = 1, kFlags = 5, kRoot = 6, kPlace = 7, kPlugin = 12, kExternal = 13,
                        kFsName = 14, kSharing = 15, kKey = 18;
constexpr std::uint64_t kProc = 1, kDevpts = 6;
constexpr std::uint64_t kNoSuid = 2; // MS_NOSUID
constexpr std::size_t kMost = 1000;
} // namespace mnt
namespace device {
constexpr std::uint32_t kType = 1, kNumber = 2, kName = 5, kTun = 6;
constexpr std::uint64_t kLoopback = 1, kVeth = 2;
} // namespace device

// The ids of the machine that dumped; a process with one of them would be restored into that
// namespace of this machine.
Result<Message> outsideIds(const ImageSet& images) {
    const auto found = images.find("inventory.img");
    std::uint32_t head[2] = {};
    if (found == images.end() || found->second.size() < sizeof head)
        return fail(damagedImage("inventory.img is missing"));
    std::memcpy(head, found->second.data(), sizeof head);
    const std::string_view rest = std::string_view(found->second).substr(sizeof head);
    if (head[0] != kInventoryMagic || head[1] != rest.size())
        return fail(damagedImage("inventory.img is not whole"));
    ENTRACTE_ASSIGN(whole, Message::parse(std::as_bytes(std::span(rest)), "inventory.img"));
    if (whole.numberOr(inventory::kLsm, 0) != 0)
        return forbidden("processes with security labels");
    ENTRACTE_ASSIGN(outside, whole.inner(inventory::kRootIds, "inventory.img"));
    if (!outside)
        return fail(damagedImage("inventory.img does not tell its namespaces"));
    return std::move(*outside);
}

Result<std::map<std::uint32_t, std::uint64_t>> idsOf(const ImageSet& images, std::uint32_t pid) {
    const std::string name = "ids-" + std::to_string(pid) + ".img";
    ENTRACTE_ASSIGN(entries, entriesOf(images, name, kIdsMagic));
    if (entries.size() != 1)
        return fail(damagedImage(name + " is not whole"));
    ENTRACTE_ASSIGN(message, Message::parse(entries[0], name));
    std::map<std::uint32_t, std::uint64_t> ids;
    for (const std::uint32_t field : ids::kOwn) {
        const auto id = message.number(field);
        if (!id)
            return forbidden("a process in a namespace of this computer");
        ids[field] = *id;
    }
    ids[ids::kCgroup] = message.numberOr(ids::kCgroup, 0);
    return ids;
}

// All processes are in the same namespaces, and in none of the host's.
Result<std::map<std::uint32_t, std::uint64_t>> checkIds(const ImageSet& images,
                                                        const Facts& facts) {
    ENTRACTE_ASSIGN(outside, outsideIds(images));
    ENTRACTE_ASSIGN(first, idsOf(images, 1));
    for (const std::uint32_t field : ids::kOwn)
        if (first[field] == outside.numberOr(field, 0) || !outside.has(field))
            return forbidden("a process in a namespace of this computer");
    if (first[ids::kCgroup] != outside.numberOr(ids::kCgroup, 0))
        return forbidden("a process in a control group namespace of its own");
    for (const std::uint32_t pid : facts.processes) {
        if (facts.ended.contains(pid) && !images.contains("ids-" + std::to_string(pid) + ".img"))
            continue;
        ENTRACTE_ASSIGN(ids, idsOf(images, pid));
        if (ids != first)
            return forbidden("a process in a namespace of its own");
    }
    return first;
}

// The whole range, each number itself (see Launch.cpp).
Status checkUserNamespace(const ImageSet& images, std::uint64_t id) {
    const std::string name = "userns-" + std::to_string(id) + ".img";
    ENTRACTE_ASSIGN(entries, entriesOf(images, name, kUserMagic));
    if (entries.size() != 1)
        return fail(damagedImage(name + " is not whole"));
    ENTRACTE_ASSIGN(whole, Message::parse(entries[0], name));
    for (const std::uint32_t field : {1u, 2u}) {
        ENTRACTE_ASSIGN(map, whole.inner(field, name));
        if (!map || map->numberOr(1, 1) != 0 || map->numberOr(2, 1) != 0 ||
            map->numberOr(3, 0) != UINT32_MAX)
            return forbidden("users that are mapped to others");
    }
    return {};
}

// Of a session: the root, which is given; /proc; /dev/pts; and what is bound from outside by keys
// that only the helper gives.
Status checkMounts(const ImageSet& images, std::uint64_t id) {
    const std::string name = "mountpoints-" + std::to_string(id) + ".img";
    ENTRACTE_ASSIGN(entries, entriesOf(images, name, kMountsMagic));
    std::size_t roots = 0;
    std::size_t procs = 0;
    std::size_t terminals = 0;
    if (entries.size() > mnt::kMost)
        return fail(damagedImage("too many mounts"));
    for (const Bytes entry : entries) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, name));
        const std::string_view place = one.text(mnt::kPlace);
        const std::uint64_t type = one.numberOr(mnt::kType, 0);
        if (!isPlainPath(place) || one.numberOr(mnt::kPlugin, 0) != 0 ||
            one.numberOr(mnt::kExternal, 0) != 0 || one.has(mnt::kSharing) || one.has(mnt::kFsName))
            return forbidden("a mount that no session has");
        if (const std::string_view key = one.text(mnt::kKey); !key.empty())
            continue; // unknown keys end the restore
        if (one.has(mnt::kKey))
            return forbidden("a mount that no session has");
        if (place == "/") {
            ++roots;
            continue;
        }
        const std::uint64_t flags = one.numberOr(mnt::kFlags, 0);
        const bool whole = one.text(mnt::kRoot) == "/";
        if (place == "/proc" && type == mnt::kProc && whole && (flags & mnt::kNoSuid) != 0)
            ++procs;
        else if (place == "/dev/pts" && type == mnt::kDevpts && whole &&
                 (flags & mnt::kNoSuid) != 0)
            ++terminals;
        else
            return forbidden("the mount " + std::string(place));
    }
    if (roots != 1 || procs > 1 || terminals > 1)
        return forbidden("other mounts than a session has");
    return {};
}

// The end of a cable that we make and CRIU only moves (session/container/Cable.h).
bool isCable(const Message& one) {
    // 1 to 5, 7: what it is like; 8 to 10: settings; 12, 13: the other end, whose place is ours
    constexpr std::array<std::uint32_t, 11> kKnown = {1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13};
    return one.numberOr(device::kType, 0) == device::kVeth && one.text(device::kName) == "eth0" &&
           one.numberOr(device::kNumber, 0) > 1 &&
           std::ranges::all_of(one.fields(), [&](const auto& field) {
               return std::ranges::find(kKnown, field.number) != kKnown.end();
           });
}

// Older images hold their network; the helper makes that of newer ones.
Result<std::vector<Bytes>> networkEntriesOf(const ImageSet& images, const std::string& name,
                                            std::uint32_t magic) {
    return images.contains(name) ? entriesOf(images, name, magic) : std::vector<Bytes>();
}

Status checkDevices(const ImageSet& images, std::uint64_t id) {
    const std::string name = "netdev-" + std::to_string(id) + ".img";
    ENTRACTE_ASSIGN(entries, networkEntriesOf(images, name, kDevicesMagic));
    for (const Bytes entry : entries) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, name));
        const bool loopback = one.numberOr(device::kType, 0) == device::kLoopback &&
                              one.text(device::kName) == "lo" &&
                              one.numberOr(device::kNumber, 0) == 1 && !one.has(device::kTun);
        if (!loopback && !isCable(one))
            return forbidden("a network device");
    }
    const std::string settings = "netns-" + std::to_string(id) + ".img";
    ENTRACTE_ASSIGN(namespaces, networkEntriesOf(images, settings, kNetworkMagic));
    for (const Bytes entry : namespaces) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, settings));
        for (const auto& field : one.fields())
            // 1 to 6, 9, 10: settings; 7, 8: other networks, and devices by keys
            if (field.number > 10 || field.number == 7 || field.number == 8)
                return forbidden("another network");
    }
    return {};
}

// What the programs of iproute2 saved: messages to the kernel, of one kind, about lo.
Status checkNetlink(const ImageSet& images, const std::string& name, std::uint32_t magic,
                    std::uint16_t kind) {
    const auto found = images.find(name);
    if (found == images.end() || found->second.empty())
        return {};
    std::string_view rest = found->second;
    std::uint32_t word = 0;
    if (rest.size() < sizeof word)
        return fail(damagedImage(name + " is not whole"));
    std::memcpy(&word, rest.data(), sizeof word);
    if (word != magic)
        return fail(damagedImage(name + " does not begin as it should"));
    rest.remove_prefix(sizeof word);
    while (!rest.empty()) {
        struct { // nlmsghdr
            std::uint32_t length;
            std::uint16_t type, flags;
            std::uint32_t sequence, port;
        } head{};
        if (rest.size() < sizeof head)
            return fail(damagedImage(name + " is not whole"));
        std::memcpy(&head, rest.data(), sizeof head);
        const std::size_t padded = (std::size_t{head.length} + 3) & ~std::size_t{3};
        if (head.length < sizeof head || padded > rest.size() || head.type != kind)
            return forbidden("settings of the network that no session has");
        rest.remove_prefix(padded);
    }
    return {};
}

// What CRIU itself leaves there while it dumps, and nothing else: nft(8) reads it as a language.
Status checkFirewall(const ImageSet& images, std::uint64_t id) {
    const auto found = images.find("nftables-" + std::to_string(id) + ".img");
    if (found == images.end())
        return {};
    std::string_view rest = found->second;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (!line.empty() && (line.front() == '\t' || line.front() == ' '))
            line.remove_prefix(1);
        constexpr std::string_view kTable = "table inet CRIU-";
        if (line.starts_with(kTable) && line.ends_with(" {")) {
            line = line.substr(kTable.size(), line.size() - kTable.size() - 2);
            if (line.find_first_not_of("0123456789abcdef-") == line.npos)
                continue;
        }
        constexpr std::array<std::string_view, 7> kLines = {
            "",
            "}",
            "chain output {",
            "chain input {",
            "type filter hook output priority filter; policy drop;",
            "type filter hook input priority filter; policy drop;",
            "meta mark 0x0000c114 accept"};
        if (std::find(kLines.begin(), kLines.end(), line) == kLines.end())
            return forbidden("rules of a firewall");
    }
    return {};
}

} // namespace

Status checkNamespaces(const ImageSet& images, const ImageRules&, Facts& facts) {
    constexpr std::uint16_t kNewAddress = 20, kNewRoute = 24, kNewRule = 32; // RTM_NEW…
    ENTRACTE_ASSIGN(ids, checkIds(images, facts));
    const std::uint64_t network = ids[ids::kNetwork];
    facts.network = network;
    ENTRACTE_TRY(checkUserNamespace(images, ids[ids::kUser]));
    ENTRACTE_TRY(checkMounts(images, ids[ids::kMount]));
    ENTRACTE_TRY(checkDevices(images, network));
    ENTRACTE_TRY(checkFirewall(images, network));
    const std::string end = "-" + std::to_string(network) + ".img";
    ENTRACTE_TRY(checkNetlink(images, "ifaddr" + end, kAddressesMagic, kNewAddress));
    ENTRACTE_TRY(checkNetlink(images, "route" + end, kRoutesMagic, kNewRoute));
    ENTRACTE_TRY(checkNetlink(images, "route6" + end, kRoutesMagic, kNewRoute));
    ENTRACTE_TRY(checkNetlink(images, "rule" + end, kRulesMagic, kNewRule));
    // Images of other namespaces are none of a session.
    for (const auto& [name, content] : images) {
        for (const char* prefix :
             {"netdev", "netns", "nftables", "ifaddr", "route", "route6", "rule"})
            if (const auto number = numberIn(name, prefix); number && *number != network)
                return forbidden("a second network");
        if (const auto number = numberIn(name, "mountpoints");
            number && *number != ids[ids::kMount])
            return forbidden("a second tree of mounts");
        if (const auto number = numberIn(name, "userns"); number && *number != ids[ids::kUser])
            return forbidden("a second mapping of users");
    }
    return {};
}

} // namespace entracte::images
