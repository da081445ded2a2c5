#pragma once

// Bytes from one descriptor to another, as they are or sealed with a passphrase: the encrypted form
// of an exported session (docs/export-format.md). Both ends are the person's own; the helper never
// learns a passphrase. Blocking; any thread.
//
//   "ENTRSEAL"  version (4, 1)  operations (4)  memory (8, bytes)  salt (16)  header (24)
//   then pieces of 64 KiB, each 17 bytes longer: libsodium's secretstream (XChaCha20-Poly1305),
//   the last one with its final tag. The key: Argon2id of the passphrase.

#include "session/base/Result.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace entracte {

inline constexpr std::size_t kSealMagicBytes = 8;

// The first bytes of a stream, at most kSealMagicBytes; fewer when it is shorter.
Result<std::string> readBeginning(int from);
bool isSealed(const std::string& beginning);

Status copyStream(const std::string& beginning, int from, int to);
// What the key costs whoever guesses: libsodium's "moderate" when nothing else is said.
struct SealCost {
    std::uint32_t operations = 3;
    std::uint64_t memory = 256ull << 20; // bytes
};
Status sealStream(int from, int to, const std::string& passphrase, const SealCost& cost = {});
// NotAuthorized for another passphrase; SnapshotDamaged for what is cut short or altered.
Status unsealStream(const std::string& beginning, int from, int to, const std::string& passphrase);

} // namespace entracte
