#include "app/repository/Lease.h"

#include "session/base/Printable.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>

namespace entracte::repository {

namespace {

constexpr std::uint64_t kMaxLease = 16 * 1024; // bytes of a file
constexpr std::size_t kRandom = 16;
constexpr std::size_t kEpochDigits = 16;

std::int64_t nowUnixMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string epochText(std::uint64_t epoch) {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(epoch >> (8 * (bytes.size() - 1 - i)));
    return hex(bytes);
}

std::string folderOf(const LineageId& lineage) {
    return std::string(kLeasesFolder) + "/" + hex(lineage);
}

// Nothing when the path is none of ours.
std::optional<std::uint64_t> epochIn(const std::string& path, const std::string& folder) {
    const std::size_t begin = folder.size() + 1;
    std::array<std::byte, kRandom> random{};
    std::uint64_t epoch = 0;
    if (path.size() != begin + kEpochDigits + 1 + 2 * kRandom || !path.starts_with(folder + "/") ||
        path[begin + kEpochDigits] != '-' || !unhex(path.substr(begin + kEpochDigits + 1), random))
        return std::nullopt;
    const char* const end = path.data() + begin + kEpochDigits;
    const auto [last, error] = std::from_chars(path.data() + begin, end, epoch, 16);
    // One less than the highest number: there must be a next one.
    if (error != std::errc() || last != end || epoch >= UINT64_MAX - 1 ||
        path.substr(begin, kEpochDigits) != epochText(epoch))
        return std::nullopt;
    return epoch;
}

} // namespace

std::string holderOf(const LeaseRecord& lease) {
    const std::time_t seconds = lease.unixMs / 1000;
    std::tm parts{};
    char when[32] = "";
    if (::localtime_r(&seconds, &parts))
        std::strftime(when, sizeof when, "%Y-%m-%d %H:%M", &parts);
    return printable(lease.user) + " on " + printable(lease.host) + ", since " + when;
}

Result<SecretKey> leaseKeyOf(const VaultKeys& keys) {
    constexpr std::string_view kPurpose = "entracte: leases";
    SecretKey key;
    if (!key.data())
        return fail(ErrorCode::NoSpace, "There is not enough memory for the repository's keys.");
    const Address derived = keys.addressOf(std::as_bytes(std::span(kPurpose)), {});
    std::memcpy(key.data(), derived.data(), SecretKey::kSize);
    return key;
}

Result<Keys> keysOfLeases(const SecretKey& key) {
    return VaultKeys::make(kClearVault, true, key);
}

Result<std::vector<Leases::File>> Leases::files(const LineageId& lineage) {
    const std::string folder = folderOf(lineage);
    ENTRACTE_ASSIGN(listed, m_place.list(folder));
    std::vector<File> files;
    for (const Listed& file : listed)
        if (const auto epoch = epochIn(file.path, folder))
            files.push_back({file.path, *epoch});
    std::ranges::sort(files, [](const File& one, const File& other) {
        return std::pair(one.epoch, one.path) < std::pair(other.epoch, other.path);
    });
    return files;
}

Result<LeaseRecord> Leases::readLease(const LineageId& lineage, const File& file) {
    ENTRACTE_ASSIGN(bytes, m_place.read(file.path, kMaxLease));
    const auto content = m_sealer.openObject(ObjectKind::Lease, bytes);
    auto lease = content ? parseLease(*content) : Result<LeaseRecord>(fail(content.error()));
    if (lease && lease->lineage == lineage && lease->epoch == file.epoch)
        return lease;
    // Cut while it was written, or altered. It may be somebody's who goes on: only a person can
    // say that it is not.
    LeaseRecord unknown;
    unknown.lineage = lineage;
    unknown.epoch = file.epoch;
    unknown.host = unknown.user = "somebody unknown";
    return unknown;
}

Result<std::optional<LeaseRecord>> Leases::current(const LineageId& lineage) {
    for (int attempt = 0;; ++attempt) {
        ENTRACTE_ASSIGN(found, files(lineage));
        if (found.empty())
            return std::optional<LeaseRecord>();
        auto lease = readLease(lineage, found.back());
        if (lease)
            return std::optional(std::move(*lease));
        // Gone since it was listed: there is a later one.
        if (lease.error().code() != ErrorCode::NotFound || attempt == 3)
            return fail(lease.error());
    }
}

Result<LeaseRecord> Leases::take(const LineageId& lineage, const Myself& myself, bool free,
                                 bool takeOver) {
    ENTRACTE_ASSIGN(before, current(lineage));
    if (before && !before->free && before->machine != myself.machine && !takeOver)
        return fail(ErrorCode::Busy,
                    "The session is in use elsewhere: by " + holderOf(*before) +
                        ". Nothing was changed.",
                    {},
                    "Suspend and push it there. If that machine is lost, --take-over takes the "
                    "session from it.");
    LeaseRecord mine;
    mine.lineage = lineage;
    mine.epoch = before ? before->epoch + 1 : 1;
    mine.free = free;
    mine.machine = myself.machine;
    mine.host = myself.host;
    mine.user = myself.user;
    mine.unixMs = nowUnixMs();
    std::array<std::byte, kRandom> random{};
    ::randombytes_buf(random.data(), random.size());
    const std::string path = folderOf(lineage) + "/" + epochText(mine.epoch) + "-" + hex(random);
    ENTRACTE_ASSIGN(file, m_sealer.sealObject(ObjectKind::Lease, formatLease(mine)));
    ENTRACTE_TRY(m_place.write(path, file));
    ENTRACTE_ASSIGN(now, files(lineage));
    if (std::ranges::find(now, path, &File::path) == now.end())
        return fail(ErrorCode::System, "The repository does not show what was just written there.",
                    path,
                    "Try again. If it stays so, its storage cannot keep a session from "
                    "running twice.");
    std::vector<std::string> earlier;
    for (const File& other : now) {
        if (other.path == path)
            continue;
        if (other.epoch >= mine.epoch) {
            ENTRACTE_TRY(m_place.remove({path}));
            return fail(ErrorCode::Busy,
                        "Somebody else takes the session at this very moment. Nothing was changed.",
                        {}, "Try again.");
        }
        earlier.push_back(other.path);
    }
    ENTRACTE_TRY(m_place.remove(earlier));
    return mine;
}

} // namespace entracte::repository
