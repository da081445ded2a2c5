#pragma once

// The base of the generated proxies: every call lets polkit ask the person. QDBusAbstractInterface
// itself learnt to say so only in Qt 6.7; the build puts this class in its place.

#include <QDBusAbstractInterface>
#include <QDBusMessage>
#include <QDBusPendingCall>

namespace entracte {

class InteractiveInterface : public QDBusAbstractInterface {
    Q_OBJECT
protected:
    using QDBusAbstractInterface::QDBusAbstractInterface;

    // Hides the base's, which the generated methods call.
    QDBusPendingCall asyncCallWithArgumentList(const QString& method,
                                               const QList<QVariant>& arguments) {
        auto call = QDBusMessage::createMethodCall(service(), path(), interface(), method);
        call.setArguments(arguments);
        call.setInteractiveAuthorizationAllowed(true);
        return connection().asyncCall(call, timeout());
    }
};

} // namespace entracte
