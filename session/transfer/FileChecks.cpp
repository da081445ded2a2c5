// What the processes of images have open and mapped: files.img, remap-fpath.img, ghost-file-*.img,
// fdinfo-*.img, fs-*.img, mm-*.img, memfd.img, tty-info.img (fdinfo.proto, regfile.proto,
// sk-unix.proto, …).

#include "session/transfer/ImageMessages.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace entracte::images {

namespace {

constexpr std::uint32_t kFilesMagic = 0x56303138;
constexpr std::uint32_t kTableMagic = 0x56213732;
constexpr std::uint32_t kFsMagic = 0x51403912;
constexpr std::uint32_t kMemoryMagic = 0x57492820;
constexpr std::uint32_t kRemapMagic = 0x59133954;
constexpr std::uint32_t kGhostMagic = 0x52583605;
constexpr std::uint32_t kTerminalsMagic = 0x59453036;
constexpr std::uint32_t kCommonMagic = 0x54564319;
constexpr std::uint32_t kMemfdMagic = 0x48453499;

constexpr std::size_t kMaxFiles = 1'000'000;

namespace file { // file_entry
constexpr std::uint32_t kType = 1, kId = 2;
// Kinds that CRIU knows, and the field that holds one: ours have no others.
struct Kind {
    std::uint64_t type;
    std::uint32_t field;
};
constexpr std::uint64_t kRegular = 1, kInternet = 4, kUnix = 5, kNetlink = 13, kMemfd = 18;
constexpr std::array<Kind, 14> kKinds = {{{kRegular, 3},
                                          {2, 18}, // pipe
                                          {3, 17}, // named pipe
                                          {kInternet, 4},
                                          {kUnix, 16},
                                          {6, 8},   // eventfd
                                          {7, 9},   // epoll
                                          {8, 13},  // inotify
                                          {9, 10},  // signalfd
                                          {11, 19}, // terminal
                                          {kNetlink, 7},
                                          {17, 12}, // timerfd
                                          {kMemfd, 20},
                                          {20, 22}}}; // pidfd
} // namespace file

// What the kernel tells of an open file; O_CREAT and the like are not among it.
constexpr std::uint64_t kOpenFlags = O_ACCMODE | O_APPEND | O_NONBLOCK | O_DSYNC | O_ASYNC |
                                     O_DIRECT | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |
                                     O_SYNC | O_PATH | 0100000 /* the kernel's O_LARGEFILE */;

// Made by the session itself, or bound there by keys.
bool isOfTheSession(std::string_view path) {
    for (const std::string_view node :
         {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"})
        if (path == node)
            return true;
    return path.starts_with("/dev/pts/") || path.starts_with("/proc/");
}

std::uint8_t accessOf(std::uint64_t flags) {
    if ((flags & O_PATH) != 0)
        return F_OK;
    switch (flags & O_ACCMODE) {
    case O_RDONLY:
        return R_OK;
    case O_WRONLY:
        return W_OK;
    default:
        return R_OK | W_OK;
    }
}

Status checkRegular(const Message& one, std::uint32_t id, Facts& facts) {
    const std::string path(one.text(6));
    const std::uint64_t flags = one.numberOr(2, 0);
    if (one.numberOr(9, 0) != 0) // ext
        return forbidden("a file of this computer by a key");
    if (!isPlainPath(path))
        return forbidden("a file whose path leads elsewhere");
    if ((flags & ~kOpenFlags) != 0)
        return forbidden("a file that would be made or emptied");
    if (one.numberOr(1, UINT32_MAX) != id)
        return fail(damagedImage("a file with two numbers"));
    facts.regular[id] = {path, static_cast<std::uint32_t>(flags)};
    return {};
}

Status checkUnix(const Message& one, const ImageRules& rules, const Facts& facts,
                 std::vector<AccessNeed>& needs) {
    if (one.has(16) && one.numberOr(16, 0) != facts.network)
        return forbidden("a connection in another network");
    if ((one.numberOr(6, 0) & ~std::uint64_t{1}) != 0) // uflags; 1: its other end was outside
        return forbidden("a connection that is given by a key");
    std::string name(one.text(11));
    if (name.empty() || name.front() == '\0') // abstract ones are the session network's
        return {};
    name = name.substr(0, name.find('\0'));
    if (!name.starts_with('/'))
        name = std::string(one.text(14)) + "/" + name;
    if (!isPlainPath(name))
        return forbidden("a socket whose path leads elsewhere");
    ENTRACTE_ASSIGN(rights, one.inner(13, "the rights of a socket"));
    if (rights && (rights->numberOr(2, 0) != rules.uid ||
                   (rights->numberOr(3, 0) != rules.gid &&
                    !rules.groups.contains(static_cast<std::uint32_t>(rights->numberOr(3, 0)))) ||
                   (rights->numberOr(1, 0) & (S_ISUID | S_ISGID)) != 0))
        return forbidden("a socket of another user");
    // The init's own, in a folder that the helper makes.
    if (name.starts_with("/run/entracte/") || one.numberOr(15, 0) != 0)
        return {};
    needs.push_back({AccessNeed::Kind::Socket, W_OK | X_OK,
                     name.substr(0, name.rfind('/') == 0 ? 1 : name.rfind('/'))});
    return {};
}

Status checkSocket(const Message& one, std::uint64_t type, const Facts& facts) {
    const std::uint32_t network = type == file::kInternet ? 18 : 13;
    if (one.has(network) && one.numberOr(network, 0) != facts.network)
        return forbidden("a connection in another network");
    if (type != file::kInternet)
        return {};
    const std::uint64_t kind = one.numberOr(4, 0);
    if (kind != 1 && kind != 2) // SOCK_STREAM, SOCK_DGRAM
        return forbidden("a raw socket");
    return {};
}

Status checkEntry(Bytes entry, const ImageRules& rules, Facts& facts,
                  std::vector<AccessNeed>& needs) {
    ENTRACTE_ASSIGN(whole, Message::parse(entry, "files.img"));
    const std::uint64_t type = whole.numberOr(file::kType, 0);
    const std::uint64_t id = whole.numberOr(file::kId, 0);
    const auto kind = std::find_if(file::kKinds.begin(), file::kKinds.end(),
                                   [&](const file::Kind& one) { return one.type == type; });
    if (kind == file::kKinds.end())
        return forbidden("an open file of the kind " + std::to_string(type));
    if (id == 0 || id > UINT32_MAX ||
        !facts.fileIds.insert(static_cast<std::uint32_t>(id)).second ||
        facts.fileIds.size() > kMaxFiles)
        return fail(damagedImage("a file that is there twice"));
    for (const auto& field : whole.fields())
        if (field.number > file::kId && field.number != kind->field)
            return fail(damagedImage("a file of two kinds"));
    ENTRACTE_ASSIGN(one, whole.inner(kind->field, "files.img"));
    if (!one)
        return fail(damagedImage("a file without a description"));
    if (type == file::kRegular)
        return checkRegular(*one, static_cast<std::uint32_t>(id), facts);
    if (type == file::kUnix)
        return checkUnix(*one, rules, facts, needs);
    if (type == file::kInternet || type == file::kNetlink)
        return checkSocket(*one, type, facts);
    if (type == file::kMemfd)
        facts.memoryFiles.insert(static_cast<std::uint32_t>(id));
    return {};
}

// Files that were deleted: made anew for a moment, or linked back from a name of CRIU's.
Status checkRemaps(const ImageSet& images, const ImageRules& rules, Facts& facts) {
    std::set<std::uint32_t> ghosts;
    if (images.contains("remap-fpath.img")) {
        ENTRACTE_ASSIGN(entries, entriesOf(images, "remap-fpath.img", kRemapMagic));
        for (const Bytes entry : entries) {
            ENTRACTE_ASSIGN(one, Message::parse(entry, "remap-fpath.img"));
            const std::uint64_t type = one.numberOr(3, 0);
            const auto original = static_cast<std::uint32_t>(one.numberOr(1, 0));
            const auto other = static_cast<std::uint32_t>(one.numberOr(2, 0));
            if (type == 1)
                ghosts.insert(other);
            else if (type == 0) {
                const auto linked = facts.regular.find(other);
                if (linked == facts.regular.end())
                    return fail(damagedImage("a deleted file that is nowhere"));
                const std::string& path = linked->second.path;
                // CRIU removes it afterwards.
                if (!path.substr(path.rfind('/') + 1).starts_with("link_remap."))
                    return forbidden("a file that would be removed");
            } else if (type != 2) // of a process that has ended
                return forbidden("a deleted file of an unknown kind");
            facts.remapped.insert(original);
        }
    }
    for (const auto& [name, content] : images) {
        const auto number = numberIn(name, "ghost-file");
        if (!number)
            continue;
        // One entry, then the content.
        std::uint32_t head[3] = {};
        if (content.size() < sizeof head)
            return fail(damagedImage(name + " is not whole"));
        std::memcpy(head, content.data(), sizeof head);
        if (head[0] != kCommonMagic || head[1] != kGhostMagic ||
            head[2] > content.size() - sizeof head)
            return fail(damagedImage(name + " is not whole"));
        ENTRACTE_ASSIGN(
            one,
            Message::parse(std::as_bytes(std::span(content)).subspan(sizeof head, head[2]), name));
        const std::uint64_t mode = one.numberOr(3, 0);
        if ((!S_ISREG(mode) && !S_ISDIR(mode) && !S_ISFIFO(mode) && !S_ISSOCK(mode)) ||
            (mode & (S_ISUID | S_ISGID)) != 0 || mode > 0177777)
            return forbidden("a device, or a file with other rights than its user's");
        if (one.numberOr(1, 0) != rules.uid && one.numberOr(1, 1) != 0)
            return forbidden("a file of another user");
    }
    return {};
}

// memfd_inode_entry. CRIU gives them the owner and the rights that the image names, and whoever
// finds one in /proc may run it, outside the session too.
Status checkMemoryFiles(const ImageSet& images, const ImageRules& rules) {
    if (!images.contains("memfd.img"))
        return {};
    ENTRACTE_ASSIGN(entries, entriesOf(images, "memfd.img", kMemfdMagic));
    for (const Bytes entry : entries) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, "memfd.img"));
        const std::uint64_t mode = one.numberOr(9, S_IFREG | 0777);
        if ((mode & ~std::uint64_t{S_IFREG | 0777}) != 0)
            return forbidden("memory with other rights than its user's");
        if (one.numberOr(2, 0) != rules.uid)
            return forbidden("memory of another user");
    }
    return {};
}

