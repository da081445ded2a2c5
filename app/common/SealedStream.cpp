#include "app/common/SealedStream.h"

#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

namespace entracte {

namespace {

constexpr std::string_view kMagic = "ENTRSEAL";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kSealedPiece = kPiece + crypto_secretstream_xchacha20poly1305_ABYTES;
// What a file may ask for: as much as libsodium calls sensitive.
constexpr std::uint64_t kMostOperations = crypto_pwhash_OPSLIMIT_SENSITIVE;
constexpr std::uint64_t kMostMemory = crypto_pwhash_MEMLIMIT_SENSITIVE;

struct Parameters {
    std::uint32_t operations = 0;
    std::uint64_t memory = 0;
    std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
    std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> header{};
};

class Key {
public:
    Key() { ::sodium_mlock(m_bytes.data(), m_bytes.size()); }
    ~Key() { ::sodium_munlock(m_bytes.data(), m_bytes.size()); } // and zeroes it
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    Status derive(const std::string& passphrase, const Parameters& parameters) {
        if (::crypto_pwhash(m_bytes.data(), m_bytes.size(), passphrase.data(), passphrase.size(),
                            parameters.salt.data(), parameters.operations, parameters.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
            return fail(ErrorCode::NoSpace,
                        "There is not enough memory to make a key of the passphrase.");
        return {};
    }
    const unsigned char* data() const { return m_bytes.data(); }

private:
    std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES> m_bytes{};
};

Error damaged(const char* detail) {
    return {ErrorCode::SnapshotDamaged, "The sealed file is damaged, or cut short.", detail,
            "Nothing was changed. Export the session again."};
}

// Up to `bytes.size()`; fewer only at the end.
Result<std::size_t> readFully(int from, std::span<unsigned char> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(from, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The file could not be read"));
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Status writeFully(int to, std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(to, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(errno == ENOSPC || errno == EDQUOT
                            ? Error(ErrorCode::NoSpace, "The file could not be written: the disk "
                                                        "is full.")
                            : Error::fromErrno("The file could not be written"));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

template <typename Number>
void put(std::vector<unsigned char>& to, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        to.push_back(static_cast<unsigned char>(value >> (8 * i)));
}

template <typename Number>
Number take(const unsigned char* from) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Number>(value | (static_cast<Number>(from[i]) << (8 * i)));
    return value;
}

Result<Parameters> readParameters(int from) {
    Parameters parameters;
    std::array<unsigned char, 16> numbers{};
    for (const auto& part :
         {std::span<unsigned char>(numbers), std::span<unsigned char>(parameters.salt),
          std::span<unsigned char>(parameters.header)}) {
        ENTRACTE_ASSIGN(got, readFully(from, part));
        if (got != part.size())
            return fail(damaged("its head is not whole"));
    }
    if (take<std::uint32_t>(numbers.data()) != kVersion)
        return fail(ErrorCode::HostMismatch, "The file was sealed by a newer Entracte.", {},
                    "Nothing was changed. Update Entracte on this computer.");
    parameters.operations = take<std::uint32_t>(numbers.data() + 4);
    parameters.memory = take<std::uint64_t>(numbers.data() + 8);
    if (parameters.operations < crypto_pwhash_OPSLIMIT_MIN ||
        parameters.operations > kMostOperations || parameters.memory < crypto_pwhash_MEMLIMIT_MIN ||
        parameters.memory > kMostMemory)
        return fail(damaged("its key would take more than any that we write"));
    return parameters;
}

Status prepare() {
    return ::sodium_init() < 0
               ? Status(fail(ErrorCode::Internal, "The library for sealing could not be prepared."))
               : Status();
}

} // namespace

Result<std::string> readBeginning(int from) {
    std::array<unsigned char, kSealMagicBytes> bytes{};
    ENTRACTE_ASSIGN(got, readFully(from, bytes));
    return std::string(reinterpret_cast<const char*>(bytes.data()), got);
}

bool isSealed(const std::string& beginning) {
    return beginning == kMagic;
}

Status copyStream(const std::string& beginning, int from, int to) {
    ENTRACTE_TRY(writeFully(
        to, std::span(reinterpret_cast<const unsigned char*>(beginning.data()), beginning.size())));
    std::vector<unsigned char> buffer(4 * kPiece);
    for (;;) {
        const ssize_t got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The file could not be read"));
        if (got == 0)
            return {};
        ENTRACTE_TRY(writeFully(to, std::span(buffer).first(static_cast<std::size_t>(got))));
    }
}

Status sealStream(int from, int to, const std::string& passphrase, const SealCost& cost) {
    ENTRACTE_TRY(prepare());
    Parameters parameters;
    parameters.operations = cost.operations;
    parameters.memory = cost.memory;
    ::randombytes_buf(parameters.salt.data(), parameters.salt.size());
    Key key;
    ENTRACTE_TRY(key.derive(passphrase, parameters));
    crypto_secretstream_xchacha20poly1305_state state;
    ::crypto_secretstream_xchacha20poly1305_init_push(&state, parameters.header.data(), key.data());
    std::vector<unsigned char> head(kMagic.begin(), kMagic.end());
    put(head, kVersion);
    put(head, parameters.operations);
    put(head, parameters.memory);
    head.insert(head.end(), parameters.salt.begin(), parameters.salt.end());
    head.insert(head.end(), parameters.header.begin(), parameters.header.end());
    ENTRACTE_TRY(writeFully(to, head));
    std::vector<unsigned char> plain(kPiece);
    std::vector<unsigned char> sealed(kSealedPiece);
    for (bool last = false; !last;) {
        ENTRACTE_ASSIGN(got, readFully(from, plain));
        last = got < kPiece; // a whole number of pieces is followed by an empty one
        unsigned long long size = 0;
        ::crypto_secretstream_xchacha20poly1305_push(
            &state, sealed.data(), &size, plain.data(), got, nullptr, 0,
            last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        ENTRACTE_TRY(writeFully(to, std::span(sealed).first(static_cast<std::size_t>(size))));
    }
    ::sodium_memzero(plain.data(), plain.size());
    return {};
}

Status unsealStream(const std::string& beginning, int from, int to, const std::string& passphrase) {
    ENTRACTE_TRY(prepare());
    if (!isSealed(beginning))
        return fail(damaged("it is not sealed"));
    ENTRACTE_ASSIGN(parameters, readParameters(from));
    Key key;
    ENTRACTE_TRY(key.derive(passphrase, parameters));
    crypto_secretstream_xchacha20poly1305_state state;
    if (::crypto_secretstream_xchacha20poly1305_init_pull(&state, parameters.header.data(),
                                                          key.data()) != 0)
        return fail(damaged("its header is invalid"));
    std::vector<unsigned char> plain(kPiece);
    std::vector<unsigned char> sealed(kSealedPiece);
    for (bool first = true;; first = false) {
        ENTRACTE_ASSIGN(got, readFully(from, sealed));
        unsigned long long size = 0;
        unsigned char tag = 0;
        if (got < crypto_secretstream_xchacha20poly1305_ABYTES ||
            ::crypto_secretstream_xchacha20poly1305_pull(&state, plain.data(), &size, &tag,
                                                         sealed.data(), got, nullptr, 0) != 0)
            return first && got > 0
                       ? fail(ErrorCode::NotAuthorized,
                              "The passphrase does not open the file, or the file is damaged.", {},
                              "Nothing was changed. Try again.")
                       : fail(damaged("a piece of it is not as it was written"));
        ENTRACTE_TRY(writeFully(to, std::span(plain).first(static_cast<std::size_t>(size))));
        if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)
            continue;
        unsigned char more = 0;
        ENTRACTE_ASSIGN(rest, readFully(from, std::span(&more, 1)));
        return rest == 0 ? Status() : Status(fail(damaged("something follows its end")));
    }
}

} // namespace entracte
