#include "session/transfer/ImageRules.h"

#include "session/transfer/ImageMessages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace entracte {

namespace {

// Each with a number and ".img".
constexpr std::array kCheckedNumbered = {"core",        "fdinfo",    "fs",    "ids",      "mm",
                                         "mountpoints", "netdev",    "netns", "nftables", "ifaddr",
                                         "route",       "route6",    "rule",  "timens",   "userns",
                                         "utsns",       "ghost-file"};
constexpr std::array kMemoryNumbered = {"pages",     "pagemap",   "pagemap-shmem", "tcp-stream",
                                        "ipcns-shm", "ipcns-sem", "ipcns-msg",     "ipcns-var",
                                        "signal-p",  "signal-s",  "pidns"};
constexpr std::array kChecked = {"inventory.img",   "pstree.img",   "files.img", "seccomp.img",
                                 "remap-fpath.img", "tty-info.img", "memfd.img"};
// cgroup.img is not looked at by CRIU either: --manage-cgroups=ignore.
constexpr std::array kMemory = {"cgroup.img",    "pipes-data.img", "fifo-data.img",
                                "sk-queues.img", "filelocks.img",  "stats-dump",
                                "tty-data.img",  "eventpoll.img"};

bool isNumber(std::string_view text) {
    return !text.empty() && text.size() <= 20 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::optional<ImageKind> imageKind(std::string_view name) {
    constexpr std::string_view kFile = "entracte-file-";
    if (std::ranges::find(kChecked, name) != kChecked.end())
        return ImageKind::Checked;
    if (std::ranges::find(kMemory, name) != kMemory.end() ||
        (name.starts_with(kFile) && isNumber(name.substr(kFile.size()))))
        return ImageKind::Memory;
    constexpr std::string_view kEnd = ".img";
    if (!name.ends_with(kEnd))
        return std::nullopt;
    name.remove_suffix(kEnd.size());
    const auto dash = name.rfind('-');
    if (dash == name.npos || !isNumber(name.substr(dash + 1)))
        return std::nullopt;
    name = name.substr(0, dash);
    if (std::ranges::find(kCheckedNumbered, name) != kCheckedNumbered.end())
        return ImageKind::Checked;
    if (std::ranges::find(kMemoryNumbered, name) != kMemoryNumbered.end())
        return ImageKind::Memory;
    return std::nullopt;
}

namespace images {

std::optional<std::uint32_t> numberIn(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix) || !name.ends_with(".img") || name.size() < prefix.size() + 6 ||
        name[prefix.size()] != '-')
        return std::nullopt;
    name = name.substr(prefix.size() + 1, name.size() - prefix.size() - 5);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() ||
        (name.size() > 1 && name.front() == '0'))
        return std::nullopt;
    return number;
}

Result<std::vector<Bytes>> entriesOf(const ImageSet& images, const std::string& name,
                                     std::uint32_t magic) {
    const auto found = images.find(name);
    if (found == images.end())
        return fail(damagedImage(name + " is missing"));
    auto entries = splitImage(found->second, magic);
    if (!entries)
        return fail(damagedImage(name + " is not whole"));
    return std::move(*entries);
}

} // namespace images

Result<std::vector<AccessNeed>> checkImages(const ImageSet& images, const ImageRules& rules) {
    images::Facts facts;
    std::vector<AccessNeed> needs;
    ENTRACTE_TRY(images::checkTasks(images, rules, facts));
    ENTRACTE_TRY(images::checkNamespaces(images, rules, facts));
    ENTRACTE_TRY(images::checkFiles(images, rules, facts, needs));
    ENTRACTE_TRY(images::checkMemory(images, facts, needs));
    const auto key = [](const AccessNeed& need) {
        return std::tuple(need.kind, std::string_view(need.path), need.bits);
    };
    std::ranges::sort(needs, {}, key);
    // Not std::ranges::unique: what it returns is no range for clang 14 with libstdc++ 12.
    const auto same = [&](const AccessNeed& one, const AccessNeed& other) {
        return key(one) == key(other);
    };
    needs.erase(std::unique(needs.begin(), needs.end(), same), needs.end());
    return needs;
}

} // namespace entracte
