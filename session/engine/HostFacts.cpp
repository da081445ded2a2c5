#include "session/engine/HostFacts.h"

#include "session/base/Printable.h"

#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace entracte {

namespace {

// Families of flags that the C library and programs choose code paths by when they start.
constexpr std::array<std::string_view, 23> kFamilies{
    "sse",     "ssse", "avx",    "fma",    "bmi",   "aes",    "vaes",     "pclmul",
    "vpclmul", "sha_", "sha512", "f16c",   "movbe", "popcnt", "adx",      "xsave",
    "amx",     "gfni", "rdrand", "rdseed", "xop",   "movdir", "cmpccxadd"};
// And flags of which others begin alike. "abm" is LZCNT, which older processors take for another
// instruction; "rtm" and "hle" choose the C library's copies of memory; "fsgsbase" is told to
// programs (AT_HWCAP2); "ospke", "user_shstk" are registers that are saved with them.
constexpr std::array<std::string_view, 16> kFlags{
    "abm", "cx16",  "lahf_lm",    "rtm",     "hle",        "fsgsbase", "rdpid", "rdtscp",
    "pku", "ospke", "user_shstk", "waitpkg", "clflushopt", "clwb",     "sm3",   "sm4"};

bool matters(const std::string& flag) {
    return std::ranges::find(kFlags, flag) != kFlags.end() ||
           std::ranges::any_of(kFamilies,
                               [&](std::string_view family) { return flag.starts_with(family); });
}

} // namespace

HostFacts hostFacts() {
    HostFacts facts;
    utsname names{};
    ::uname(&names);
    facts.architecture = names.machine;
    facts.kernel = names.release;
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("flags") && !line.starts_with("Features"))
            continue;
        std::istringstream flags(line.substr(std::min(line.find(':') + 1, line.size())));
        for (std::string flag; flags >> flag;)
            if (matters(flag))
                facts.cpuFeatures.insert(flag);
        break;
    }
    return facts;
}

nlohmann::json hostFactsToJson(const HostFacts& facts) {
    return {{"architecture", facts.architecture},
            {"kernel", facts.kernel},
            {"cpuFeatures", facts.cpuFeatures}};
}

Status checkHost(const nlohmann::json& snapshot, const HostFacts& here) try {
    const auto architecture = snapshot.at("architecture").get<std::string>();
    if (architecture != here.architecture)
        return fail(ErrorCode::HostMismatch,
                    "The snapshot was taken on another kind of computer (" +
                        printable(architecture, 32) + "; this one is " + here.architecture + ").",
                    {}, "Resume it on a computer of the same kind.");
    std::string missing;
    for (const auto& flag : snapshot.at("cpuFeatures").get<std::set<std::string>>())
        if (!here.cpuFeatures.contains(flag))
            missing += (missing.empty() ? "" : ", ") + printable(flag, 32);
    if (!missing.empty())
        return fail(ErrorCode::HostMismatch,
                    "This computer's processor lacks what the saved programs use: " + missing + ".",
                    {}, "Resume it on a computer with a processor as capable as the first.");
    return {};
} catch (const nlohmann::json::exception& problem) {
    return fail(ErrorCode::SnapshotDamaged,
                "The snapshot does not say on what computer it was taken.", problem.what());
}

Error allTogether(const std::vector<Error>& reasons) {
    std::string sentences;
    std::string details;
    for (const Error& reason : reasons) {
        sentences += (sentences.empty() ? "" : " ") + reason.sentence();
        if (!reason.detail().empty())
            details += (details.empty() ? "" : "; ") + reason.detail();
    }
    return {reasons.front().code(), std::move(sentences), std::move(details),
            reasons.front().hint()};
}

std::uint64_t availableMemory() {
    std::ifstream in("/proc/meminfo");
    for (std::string line; std::getline(in, line);)
        if (constexpr std::string_view key = "MemAvailable:"; line.starts_with(key)) {
            std::istringstream value(line.substr(key.size()));
            std::uint64_t kibibytes = 0;
            value >> kibibytes;
            return kibibytes * 1024;
        }
    return 0;
}

Result<std::uint64_t> availableDisk(const std::filesystem::path& path) {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0)
        return fail(Error::fromErrno("The free space of the disk could not be found out"));
    return static_cast<std::uint64_t>(status.f_bfree) * status.f_frsize;
}

} // namespace entracte
