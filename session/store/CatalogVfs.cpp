#include "session/store/CatalogVfs.h"

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace entracte {

namespace {

using Hash = std::array<std::byte, kCatalogReserved>;
using Page = std::array<std::byte, kCatalogPage>;

thread_local std::uint32_t damagedPage = 0;
thread_local int writeErrno = 0;

int written(int outcome) {
    writeErrno = outcome == SQLITE_OK ? 0 : errno;
    return outcome;
}

// The file of the system's VFS lies behind ours in the memory that SQLite gives.
struct CatalogFile {
    sqlite3_file base;
    bool hashed; // the database itself

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
static_assert(sizeof(CatalogFile) % alignof(std::max_align_t) == 0);

CatalogFile& ours(sqlite3_file* file) {
    return *reinterpret_cast<CatalogFile*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return ours(file).real();
}
sqlite3_vfs* real(sqlite3_vfs* vfs) {
    return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

Hash hashOf(ByteView page, std::uint32_t number) {
    Hash hash;
    ByteWriter name;
    name.fixed(number);
    crypto_generichash_state state;
    ::crypto_generichash_init(&state, nullptr, 0, hash.size());
    ::crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(name.bytes().data()),
                                name.bytes().size());
    ::crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(page.data()),
                                page.size() - hash.size());
    ::crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), hash.size());
    return hash;
}

bool isPage(int amount, sqlite3_int64 offset) {
    return amount == kCatalogPage && offset % kCatalogPage == 0;
}
std::uint32_t pageNumber(sqlite3_int64 offset) {
    return static_cast<std::uint32_t>(offset / kCatalogPage + 1);
}

int closeFile(sqlite3_file* file) {
    return real(file)->pMethods->xClose(real(file));
}

int readFile(sqlite3_file* file, void* bytes, int amount, sqlite3_int64 offset) {
    const int outcome = real(file)->pMethods->xRead(real(file), bytes, amount, offset);
    if (outcome != SQLITE_OK || !ours(file).hashed || !isPage(amount, offset))
        return outcome;
    const ByteView page(static_cast<const std::byte*>(bytes), kCatalogPage);
    if (isCatalogPageWhole(page, pageNumber(offset)))
        return SQLITE_OK;
    damagedPage = pageNumber(offset);
    return SQLITE_IOERR_DATA;
}

int writeFile(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
    if (!ours(file).hashed)
        return written(real(file)->pMethods->xWrite(real(file), bytes, amount, offset));
    if (!isPage(amount, offset)) // nothing else is written to a database
        return SQLITE_IOERR_WRITE;
    Page page;
    std::memcpy(page.data(), bytes, page.size());
    const Hash hash = hashOf(page, pageNumber(offset));
    std::ranges::copy(hash, page.end() - kCatalogReserved);
    return written(real(file)->pMethods->xWrite(real(file), page.data(), amount, offset));
}

// What is passed on as it is.
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
    return real(file)->pMethods->xTruncate(real(file), size);
}
int syncFile(sqlite3_file* file, int flags) {
    return written(real(file)->pMethods->xSync(real(file), flags));
}
int sizeOfFile(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lockFile(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlockFile(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int checkLock(sqlite3_file* file, int* held) {
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
int controlFile(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sectorSize(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
int characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

// Version 1: no shared memory (the catalog is opened by one process alone) and no mapping.
constexpr sqlite3_io_methods kMethods{
    1,        closeFile,  readFile,  writeFile,   truncateFile, syncFile,        sizeOfFile,
    lockFile, unlockFile, checkLock, controlFile, sectorSize,   characteristics, nullptr,
    nullptr,  nullptr,    nullptr,   nullptr,     nullptr};

int openFile(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
             int* outFlags) {
    CatalogFile& opened = *new (file) CatalogFile{};
    opened.hashed = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    const int outcome = written(real(vfs)->xOpen(real(vfs), name, opened.real(), flags, outFlags));
    if (opened.real()->pMethods) // then it wants to be closed
        opened.base.pMethods = &kMethods;
    return outcome;
}
int deleteFile(sqlite3_vfs* vfs, const char* name, int sync) {
    return real(vfs)->xDelete(real(vfs), name, sync);
}
int accessFile(sqlite3_vfs* vfs, const char* name, int flags, int* outcome) {
    return real(vfs)->xAccess(real(vfs), name, flags, outcome);
}
int fullName(sqlite3_vfs* vfs, const char* name, int size, char* full) {
    return real(vfs)->xFullPathname(real(vfs), name, size, full);
}
int randomness(sqlite3_vfs* vfs, int size, char* bytes) {
    return real(vfs)->xRandomness(real(vfs), size, bytes);
}
int sleepFor(sqlite3_vfs* vfs, int micros) {
    return real(vfs)->xSleep(real(vfs), micros);
}
int currentTime(sqlite3_vfs* vfs, double* days) {
    return real(vfs)->xCurrentTime(real(vfs), days);
}
int lastError(sqlite3_vfs* vfs, int size, char* text) {
    return real(vfs)->xGetLastError(real(vfs), size, text);
}
int currentTimeMs(sqlite3_vfs* vfs, sqlite3_int64* ms) {
    return real(vfs)->xCurrentTimeInt64(real(vfs), ms);
}

bool registerOnce() {
    static sqlite3_vfs vfs;
    sqlite3_vfs* system = ::sqlite3_vfs_find(nullptr);
    if (!system || system->iVersion < 2)
        return false;
    vfs.iVersion = 2;
    vfs.szOsFile = static_cast<int>(sizeof(CatalogFile)) + system->szOsFile;
    vfs.mxPathname = system->mxPathname;
    vfs.zName = kCatalogVfs;
    vfs.pAppData = system;
    vfs.xOpen = openFile;
    vfs.xDelete = deleteFile;
    vfs.xAccess = accessFile;
    vfs.xFullPathname = fullName;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleepFor;
    vfs.xCurrentTime = currentTime;
    vfs.xGetLastError = lastError;
    vfs.xCurrentTimeInt64 = currentTimeMs;
    return ::sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
}

} // namespace

bool registerCatalogVfs() {
    static const bool registered = registerOnce();
    return registered;
}

bool isCatalogPageWhole(ByteView page, std::uint32_t number) {
    return std::ranges::equal(hashOf(page, number), page.last(kCatalogReserved));
}

int lastWriteErrno() {
    return writeErrno;
}

std::uint32_t lastDamagedPage() {
    return damagedPage;
}

} // namespace entracte