Status checkTables(const ImageSet& images, const Facts& facts) {
    for (const auto& [name, content] : images) {
        if (!numberIn(name, "fdinfo"))
            continue;
        ENTRACTE_ASSIGN(entries, entriesOf(images, name, kTableMagic));
        for (const Bytes entry : entries) {
            ENTRACTE_ASSIGN(one, Message::parse(entry, name));
            const std::uint64_t type = one.numberOr(3, 0);
            const bool known =
                std::any_of(file::kKinds.begin(), file::kKinds.end(),
                            [&](const file::Kind& kind) { return kind.type == type; });
            if (!known || one.numberOr(4, UINT64_MAX) > (1u << 20) ||
                !facts.fileIds.contains(static_cast<std::uint32_t>(one.numberOr(1, 0))))
                return forbidden("an open file that no session has");
        }
    }
    return {};
}

Status checkTerminals(const ImageSet& images) {
    if (!images.contains("tty-info.img"))
        return {};
    ENTRACTE_ASSIGN(entries, entriesOf(images, "tty-info.img", kTerminalsMagic));
    for (const Bytes entry : entries) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, "tty-info.img"));
        // 1: of the session's own; 5: /dev/tty, which becomes one (TerminalImages.h)
        if (const std::uint64_t type = one.numberOr(2, 0); type != 1 && type != 5)
            return forbidden("a terminal of this computer");
    }
    return {};
}

