#include "app/desktop/model/Settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

namespace entracte::desktop {

namespace {

QString configuration(const QString& file) {
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + '/' + file;
}

} // namespace

Settings::Settings(QObject* parent)
    : QObject(parent), m_file(configuration("entracte/desktop.conf"), QSettings::IniFormat) {}

bool Settings::notifies(const QString& kind) const {
    return m_file.value("notifications/" + kind, true).toBool();
}

void Settings::setNotifies(const QString& kind, bool on) {
    m_file.setValue("notifications/" + kind, on);
    emit changed();
}

Settings::Colours Settings::colours() const {
    const auto value = m_file.value("window/colours").toString();
    return value == "light" ? Colours::Light : value == "dark" ? Colours::Dark : Colours::AsDesktop;
}

void Settings::setColours(Colours colours) {
    m_file.setValue("window/colours", colours == Colours::Light  ? "light"
                                      : colours == Colours::Dark ? "dark"
                                                                 : "desktop");
    emit changed();
}

QString Settings::hotkey() const {
    return m_file.value("keys/snapshotNow").toString();
}

void Settings::setHotkey(const QString& keys) {
    m_file.setValue("keys/snapshotNow", keys);
    emit changed();
}

uint Settings::newSessionSeconds() const {
    return m_file.value("newSession/everySeconds", 0).toUInt();
}

void Settings::setNewSessionSeconds(uint seconds) {
    m_file.setValue("newSession/everySeconds", seconds);
    emit changed();
}

QString Settings::newSessionKeep() const {
    return m_file.value("newSession/keep").toString();
}

void Settings::setNewSessionKeep(const QString& rules) {
    m_file.setValue("newSession/keep", rules);
    emit changed();
}

QString Settings::autostartFile() {
    return configuration("autostart/org.entracte.Desktop.desktop");
}

bool Settings::startsAtLogin() const {
    QFile file(autostartFile());
    // A file with Hidden=true is how a person turns off what an administrator has set.
    return file.open(QIODevice::ReadOnly) && !file.readAll().contains("Hidden=true");
}

QString Settings::setStartsAtLogin(bool on) {
    const auto path = autostartFile();
    if (!on) {
        if (QFile::exists(path) && !QFile::remove(path))
            return tr("%1 cannot be removed.").arg(path);
        emit changed();
        return {};
    }
    QDir().mkpath(QFileInfo(path).path());
    QSaveFile file(path);
    const auto program = QCoreApplication::applicationFilePath();
    const auto text = QStringLiteral("[Desktop Entry]\n"
                                     "Type=Application\n"
                                     "Name=Entracte\n"
                                     "Exec=\"%1\" --background\n"
                                     "Icon=org.entracte.Desktop\n"
                                     "Terminal=false\n"
                                     "X-GNOME-Autostart-enabled=true\n");
    if (!file.open(QIODevice::WriteOnly) || file.write(text.arg(program).toUtf8()) < 0 ||
        !file.commit())
        return tr("%1 cannot be written: %2").arg(path, file.errorString());
    emit changed();
    return {};
}

bool Settings::staysInTray() const {
    return m_file.value("window/staysInTray", true).toBool();
}

void Settings::setStaysInTray(bool on) {
    m_file.setValue("window/staysInTray", on);
    emit changed();
}

QByteArray Settings::bytes(const QString& key) const {
    return m_file.value(key).toByteArray();
}

void Settings::setBytes(const QString& key, const QByteArray& value) {
    m_file.setValue(key, value);
}

bool Settings::flag(const QString& key) const {
    return m_file.value(key, false).toBool();
}

void Settings::setFlag(const QString& key, bool value) {
    m_file.setValue(key, value);
}

} // namespace entracte::desktop
