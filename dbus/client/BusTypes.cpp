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

void registerEntracteTypes() {
    qDBusRegisterMetaType<EntracteEnvironment>();
    qDBusRegisterMetaType<EntracteDoctorFinding>();
    qDBusRegisterMetaType<EntracteDoctorFindings>();
    qDBusRegisterMetaType<EntracteFinding>();
    qDBusRegisterMetaType<EntracteFindings>();
    qDBusRegisterMetaType<EntracteInterfaces>();
    qDBusRegisterMetaType<EntracteObjects>();
}
