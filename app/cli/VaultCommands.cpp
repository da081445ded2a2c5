#include "app/cli/VaultCommands.h"

#include "EntracteProxies.h" // generated
#include "app/cli/Output.h"
#include "app/cli/Passphrase.h"
#include "app/cli/VaultKeyring.h"
#include "app/common/Keyring.h"
#include "session/base/ScopeExit.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>

namespace entracte::cli {
namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using VaultProxy = OrgEntracteEntracte1VaultInterface;

constexpr std::size_t kMaxPassphrase = 1024; // bytes, as the helper has it: less than a pipe takes

// The reading end of a pipe with the passphrase, which the helper reads to its end.
Result<UniqueFd> pipeWith(const std::string& passphrase) {
    if (passphrase.size() > kMaxPassphrase)
        return fail(ErrorCode::InvalidArgument, "A passphrase has at most 1024 bytes.", {},
                    "Nothing was changed.");
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    if (::write(writing.get(), passphrase.data(), passphrase.size()) !=
        static_cast<ssize_t>(passphrase.size()))
        return fail(Error::fromErrno("The passphrase could not be handed over"));
    return reading;
}

// A passphrase, forgotten with its owner.
class Secret {
public:
    explicit Secret(std::string& text) : m_text(std::make_unique<std::string>(text)) { wipe(text); }
    Secret(Secret&&) = default;
    ~Secret() {
        if (m_text)
            wipe(*m_text);
    }
    const std::string& text() const { return *m_text; }
    Result<UniqueFd> pipe() const { return pipeWith(*m_text); }

private:
    static void wipe(std::string& text) { ::explicit_bzero(text.data(), text.size()); }
    std::unique_ptr<std::string> m_text; // a short one would be copied by a move
};

Result<Secret> asked(int fd, bool twice, const char* prompt) {
    ENTRACTE_ASSIGN(text, readPassphrase(fd, twice, prompt));
    return Secret(text);
}

QDBusUnixFileDescriptor given(const UniqueFd& pipe) {
    return QDBusUnixFileDescriptor(pipe.get());
}

class Vault {
public:
    Vault(const Client& client, const Arguments& arguments)
        : m_client(client), m_arguments(arguments) {}

    Result<Json> run() {
        ENTRACTE_ASSIGN(overview, m_client.overview());
        m_overview = overview;
        switch (m_arguments.verb) {
        case Verb::VaultCreate:
            return create();
        case Verb::VaultUnlock:
            return unlock();
        case Verb::VaultLock:
            return lock();
        case Verb::VaultChangePassphrase:
            return change();
        case Verb::VaultDelete:
            return remove();
        default:
            return status();
        }
    }

private:
    std::optional<VaultView> own() const { return m_overview.vaultOf(::getuid()); }
    std::unique_ptr<VaultProxy> proxy(const VaultView& vault) const {
        return m_client.proxy<VaultProxy>(vault.path);
    }
    Result<VaultView> required() const {
        const auto vault = own();
        if (!vault)
            return fail(ErrorCode::NotFound, "You have no vault.", {},
                        "\"entracte vault create\" makes one; your snapshots are encrypted from "
                        "then on.");
        return *vault;
    }
    // Of the person's snapshots, how many are encrypted or not.
    long count(bool encrypted) const {
        return std::ranges::count_if(m_overview.snapshots, [&](const SnapshotView& snapshot) {
            return snapshot.encrypted == encrypted &&
                   std::ranges::any_of(m_overview.sessions, [&](const SessionView& session) {
                       return session.path == snapshot.session && session.owner == ::getuid();
                   });
        });
    }
    void say(const std::string& sentence) const {
        if (!m_arguments.json)
            std::cout << sentence << '\n';
    }
    Json told(const char* state) const {
        return {{"vault",
                 {{"state", state},
                  {"encrypted_snapshots", count(true)},
                  {"clear_snapshots", count(false)}}}};
    }

