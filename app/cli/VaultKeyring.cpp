#include "app/cli/VaultKeyring.h"

#include "app/common/Keyring.h"

#include <QEventLoop>

namespace entracte::cli {
namespace {

template <typename Ask>
Keyring::Answer waitFor(Ask ask) {
    QEventLoop loop;
    Keyring::Answer told;
    ask(&loop, [&](const Keyring::Answer& answer) {
        told = answer;
        loop.quit();
    });
    loop.exec();
    return told;
}

tl::unexpected<Error> problem(const Keyring::Answer& answer) {
    const auto detail = answer.detail.toStdString();
    switch (answer.outcome) {
    case Keyring::Outcome::Refused:
        return fail(ErrorCode::NotAuthorized, "Your keyring was not unlocked.", detail,
                    "Without --keyring the passphrase is asked for.");
    case Keyring::Outcome::Missing:
        return fail(ErrorCode::NotFound, "No keyring of a desktop can be reached from here.",
                    detail, "Without --keyring the passphrase is asked for.");
    default:
        return fail(ErrorCode::System, "Your keyring gave no answer, or refused.", detail,
                    "Without --keyring the passphrase is asked for.");
    }
}

} // namespace

Result<std::optional<std::string>> passphraseInKeyring() {
    const auto answer = waitFor([](QObject* loop, auto then) { Keyring::read(loop, then); });
    if (answer.outcome == Keyring::Outcome::Nothing)
        return std::nullopt;
    if (answer.outcome != Keyring::Outcome::Done)
        return problem(answer);
    return answer.passphrase.toStdString();
}

Status keepInKeyring(const std::string& passphrase) {
    const auto answer = waitFor([&](QObject* loop, auto then) {
        Keyring::keep(QString::fromStdString(passphrase), loop, then);
    });
    if (answer.outcome != Keyring::Outcome::Done)
        return problem(answer);
    return {};
}

Status forgetInKeyring() {
    const auto answer = waitFor([](QObject* loop, auto then) { Keyring::forget(loop, then); });
    if (answer.outcome != Keyring::Outcome::Done)
        return problem(answer);
    return {};
}

} // namespace entracte::cli
