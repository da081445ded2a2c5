#include "app/desktop/model/HelperLink.h"

#include <QDBusPendingCallWatcher>
#include <QDBusServiceWatcher>

namespace entracte::desktop {

namespace {

constexpr const char* kObjectManager = "org.freedesktop.DBus.ObjectManager";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
// polkit may be asked whose sessions one sees, silently; a person is not waited for.
constexpr int kAnswerMs = 60'000;
// After it vanished: time for an upgrade to put the new one in its place.
constexpr int kAgainMs = 1'000;

} // namespace

HelperLink::HelperLink(QDBusConnection bus, QObject* parent)
    : QObject(parent), m_client(std::move(bus)) {
    registerEntracteTypes();
    auto connection = m_client.bus();
    connection.connect(Client::kService, Client::kRoot, kObjectManager, "InterfacesAdded", this,
                       SLOT(onInterfacesAdded(QDBusMessage)));
    connection.connect(Client::kService, Client::kRoot, kObjectManager, "InterfacesRemoved", this,
                       SLOT(onInterfacesRemoved(QDBusMessage)));
    connection.connect(Client::kService, QString(), kProperties, "PropertiesChanged", this,
                       SLOT(onPropertiesChanged(QDBusMessage)));
    auto* const watcher = new QDBusServiceWatcher(Client::kService, connection,
                                                  QDBusServiceWatcher::WatchForOwnerChange, this);
    connect(watcher, &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString&, const QString&, const QString& owner) {
                if (!owner.isEmpty())
                    return ask();
                ++m_asking;
                setReach(Reach::Gone, tr("Entracte's helper ended."));
                m_again.start();
            });
    m_again.setSingleShot(true);
    m_again.setInterval(kAgainMs);
    connect(&m_again, &QTimer::timeout, this, &HelperLink::look);
}

void HelperLink::look() {
    if (m_reach != Reach::Here)
        ask();
}

void HelperLink::ask() {
    m_again.stop();
    if (!m_client.bus().isConnected())
        return setReach(Reach::Missing, tr("The system's message bus cannot be reached."));
    const auto question = ++m_asking;
    if (m_reach != Reach::Gone)
        setReach(Reach::Looking);
    const auto call = QDBusMessage::createMethodCall(Client::kService, Client::kRoot,
                                                     kObjectManager, "GetManagedObjects");
    auto* const watcher =
        new QDBusPendingCallWatcher(m_client.bus().asyncCall(call, kAnswerMs), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, question](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                if (question != m_asking)
                    return;
                const QDBusPendingReply<EntracteObjects> reply = *answered;
                if (reply.isValid()) {
                    setReach(Reach::Here);
                    emit allTold(reply.value());
                    return;
                }
                const auto error = errorOf(reply.error());
                const auto why = QString::fromStdString(error.sentence());
                if (reply.error().type() == QDBusError::ServiceUnknown ||
                    reply.error().type() == QDBusError::Disconnected)
                    setReach(m_reach == Reach::Gone ? Reach::Gone : Reach::Missing, why);
                else if (error.code() == ErrorCode::NotAuthorized)
                    setReach(Reach::Refused, why);
                else
                    setReach(Reach::Gone, why);
            });
}

void HelperLink::setReach(Reach reach, const QString& why) {
    if (reach == m_reach && why == m_why)
        return;
    m_reach = reach;
    m_why = why;
    emit reachChanged(reach);
}

void HelperLink::onInterfacesAdded(const QDBusMessage& message) {
    const auto arguments = message.arguments();
    if (m_reach != Reach::Here || message.signature() != "oa{sa{sv}}")
        return;
    emit objectAppeared(arguments[0].value<QDBusObjectPath>().path(),
                        qdbus_cast<EntracteInterfaces>(arguments[1]));
}

void HelperLink::onInterfacesRemoved(const QDBusMessage& message) {
    if (m_reach == Reach::Here && message.signature() == "oas")
        emit objectVanished(message.arguments()[0].value<QDBusObjectPath>().path());
}

void HelperLink::onPropertiesChanged(const QDBusMessage& message) {
    const auto arguments = message.arguments();
    if (m_reach != Reach::Here || message.signature() != "sa{sv}as")
        return;
    emit objectChanged(message.path(), arguments[0].toString(),
                       qdbus_cast<QVariantMap>(arguments[1]));
}

} // namespace entracte::desktop
