// The host's files in the store: stored ahead of time, and given back.

#include "session/store/Directories.h"
#include "session/store/HostFiles.h"
#include "session/store/PackStore.h"
#include "session/store/StretchMeter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace entracte {

namespace {

// A file without a name; one that loses it at once where the file system knows no such thing.
Result<UniqueFd> namelessFile(int folder) {
    UniqueFd file(::openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file)
        return file;
    const std::string name = "." + newId() + ".part";
    file.reset(
        ::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file || ::unlinkat(folder, name.c_str(), 0) != 0)
        return fail(diskError("A file that the session uses could not be made"));
    return file;
}

} // namespace

Result<std::uint64_t> PackStore::stockHostFiles(const SessionId& session,
                                                const std::vector<FileFacts>& files,
                                                const FileOpener& opener, JobStretch stretch) {
    ENTRACTE_TRY(parseId(session));
    const StoreGate::Pass pass = m_gate.enter();
    ENTRACTE_ASSIGN(vault, m_catalog->vaultOf(session));
    ENTRACTE_ASSIGN(keys, keysOf(vault));
    ENTRACTE_ASSIGN(left, room());
    ENTRACTE_ASSIGN(stocked, entracte::stockHostFiles({*m_catalog, m_shelf, keys, left}, files,
                                                      opener, stretch));
    return stocked.read;
}

Status PackStore::extractHostFiles(const SessionId& session, const SnapshotId& id,
                                   const std::vector<std::uint32_t>& numbers,
                                   const std::filesystem::path& folder, const TakeFile& take,
                                   JobStretch stretch) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return numbers.empty() ? Status()
                               : fail(ErrorCode::SnapshotDamaged,
                                      "The snapshot lacks a file that its programs use.");
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    StretchMeter meter(stretch, numbers.size());
    for (const std::uint32_t number : numbers) {
        if (number >= opened.recipe.files.size())
            return fail(ErrorCode::SnapshotDamaged,
                        "The snapshot lacks a file that its programs use.");
        ENTRACTE_ASSIGN(file, namelessFile(directory.get()));
        ENTRACTE_TRY(writeHostFile(opened.recipe.files[number], *m_catalog, m_shelf, opened.keys,
                                   file.get()));
        ::lseek(file.get(), 0, SEEK_SET);
        ENTRACTE_TRY(take(number, file.get()));
        ENTRACTE_TRY(meter.add(1));
    }
    return {};
}

Result<std::vector<std::uint64_t>> PackStore::hostFileMarks(const SessionId& session,
                                                            const SnapshotId& id) const {
    std::vector<std::uint64_t> marks;
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row) // the first format knows no such files
        return marks;
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    for (const Address& list : opened.recipe.files) { // keyed, and made from the contents alone
        std::uint64_t mark = 0;
        std::memcpy(&mark, list.data(), sizeof mark);
        marks.push_back(mark);
    }
    return marks;
}

Result<EarlierRecipe> PackStore::pagesOf(const SessionId& session, const SnapshotId& id,
                                         VaultId vault) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row || row->vault != vault)
        return fail(ErrorCode::NotFound, "An earlier snapshot of the session is not there.");
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    return EarlierRecipe{std::move(opened.recipe.pages), std::move(opened.chunks)};
}

Result<std::vector<FileRow>> PackStore::hostFilesOf(const SessionId& session, const SnapshotId& id,
                                                    VaultId vault) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row || row->vault != vault)
        return fail(ErrorCode::NotFound, "An earlier snapshot of the session is not there.");
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(rows, m_catalog->filesOf(row->row));
    std::vector<FileRow> files;
    for (const Address& list : opened.recipe.files) {
        const auto found = std::ranges::find(rows, list, &FileRow::list);
        if (found == rows.end())
            return fail(ErrorCode::SnapshotDamaged,
                        "The snapshot lacks a file that its programs use.");
        files.push_back(*found);
    }
    return files;
}

} // namespace entracte
