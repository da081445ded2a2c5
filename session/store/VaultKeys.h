#pragma once

// The keys of one vault. A vault is a part of the store whose chunks are known only to each other:
// addresses of one say nothing in another. Vault 0 is not sealed: its master key lies in the
// catalog. The master key of a sealed one lies there only wrapped (with a key from a passphrase, or
// with one that a caller brought), and in our memory while it is open.

#include "session/base/Result.h"
#include "session/store/Bytes.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace entracte {

using VaultId = std::uint32_t;
inline constexpr VaultId kClearVault = 0;

// Keyed BLAKE2b, 256 bits, of a chunk as it is stored (compressed, not yet sealed).
using Address = std::array<std::byte, 32>;

// Memory that is locked, not dumped, and wiped at the end.
class SecretKey {
public:
    static constexpr std::size_t kSize = 32;
    SecretKey();
    SecretKey(SecretKey&&) noexcept = default;
    SecretKey& operator=(SecretKey&&) noexcept = default;
    unsigned char* data() { return m_bytes.get(); }
    const unsigned char* data() const { return m_bytes.get(); }

private:
    std::unique_ptr<unsigned char, void (*)(void*)> m_bytes;
};

// A secret of the person's: a passphrase, or a key that somebody else keeps for them.
struct Secret {
    enum class Kind : std::uint8_t { Passphrase, Key };
    Kind kind = Kind::Passphrase;
    std::string_view bytes; // a key: exactly 32
};

class VaultKeys {
public:
    // `sealed`: whether chunks are encrypted, too.
    static Result<std::shared_ptr<const VaultKeys>> make(VaultId id, bool sealed,
                                                         const SecretKey& master);

    VaultId id() const { return m_id; }
    bool sealed() const { return m_sealed; }
    std::uint64_t printSeed() const { return m_printSeed; }

    Address addressOf(ByteView head, ByteView body) const;
    // XChaCha20-Poly1305 with a random nonce in front; kSealOverhead bytes longer.
    ByteBuffer seal(ByteView bytes, ByteView context) const;
    // Nothing when the bytes or the context are not what was sealed.
    std::optional<ByteBuffer> unseal(ByteView sealed, ByteView context) const;
    static constexpr std::size_t kSealOverhead = 24 + 16;

private:
    VaultKeys(VaultId id, bool sealed) : m_id(id), m_sealed(sealed) {}
    VaultId m_id;
    bool m_sealed;
    SecretKey m_hashKey, m_sealKey;
    std::uint64_t m_printSeed = 0;
};

SecretKey randomKey();
// The master key under a lock that the secret opens: what the catalog holds of it.
Result<ByteBuffer> wrapKey(const SecretKey& master, const Secret& secret);
// NotAuthorized for another secret, SnapshotDamaged for bytes that are no wrapped key.
Result<SecretKey> unwrapKey(ByteView wrapped, const Secret& secret);

} // namespace entracte
