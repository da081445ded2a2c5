#pragma once

// BLAKE2b (libsodium's crypto_generichash, 256 bits) of what a part has on disk.

#include <sodium.h>

#include <cstddef>
#include <span>
#include <string>

namespace entracte {

class PartHash {
public:
    PartHash() { crypto_generichash_init(&m_state, nullptr, 0, crypto_generichash_BYTES); }
    void add(std::span<const std::byte> bytes) {
        crypto_generichash_update(&m_state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    }
    // In hexadecimal; nothing can be added afterwards.
    std::string finish() {
        unsigned char digest[crypto_generichash_BYTES];
        crypto_generichash_final(&m_state, digest, sizeof digest);
        char text[2 * sizeof digest + 1];
        sodium_bin2hex(text, sizeof text, digest, sizeof digest);
        return text;
    }

private:
    crypto_generichash_state m_state;
};

} // namespace entracte
