// Criu::find (Criu.h): which CRIU of this machine is used, and how its proof is remembered.

#include "session/base/Companion.h"
#include "session/base/Printable.h"
#include "session/base/Subprocess.h"
#include "session/criu/Criu.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace entracte {
namespace {

using std::filesystem::path;

constexpr const char* kMemory = "criu-proofs"; // in the cache directory: one line for each proof

// Asked for by name: tried whether or not another one is known to work.
path namedByEnvironment() {
    const char* named = std::getenv("ENTRACTE_CRIU");
    return named ? named : "";
}

std::vector<path> knownPlaces() {
    return {"/usr/local/sbin/criu", "/usr/local/bin/criu", "/usr/sbin/criu", "/usr/bin/criu",
            // What set-up unpacked: beside the programs of a build tree, or of the installation.
            std::filesystem::path(ENTRACTE_LIBRARY_DIR) / "criu" / "criu",
            companionProgram("entracte-criu-probe").parent_path().parent_path() / "criu" / "criu"};
}

// What a proof holds for: this file on this kernel, started by whom the kernel lets look into the
// filters of others (seccomp(2)): nobody who has one. Empty when there is no such program.
std::string proofKey(const path& criu) {
    struct stat info {};
    utsname kernel{};
    if (!criu.is_absolute() || ::stat(criu.c_str(), &info) < 0 || !S_ISREG(info.st_mode) ||
        ::access(criu.c_str(), X_OK) < 0 || ::uname(&kernel) < 0)
        return {};
    return std::string(kernel.release) + " " + kernel.version + " " +
           std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + " " +
           std::to_string(info.st_size) + " " + criu.string() +
           (::prctl(PR_GET_SECCOMP) == SECCOMP_MODE_DISABLED ? "" : " within a filter");
}

bool isRemembered(const path& cacheDirectory, const std::string& key) {
    std::ifstream memory(cacheDirectory / kMemory);
    for (std::string line; std::getline(memory, line);)
        if (line == key)
            return true;
    return false;
}

// A proof that cannot be written down is made again next time.
void remember(const path& cacheDirectory, const std::string& key) {
    const UniqueFd file(::open((cacheDirectory / kMemory).c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    const std::string line = key + "\n";
    if (file) [[maybe_unused]]
        const ssize_t written = ::write(file.get(), line.data(), line.size());
}

// What brings a newer CRIU: an installation has a program for it, a tree its set-up.
std::string bringer() {
    const path installed = companionProgram("entracte-get-criu");
    std::error_code ignored;
    return std::filesystem::exists(installed, ignored) ? "Run \"sudo " + installed.string() + "\""
                                                       : "Run \"make setup\"";
}

Status prove(const path& criu) {
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-probe").string(), criu.string()};
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(60)));
    if (done.status.success())
        return {};
    return fail(ErrorCode::CriuMissing, criu.string() + " does not work on this kernel.",
                printable(done.errors, 1000));
}

} // namespace

Result<Criu> Criu::find(const path& preferred, const path& cacheDirectory) {
    std::string reasons;
    const auto works = [&](const path& candidate) {
        const auto key = proofKey(candidate);
        if (key.empty())
            return false;
        if (isRemembered(cacheDirectory, key))
            return true;
        if (auto proved = prove(candidate); !proved) {
            reasons += (reasons.empty() ? "" : "; ") + proved.error().forLog();
            return false;
        }
        remember(cacheDirectory, key);
        return true;
    };
    if (!preferred.empty()) {
        if (works(preferred))
            return Criu(preferred);
        return fail(ErrorCode::CriuMissing,
                    preferred.string() +
                        " is no CRIU that works on this kernel; sessions cannot be saved.",
                    reasons, "Name another one, or none: then one that works is looked for.");
    }
    if (const path named = namedByEnvironment(); !named.empty() && works(named))
        return Criu(named);
    // A proof at hand spares the trials of those that failed before it was found.
    for (const auto& candidate : knownPlaces())
        if (const auto key = proofKey(candidate); !key.empty() && isRemembered(cacheDirectory, key))
            return Criu(candidate);
    for (const auto& candidate : knownPlaces())
        if (works(candidate))
            return Criu(candidate);
    return fail(ErrorCode::CriuMissing,
                "No CRIU that works on this kernel was found; sessions cannot be saved.", reasons,
                bringer() + ", or name one in ENTRACTE_CRIU.");
}

} // namespace entracte
