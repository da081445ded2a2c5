#include "session/store/VaultKeys.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace entracte {

namespace {

constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "entracte";
enum class Purpose : std::uint64_t { Hash = 1, Seal = 2, Print = 3 };

// Wrapped: kind, Argon2id's operations and KiB, salt, nonce, key with tag.
constexpr std::size_t kSalt = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::uint32_t kOperations = 3;
constexpr std::uint32_t kMemoryKiB = 64 * 1024; // below what the helper may take
constexpr std::uint32_t kMaxMemoryKiB = 128 * 1024;

static_assert(VaultKeys::kSealOverhead == kNonce + kTag);
static_assert(SecretKey::kSize == crypto_kdf_KEYBYTES);
static_assert(SecretKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

unsigned char* bytesOf(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* bytesOf(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

tl::unexpected<Error> noMemory() {
    return fail(ErrorCode::NoSpace, "There is not enough memory for the store's keys.");
}

Result<SecretKey> lockOf(const Secret& secret, std::uint32_t operations, std::uint32_t memoryKiB,
                         ByteView salt) {
    SecretKey lock;
    if (!lock.data())
        return noMemory();
    if (secret.kind == Secret::Kind::Key) {
        if (secret.bytes.size() != SecretKey::kSize)
            return fail(ErrorCode::InvalidArgument, "The key of a sealed store has 32 bytes.");
        std::memcpy(lock.data(), secret.bytes.data(), SecretKey::kSize);
        return lock;
    }
    if (::crypto_pwhash(lock.data(), SecretKey::kSize, secret.bytes.data(), secret.bytes.size(),
                        bytesOf(salt), operations, std::size_t{memoryKiB} * 1024,
                        crypto_pwhash_ALG_ARGON2ID13) != 0)
        return noMemory();
    return lock;
}

} // namespace

SecretKey::SecretKey()
    // Initialised before the first allocation, whoever makes it; again is nothing.
    : m_bytes(::sodium_init() < 0 ? nullptr : static_cast<unsigned char*>(::sodium_malloc(kSize)),
              ::sodium_free) {}

SecretKey randomKey() {
    SecretKey key;
    if (key.data())
        ::randombytes_buf(key.data(), SecretKey::kSize);
    return key;
}

Result<std::shared_ptr<const VaultKeys>> VaultKeys::make(VaultId id, bool sealed,
                                                         const SecretKey& master) {
    std::shared_ptr<VaultKeys> keys(new VaultKeys(id, sealed));
    SecretKey print;
    if (!master.data() || !print.data() || !keys->m_hashKey.data() || !keys->m_sealKey.data())
        return noMemory();
    const auto derive = [&](SecretKey& into, Purpose purpose) {
        ::crypto_kdf_derive_from_key(into.data(), SecretKey::kSize,
                                     static_cast<std::uint64_t>(purpose), kContext, master.data());
    };
    derive(keys->m_hashKey, Purpose::Hash);
    derive(keys->m_sealKey, Purpose::Seal);
    derive(print, Purpose::Print);
    std::memcpy(&keys->m_printSeed, print.data(), sizeof keys->m_printSeed);
    return keys;
}

Address VaultKeys::addressOf(ByteView head, ByteView body) const {
    Address address;
    crypto_generichash_state state;
    ::crypto_generichash_init(&state, m_hashKey.data(), SecretKey::kSize, address.size());
    ::crypto_generichash_update(&state, bytesOf(head), head.size());
    ::crypto_generichash_update(&state, bytesOf(body), body.size());
    ::crypto_generichash_final(&state, bytesOf(address.data()), address.size());
    return address;
}

ByteBuffer VaultKeys::seal(ByteView bytes, ByteView context) const {
    ByteBuffer sealed(bytes.size() + kSealOverhead);
    ::randombytes_buf(sealed.data(), kNonce);
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytesOf(sealed.data()) + kNonce, nullptr, bytesOf(bytes), bytes.size(), bytesOf(context),
        context.size(), nullptr, bytesOf(sealed.data()), m_sealKey.data());
    return sealed;
}

std::optional<ByteBuffer> VaultKeys::unseal(ByteView sealed, ByteView context) const {
    if (sealed.size() < kSealOverhead)
        return std::nullopt;
    ByteBuffer bytes(sealed.size() - kSealOverhead);
    if (::crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytesOf(bytes.data()), nullptr, nullptr, bytesOf(sealed) + kNonce,
            sealed.size() - kNonce, bytesOf(context), context.size(), bytesOf(sealed),
            m_sealKey.data()) != 0)
        return std::nullopt;
    return bytes;
}

Result<ByteBuffer> wrapKey(const SecretKey& master, const Secret& secret) {
    ByteWriter out;
    std::array<std::byte, kSalt> salt;
    std::array<std::byte, kNonce> nonce;
    ::randombytes_buf(salt.data(), salt.size());
    ::randombytes_buf(nonce.data(), nonce.size());
    ENTRACTE_ASSIGN(lock, lockOf(secret, kOperations, kMemoryKiB, salt));
    out.fixed(static_cast<std::uint8_t>(secret.kind));
    out.fixed(kOperations);
    out.fixed(kMemoryKiB);
    out.raw(salt);
    out.raw(nonce);
    std::array<std::byte, SecretKey::kSize + kTag> wrapped;
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(bytesOf(wrapped.data()), nullptr, master.data(),
                                                 SecretKey::kSize, nullptr, 0, nullptr,
                                                 bytesOf(nonce.data()), lock.data());
    out.raw(wrapped);
    return out.take();
}

Result<SecretKey> unwrapKey(ByteView wrapped, const Secret& secret) {
    ByteReader in(wrapped);
    const auto kind = in.fixed<std::uint8_t>();
    const auto operations = in.fixed<std::uint32_t>();
    const auto memoryKiB = in.fixed<std::uint32_t>();
    const auto salt = in.raw(kSalt);
    const auto nonce = in.raw(kNonce);
    const auto key = in.raw(SecretKey::kSize + kTag);
    if (!key || in.left() != 0 || *kind > 1 || *operations < 1 || *operations > 100 ||
        *memoryKiB < 8 || *memoryKiB > kMaxMemoryKiB)
        return fail(ErrorCode::SnapshotDamaged, "The wrapped key of the store is damaged.");
    if (*kind != static_cast<std::uint8_t>(secret.kind))
        return fail(ErrorCode::NotAuthorized, *kind == 0 ? "These snapshots open with a passphrase."
                                                         : "These snapshots open with a key.");
    ENTRACTE_ASSIGN(lock, lockOf(secret, *operations, *memoryKiB, *salt));
    SecretKey master;
    if (!master.data())
        return noMemory();
    if (::crypto_aead_xchacha20poly1305_ietf_decrypt(master.data(), nullptr, nullptr, bytesOf(*key),
                                                     key->size(), nullptr, 0, bytesOf(*nonce),
                                                     lock.data()) != 0)
        return fail(ErrorCode::NotAuthorized, "The passphrase or key is wrong.", {},
                    "Nothing was changed. Try again.");
    return master;
}

} // namespace entracte
