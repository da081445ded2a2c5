#pragma once

// The interface's compound types as Qt values, named by the annotations in
// dbus/org.entracte.Entracte1.xml.

#include <QDBusArgument>
#include <QDBusObjectPath>
#include <QList>
#include <QMap>
#include <QString>
#include <QVariantMap>

using EntracteEnvironment = QMap<QString, QString>; // a{ss}

struct EntracteDoctorFinding { // (ssss)
    QString check;
    QString state; // "ok", "warning", "missing"
    QString sentence;
    QString remedy;
};
using EntracteDoctorFindings = QList<EntracteDoctorFinding>;

struct EntracteFinding { // (bsuss)
    bool blocks = false;
    QString program;
    uint pid = 0;
    QString reason;
    QString remedy;
};
using EntracteFindings = QList<EntracteFinding>;

struct EntracteChangedFile { // (sb)
    QString path;
    bool removed = false; // else changed
};
using EntracteChangedFiles = QList<EntracteChangedFile>;

struct EntracteWindow { // (ssiiuu)
    QString title;
    QString className;
    int x = 0; // pixels
    int y = 0;
    uint width = 0;
    uint height = 0;
    bool operator==(const EntracteWindow&) const = default;
};
using EntracteWindows = QList<EntracteWindow>;

using EntracteInterfaces = QMap<QString, QVariantMap>;             // a{sa{sv}}
using EntracteObjects = QMap<QDBusObjectPath, EntracteInterfaces>; // a{oa{sa{sv}}}

QDBusArgument& operator<<(QDBusArgument& argument, const EntracteDoctorFinding& finding);
const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteDoctorFinding& finding);
QDBusArgument& operator<<(QDBusArgument& argument, const EntracteFinding& finding);
const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteFinding& finding);
QDBusArgument& operator<<(QDBusArgument& argument, const EntracteChangedFile& file);
const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteChangedFile& file);
QDBusArgument& operator<<(QDBusArgument& argument, const EntracteWindow& window);
const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteWindow& window);

Q_DECLARE_METATYPE(EntracteWindow)
Q_DECLARE_METATYPE(EntracteChangedFile)
Q_DECLARE_METATYPE(EntracteDoctorFinding)
Q_DECLARE_METATYPE(EntracteFinding)

// To be called once, before anything is sent.
void registerEntracteTypes();
