// Whether the catalog's file is as it was written: each page against its hash, as it lies on the
// disk, then SQLite's own examination of the tables.

#include "session/base/UniqueFd.h"
#include "session/store/Catalog.h"
#include "session/store/CatalogVfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace entracte {

namespace {

constexpr std::size_t kMaxFindings = 100;

Status checkPages(const std::filesystem::path& path, std::vector<std::string>& findings) {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file && errno == ENOENT) {
        findings.emplace_back("The catalog's file is missing.");
        return {};
    }
    if (!file)
        return fail(Error::fromErrno("The store's catalog could not be opened"));
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED); // what the disk has is meant
    std::array<std::byte, kCatalogPage> page;
    for (std::uint32_t number = 1; findings.size() < kMaxFindings; ++number) {
        const ssize_t got = ::pread(file.get(), page.data(), page.size(),
                                    (static_cast<off_t>(number) - 1) * kCatalogPage);
        if (got < 0 && errno != EIO)
            return fail(Error::fromErrno("The store's catalog could not be read"));
        if (got == 0)
            break;
        if (got != kCatalogPage || !isCatalogPageWhole(page, number))
            findings.push_back(
                fmt::format("Page {} of the catalog is not as it was written.", number));
        if (got >= 0 && got < kCatalogPage)
            break;
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> Catalog::check() const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::string> findings;
    static_cast<void>(m_database.checkpoint());
    ENTRACTE_TRY(checkPages(m_file, findings));
    for (const char* pragma : {"PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"}) {
        ENTRACTE_ASSIGN(statement, m_database.prepare(pragma));
        for (;;) {
            const auto row = statement.step();
            if (!row && row.error().code() != ErrorCode::SnapshotDamaged)
                return fail(row.error());
            if (!row)
                findings.push_back(row.error().sentence());
            if (!row || !*row)
                break;
            if (const auto text = statement.text(0); text != "ok")
                findings.push_back("The catalog's tables do not fit together: " + text + ".");
        }
    }
    return findings;
}

} // namespace entracte
