#include "app/common/Keyring.h"

#include <QSettings>
#include <QStandardPaths>
#include <QSysInfo>

#include <qt6keychain/keychain.h>

namespace entracte {

namespace {

using Job = QKeychain::Job;

constexpr const char* kService = "org.entracte.Vault";

QString entryName() {
    return QStringLiteral("vault-%1").arg(QString::fromLatin1(QSysInfo::machineUniqueId()));
}

// In the application's own settings, so that whoever looks there sees all.
QSettings settings() {
    return QSettings(QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                         "/entracte/desktop.conf",
                     QSettings::IniFormat);
}

QString usedKey() {
    return "keyring/" + entryName();
}

void setUsed(bool used) {
    auto file = settings();
    if (used)
        file.setValue(usedKey(), true);
    else
        file.remove(usedKey());
}

Keyring::Outcome outcomeOf(QKeychain::Error error) {
    using Outcome = Keyring::Outcome;
    switch (error) {
    case QKeychain::NoError:
        return Outcome::Done;
    case QKeychain::EntryNotFound:
        return Outcome::Nothing;
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied:
        return Outcome::Refused;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return Outcome::Missing;
    default:
        return Outcome::Failed;
    }
}

// The job deletes itself once it has finished.
template <typename JobType>
void run(JobType* job, QObject* receiver, std::function<void(JobType*, Keyring::Answer)> then) {
    job->setKey(entryName());
    QObject::connect(job, &Job::finished, receiver, [job, then = std::move(then)](Job*) {
        then(job, {outcomeOf(job->error()), {}, job->errorString()});
    });
    job->start();
}

} // namespace

bool Keyring::isUsed() {
    return settings().value(usedKey(), false).toBool();
}

void Keyring::read(QObject* receiver, Then then) {
    using Reading = QKeychain::ReadPasswordJob;
    run<Reading>(new Reading(kService), receiver,
                 [then = std::move(then)](Reading* job, Answer answer) {
                     if (answer.outcome == Outcome::Done)
                         answer.passphrase = job->textData();
                     then(answer);
                 });
}

void Keyring::keep(const QString& passphrase, QObject* receiver, Then then) {
    using Writing = QKeychain::WritePasswordJob;
    auto* const job = new Writing(kService);
    job->setTextData(passphrase);
    run<Writing>(job, receiver, [then = std::move(then)](Writing*, const Answer& answer) {
        if (answer.outcome == Outcome::Done)
            setUsed(true);
        then(answer);
    });
}

void Keyring::forget(QObject* receiver, Then then) {
    using Deleting = QKeychain::DeletePasswordJob;
    setUsed(false);
    run<Deleting>(new Deleting(kService), receiver,
                  [then = std::move(then)](Deleting*, Answer answer) {
                      if (answer.outcome == Outcome::Nothing) // as it should be
                          answer.outcome = Outcome::Done;
                      then(answer);
                  });
}

} // namespace entracte
