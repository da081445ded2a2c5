#pragma once

// Waits for the end of a job, showing how far it is, and cancels it when the person presses Ctrl+C.

#include "dbus/client/Client.h"

#include <QDBusMessage>
#include <QEventLoop>
#include <QObject>

#include <csignal>
#include <functional>

namespace entracte::cli {

class JobWatcher : public QObject {
    Q_OBJECT
public:
    // `showProgress`: draws a bar on standard error (when that is a terminal).
    JobWatcher(const Client& client, QString path, bool showProgress);
    ~JobWatcher() override;

    // Called from within wait(), whenever something of the job is heard.
    void whenHeard(std::function<void(const JobView&)> hear) { m_hear = std::move(hear); }
    // The object that came of it ("/" when none), or the job's error.
    Result<QString> wait();

private slots:
    void onCompleted(bool success, const QString& error, const QString& message,
                     const QDBusObjectPath& result);
    void onPropertiesChanged(const QString& interface, const QVariantMap& changed,
                             const QStringList& invalidated);
    void onHelperGone();
    void onInterrupt();

private:
    void finish(Result<QString> outcome);
    void show();

    const Client& m_client;
    std::function<void(const JobView&)> m_hear;
    QString m_path;
    bool m_showProgress;
    struct sigaction m_before {}; // what Ctrl+C did before
    bool m_cancelling = false;
    QVariantMap m_properties;
    QEventLoop m_loop;
    std::optional<Result<QString>> m_outcome;
};

} // namespace entracte::cli