void needFile(const OpenFile& file, std::uint8_t bits, std::vector<AccessNeed>& needs) {
    if (!isOfTheSession(file.path))
        needs.push_back({AccessNeed::Kind::File, bits, file.path});
}

} // namespace

Status checkFiles(const ImageSet& images, const ImageRules& rules, Facts& facts,
                  std::vector<AccessNeed>& needs) {
    ENTRACTE_ASSIGN(entries, entriesOf(images, "files.img", kFilesMagic));
    for (const Bytes entry : entries)
        ENTRACTE_TRY(checkEntry(entry, rules, facts, needs));
    ENTRACTE_TRY(checkRemaps(images, rules, facts));
    ENTRACTE_TRY(checkMemoryFiles(images, rules));
    ENTRACTE_TRY(checkTables(images, facts));
    ENTRACTE_TRY(checkTerminals(images));
    for (const auto& [id, file] : facts.regular)
        if (!facts.remapped.contains(id))
            needFile(file, accessOf(file.flags), needs);
    return {};
}

Status checkMemory(const ImageSet& images, const Facts& facts, std::vector<AccessNeed>& needs) {
    constexpr std::uint64_t kFilePrivate = 1 << 6, kFileShared = 1 << 7, kSocket = 1 << 11,
                            kMemfd = 1 << 14;
    constexpr std::uint64_t kHighest = std::uint64_t{1} << 56;
    for (const std::uint32_t pid : facts.processes) {
        if (facts.ended.contains(pid))
            continue;
        const std::string fs = "fs-" + std::to_string(pid) + ".img";
        ENTRACTE_ASSIGN(folders, entriesOf(images, fs, kFsMagic));
        for (const Bytes entry : folders) {
            ENTRACTE_ASSIGN(one, Message::parse(entry, fs));
            for (const std::uint32_t field : {1u, 2u}) // where it is, and what it calls "/"
                if (!facts.regular.contains(static_cast<std::uint32_t>(one.numberOr(field, 0))))
                    return fail(damagedImage(fs + " names no folder"));
        }
        const std::string name = "mm-" + std::to_string(pid) + ".img";
        ENTRACTE_ASSIGN(entries, entriesOf(images, name, kMemoryMagic));
        if (entries.size() != 1)
            return fail(damagedImage(name + " is not whole"));
        for (const Bytes entry : entries) {
            ENTRACTE_ASSIGN(whole, Message::parse(entry, name));
            if (!facts.regular.contains(static_cast<std::uint32_t>(whole.numberOr(12, 0))))
                return fail(damagedImage(name + " names no program"));
            std::uint64_t last = 0;
            for (const auto& field : whole.fields()) {
                if (field.number != 14)
                    continue;
                ENTRACTE_ASSIGN(area, Message::parse(field.bytes, name));
                const std::uint64_t start = area.numberOr(1, 0);
                const std::uint64_t end = area.numberOr(2, 0);
                const std::uint64_t status = area.numberOr(7, 0);
                const bool own = (status & 4) == 0; // not the kernel's vsyscall page
                if (start % 4096 != 0 || end % 4096 != 0 || start >= end || start < last ||
                    (own && end > kHighest) || (status & kSocket) != 0)
                    return fail(damagedImage("the memory of a process is laid out impossibly"));
                last = end;
                if ((status & (kFilePrivate | kFileShared)) == 0)
                    continue;
                const auto id = static_cast<std::uint32_t>(area.numberOr(4, 0));
                if ((status & kMemfd) != 0) {
                    if (!facts.memoryFiles.contains(id))
                        return fail(damagedImage("mapped memory that is not there"));
                    continue;
                }
                const auto mapped = facts.regular.find(id);
                if (mapped == facts.regular.end())
                    return fail(damagedImage("a mapped file that is not there"));
                const bool writes = (status & kFileShared) != 0 && (area.numberOr(5, 0) & 2) != 0;
                const std::uint64_t flags = area.numberOr(10, writes ? O_RDWR : O_RDONLY);
                if ((flags & ~kOpenFlags) != 0)
                    return forbidden("a file that would be made or emptied");
                if (!facts.remapped.contains(id))
                    needFile(mapped->second, accessOf(flags), needs);
            }
        }
    }
    return {};
}

} // namespace entracte::images
