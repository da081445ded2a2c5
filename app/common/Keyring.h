#pragma once

// The vault's passphrase in the person's keyring (Secret Service or KWallet, through QtKeychain),
// if they asked for it: one entry a machine, since a home directory may be seen by several. Nothing
// waits: `then` is called in the event loop, unless `receiver` is gone by then.

#include <QObject>
#include <QString>

#include <functional>

namespace entracte {

class Keyring {
public:
    enum class Outcome {
        Done,
        Nothing, // read: there is no entry
        Refused, // the person would not unlock it
        Missing, // no keyring can be reached
        Failed,
    };
    struct Answer {
        Outcome outcome = Outcome::Failed;
        QString passphrase; // read
        QString detail;     // the keyring's own words, for a log
    };
    using Then = std::function<void(const Answer&)>;

    // The person has put it there, from this machine's window or command line: a keyring is not
    // even asked otherwise, since that may bring up a dialog.
    static bool isUsed();

    static void read(QObject* receiver, Then then);
    static void keep(const QString& passphrase, QObject* receiver, Then then);
    static void forget(QObject* receiver, Then then);
};

} // namespace entracte
