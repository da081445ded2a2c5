#include "app/desktop/SingleInstance.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QUrl>

namespace entracte::desktop {

namespace {
constexpr const char* kName = "org.entracte.Desktop";
constexpr const char* kPath = "/org/entracte/Desktop";
constexpr const char* kInterface = "org.freedesktop.Application";
constexpr int kAnswerMs = 5'000;

QList<QUrl> urlsOf(const QStringList& files) {
    QList<QUrl> urls;
    for (const auto& file : files)
        urls.append(QUrl::fromLocalFile(file));
    return urls;
}

} // namespace

SingleInstance::SingleInstance(QObject* parent) : QObject(parent) {}

SingleInstance::Role SingleInstance::claim(const QString& wantedAction, const QStringList& files) {
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return Role::First;
    bus.registerObject(kPath, this, QDBusConnection::ExportAllSlots);
    if (bus.registerService(kName))
        return Role::First;
    const bool opens = wantedAction.isEmpty() && !files.isEmpty();
    auto call = QDBusMessage::createMethodCall(kName, kPath, kInterface,
                                               opens                    ? "Open"
                                               : wantedAction.isEmpty() ? "Activate"
                                                                        : "ActivateAction");
    if (opens)
        call << QUrl::toStringList(urlsOf(files));
    else if (!wantedAction.isEmpty())
        call << wantedAction << QVariantList();
    call << QVariantMap();
    bus.call(call, QDBus::Block, kAnswerMs);
    return Role::Second;
}

void SingleInstance::Activate(const QVariantMap&) {
    emit asked({});
}

void SingleInstance::Open(const QStringList& uris, const QVariantMap&) {
    QStringList files;
    for (const auto& uri : uris)
        if (const auto file = QUrl(uri).toLocalFile(); !file.isEmpty())
            files.append(file);
    if (files.isEmpty())
        emit asked({});
    else
        emit filesAsked(files);
}

void SingleInstance::ActivateAction(const QString& action, const QVariantList&,
                                    const QVariantMap&) {
    emit asked(action);
}

} // namespace entracte::desktop
