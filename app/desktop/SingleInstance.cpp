#include "app/desktop/SingleInstance.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>

namespace entracte::desktop {

namespace {
constexpr const char* kName = "org.entracte.Desktop";
constexpr const char* kPath = "/org/entracte/Desktop";
constexpr const char* kInterface = "org.freedesktop.Application";
constexpr int kAnswerMs = 5'000;
} // namespace

SingleInstance::SingleInstance(QObject* parent) : QObject(parent) {}

SingleInstance::Role SingleInstance::claim(const QString& wantedAction) {
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return Role::First;
    bus.registerObject(kPath, this, QDBusConnection::ExportAllSlots);
    if (bus.registerService(kName))
        return Role::First;
    auto call = QDBusMessage::createMethodCall(
        kName, kPath, kInterface, wantedAction.isEmpty() ? "Activate" : "ActivateAction");
    if (!wantedAction.isEmpty())
        call << wantedAction << QVariantList();
    call << QVariantMap();
    bus.call(call, QDBus::Block, kAnswerMs);
    return Role::Second;
}

void SingleInstance::Activate(const QVariantMap&) {
    emit asked({});
}

void SingleInstance::Open(const QStringList&, const QVariantMap&) {
    emit asked({});
}

void SingleInstance::ActivateAction(const QString& action, const QVariantList&,
                                    const QVariantMap&) {
    emit asked(action);
}

} // namespace entracte::desktop