    Result<Json> create() {
        if (own())
            return fail(ErrorCode::InvalidArgument, "You have a vault already.", {},
                        "\"entracte vault unlock\" unlocks it, \"entracte vault "
                        "change-passphrase\" changes its passphrase.");
        if (m_arguments.passphraseFd < 0)
            std::cerr << "Without this passphrase nobody can bring your snapshots back, you "
                         "included.\n";
        ENTRACTE_ASSIGN(secret, asked(m_arguments.passphraseFd, true, "Passphrase: "));
        ENTRACTE_ASSIGN(pipe, secret.pipe());
        ENTRACTE_TRY(
            valueOf(m_client.proxy<ManagerProxy>(Client::kRoot)->CreateVault(given(pipe))));
        say("Your vault is made, and unlocked: from now on your snapshots are encrypted.");
        ENTRACTE_TRY(keep(secret));
        sayClear();
        return told("unlocked");
    }
    Result<Json> unlock() {
        ENTRACTE_ASSIGN(vault, required());
        if (m_arguments.keyring && unlockWithKeyring(vault)) {
            say("Your vault is unlocked.");
            return told("unlocked");
        }
        ENTRACTE_ASSIGN(secret, asked(m_arguments.passphraseFd, false, "Passphrase: "));
        ENTRACTE_ASSIGN(pipe, secret.pipe());
        ENTRACTE_TRY(valueOf(proxy(vault)->Unlock(given(pipe))));
        say("Your vault is unlocked.");
        ENTRACTE_TRY(keep(secret));
        return told("unlocked");
    }
    // Says why not; then there is still the person.
    bool unlockWithKeyring(const VaultView& vault) const {
        auto found = passphraseInKeyring();
        if (!found) {
            std::cerr << found.error().sentence() << '\n';
            return false;
        }
        if (!*found)
            return false;
        const auto pipe = Secret(**found).pipe();
        const auto done = pipe ? valueOf(proxy(vault)->Unlock(given(*pipe))) : Status();
        if (pipe && done)
            return true;
        std::cerr << (pipe ? "The passphrase in the keyring is not that of your vault.\n"
                           : "The passphrase in the keyring cannot be one.\n");
        return false;
    }
    Status keep(const Secret& secret) const {
        if (!m_arguments.keyring)
            return {};
        ENTRACTE_TRY(keepInKeyring(secret.text()));
        say("The keyring of your desktop has its passphrase.");
        return {};
    }
    Result<Json> lock() {
        ENTRACTE_ASSIGN(vault, required());
        ENTRACTE_TRY(valueOf(proxy(vault)->Lock()));
        say("Your vault is locked. Nothing is saved or brought back until it is unlocked.");
        return told("locked");
    }
    Result<Json> change() {
        ENTRACTE_ASSIGN(vault, required());
        ENTRACTE_ASSIGN(old, asked(m_arguments.passphraseFd, false, "Present passphrase: "));
        ENTRACTE_ASSIGN(fresh, asked(m_arguments.passphraseFd, true, "New passphrase: "));
        ENTRACTE_ASSIGN(oldPipe, old.pipe());
        ENTRACTE_ASSIGN(freshPipe, fresh.pipe());
        ENTRACTE_TRY(valueOf(proxy(vault)->ChangePassphrase(given(oldPipe), given(freshPipe))));
        say("Your vault has a new passphrase.");
        if (Keyring::isUsed() && !m_arguments.keyring) // the old one is of no use there
            ENTRACTE_TRY(forgetInKeyring());
        ENTRACTE_TRY(keep(fresh));
        return told(vault.locked ? "locked" : "unlocked");
    }
    Result<Json> remove() {
        ENTRACTE_ASSIGN(vault, required());
        ENTRACTE_TRY(valueOf(proxy(vault)->Delete()));
        say("Your vault is gone: from now on your snapshots are stored in clear.");
        if (Keyring::isUsed())
            ENTRACTE_TRY(forgetInKeyring());
        return told("none");
    }
    Result<Json> status() {
        const auto vault = own();
        if (!vault) {
            say("You have no vault: your snapshots are stored in clear. \"entracte vault create\" "
                "makes one.");
            return told("none");
        }
        say(fmt::format("Your vault is {}. Encrypted snapshots: {}.",
                        vault->locked ? "locked: nothing is saved or brought back until \"entracte "
                                        "vault unlock\""
                                      : "unlocked: your snapshots are encrypted",
                        count(true)));
        sayClear();
        return told(vault->locked ? "locked" : "unlocked");
    }
    void sayClear() const {
        if (const auto clear = count(false); clear > 0)
            say(fmt::format("{} from before {} still stored in clear; \"entracte delete SESSION "
                            "--snapshot ID\" removes one.",
                            clear == 1 ? "1 snapshot" : fmt::format("{} snapshots", clear),
                            clear == 1 ? "is" : "are"));
    }

    const Client& m_client;
    const Arguments& m_arguments;
    Overview m_overview;
};

} // namespace

int vault(const Client& client, const Arguments& arguments) {
    const auto result = Vault(client, arguments).run();
    return conclude(result, arguments.json);
}

Status unlockAsking(const Client& client) {
    ENTRACTE_ASSIGN(overview, client.overview());
    const auto vault = overview.vaultOf(::getuid());
    if (!vault)
        return fail(ErrorCode::NotFound, "It is somebody else's vault that is locked.");
    std::cerr << "Your snapshots are encrypted, and your vault is locked.\n";
    ENTRACTE_ASSIGN(secret, asked(-1, false, "Passphrase: "));
    ENTRACTE_ASSIGN(pipe, secret.pipe());
    return valueOf(client.proxy<VaultProxy>(vault->path)->Unlock(given(pipe)));
}

bool canAsk(const Arguments& arguments) {
    return !arguments.json && !arguments.quiet && ::isatty(STDIN_FILENO) != 0 &&
           ::isatty(STDERR_FILENO) != 0;
}

} // namespace entracte::cli
