#pragma once

// The vault's passphrase in the keyring of the person's desktop (app/common/Keyring.h), for a
// command that waits for it.

#include "session/base/Result.h"

#include <optional>
#include <string>

namespace entracte::cli {

// nullopt: it is not there.
Result<std::optional<std::string>> passphraseInKeyring();
Status keepInKeyring(const std::string& passphrase);
Status forgetInKeyring();

} // namespace entracte::cli
