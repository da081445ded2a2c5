#include "dbus/client/BusTypes.h"

#include <QDBusMetaType>

QDBusArgument& operator<<(QDBusArgument& argument, const EntracteDoctorFinding& finding) {
    argument.beginStructure();
    argument << finding.check << finding.state << finding.sentence << finding.remedy;
    argument.endStructure();
    return argument;
}

const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteDoctorFinding& finding) {
    argument.beginStructure();
    argument >> finding.check >> finding.state >> finding.sentence >> finding.remedy;
    argument.endStructure();
    return argument;
}

QDBusArgument& operator<<(QDBusArgument& argument, const EntracteFinding& finding) {
    argument.beginStructure();
    argument << finding.blocks << finding.program << finding.pid << finding.reason
             << finding.remedy;
    argument.endStructure();
    return argument;
}

const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteFinding& finding) {
    argument.beginStructure();
    argument >> finding.blocks >> finding.program >> finding.pid >> finding.reason >>
        finding.remedy;
    argument.endStructure();
    return argument;
}

QDBusArgument& operator<<(QDBusArgument& argument, const EntracteChangedFile& file) {
    argument.beginStructure();
    argument << file.path << file.removed;
    argument.endStructure();
    return argument;
}

const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteChangedFile& file) {
    argument.beginStructure();
    argument >> file.path >> file.removed;
    argument.endStructure();
    return argument;
}

QDBusArgument& operator<<(QDBusArgument& argument, const EntracteWindow& window) {
    argument.beginStructure();
    argument << window.title << window.className << window.x << window.y << window.width
             << window.height;
    argument.endStructure();
    return argument;
}

const QDBusArgument& operator>>(const QDBusArgument& argument, EntracteWindow& window) {
    argument.beginStructure();
    argument >> window.title >> window.className >> window.x >> window.y >> window.width >>
        window.height;
    argument.endStructure();
    return argument;
}

void registerEntracteTypes() {
    qDBusRegisterMetaType<EntracteWindow>();
    qDBusRegisterMetaType<EntracteWindows>();
    qDBusRegisterMetaType<EntracteChangedFile>();
    qDBusRegisterMetaType<EntracteChangedFiles>();
    qDBusRegisterMetaType<EntracteEnvironment>();
    qDBusRegisterMetaType<EntracteDoctorFinding>();
    qDBusRegisterMetaType<EntracteDoctorFindings>();
    qDBusRegisterMetaType<EntracteFinding>();
    qDBusRegisterMetaType<EntracteFindings>();
    qDBusRegisterMetaType<EntracteInterfaces>();
    qDBusRegisterMetaType<EntracteObjects>();
}
