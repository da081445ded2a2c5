#pragma once

// The helper's objects as they come and go, without ever blocking: one look at everything when the
// helper appears, its signals from then on. The helper may vanish and come back at any time; then
// everything is told anew. Knows paths, interfaces and properties; what they mean is the models'
// business.

#include "dbus/client/Client.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QObject>
#include <QTimer>

namespace entracte::desktop {

class HelperLink : public QObject {
    Q_OBJECT
public:
    enum class Reach {
        Looking, // asked, no answer yet
        Here,
        Gone,    // was here, or could not be started; it may come back
        Missing, // the bus knows no helper, or there is no bus
        Refused, // it is there, and does not serve this person
    };
    Q_ENUM(Reach)

    explicit HelperLink(QDBusConnection bus, QObject* parent = nullptr);

    const Client& client() const { return m_client; }
    Reach reach() const { return m_reach; }
    // Why it is Gone, Missing or Refused; a sentence.
    const QString& why() const { return m_why; }

    // Looks for the helper; the bus starts it if it is not there. Harmless when it is Here.
    void look();

signals:
    void reachChanged(Reach reach);
    // All that there is; what was known before is void.
    void allTold(const EntracteObjects& objects);
    void objectAppeared(const QString& path, const EntracteInterfaces& interfaces);
    void objectChanged(const QString& path, const QString& interface, const QVariantMap& changed);
    void objectVanished(const QString& path);

private slots:
    void onInterfacesAdded(const QDBusMessage& message);
    void onInterfacesRemoved(const QDBusMessage& message);
    void onPropertiesChanged(const QDBusMessage& message);

private:
    void ask();
    void setReach(Reach reach, const QString& why = {});

    Client m_client;
    Reach m_reach = Reach::Missing;
    QString m_why;
    quint64 m_asking = 0; // the newest question; answers to earlier ones are void
    QTimer m_again;
};

} // namespace entracte::desktop
