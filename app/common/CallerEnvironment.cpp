#include "app/common/CallerEnvironment.h"

#include "session/base/BusAddress.h"

#include <QDir>
#include <QFileInfo>
#include <QtGlobal>

#include <algorithm>
#include <array>
#include <string_view>

namespace entracte {

namespace {

// Whole names, or beginnings when they end with "*".
constexpr std::array<std::string_view, 41> kPassed{
    "LANG", "LANGUAGE", "LC_*", "TZ", "PATH", "EDITOR", "VISUAL", "BROWSER", "PAGER",
    // where the person's files are
    "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_DIRS",
    "XDG_DATA_DIRS", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION",
    // how it looks
    "GTK_THEME", "GTK2_RC_FILES", "GTK_OVERLAY_SCROLLING", "GDK_SCALE", "GDK_DPI_SCALE",
    "QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME", "QT_SCALE_FACTOR", "QT_FONT_DPI",
    "QT_AUTO_SCREEN_SCALE_FACTOR", "QT_ENABLE_HIGHDPI_SCALING", "XCURSOR_THEME", "XCURSOR_SIZE",
    "KDE_FULL_SESSION", "KDE_SESSION_VERSION",
    // how one types
    "XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE",
    // how one reaches the network
    "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY"};

bool isPassed(std::string_view name) {
    return std::any_of(kPassed.begin(), kPassed.end(), [name](std::string_view entry) {
        return entry.ends_with('*') ? name.starts_with(entry.substr(0, entry.size() - 1))
                                    : name == entry;
    });
}

} // namespace

Result<QMap<QString, QString>> passedEnvironment(const char* const* environment,
                                                 const std::vector<std::string>& extra) {
    QMap<QString, QString> passed;
    for (; environment && *environment; ++environment) {
        const std::string_view entry(*environment);
        const auto equals = entry.find('=');
        if (equals == entry.npos || !isPassed(entry.substr(0, equals)))
            continue;
        const auto value = QByteArray(entry.data() + equals + 1,
                                      static_cast<qsizetype>(entry.size() - equals - 1));
        if (value.isValidUtf8()) // the bus carries nothing else
            passed.insert(QString::fromUtf8(entry.data(), static_cast<qsizetype>(equals)),
                          QString::fromUtf8(value));
    }
    for (const auto& entry : extra) {
        const auto equals = entry.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(ErrorCode::InvalidArgument, "\"" + entry + "\" sets no variable.", {},
                        "Write --env NAME=VALUE.");
        passed.insert(QString::fromStdString(entry.substr(0, equals)),
                      QString::fromStdString(entry.substr(equals + 1)));
    }
    return passed;
}

QVariantMap screenOptions(const QString& kind) {
    QVariantMap options{{"screen", kind}};
    // Whose desktop shows the session's notifications; the usual one when it is another kind.
    if (const auto bus = qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS");
        isUnixBusAddress(bus.toStdString()))
        options.insert("sessionBus", bus);
    if (kind == "headless")
        return options;
    const auto display = qEnvironmentVariable("DISPLAY");
    if (!display.isEmpty())
        options.insert("display", display);
    auto cookies = qEnvironmentVariable("XAUTHORITY");
    if (cookies.isEmpty() && QFileInfo::exists(QDir::homePath() + "/.Xauthority"))
        cookies = QDir::homePath() + "/.Xauthority";
    if (!cookies.isEmpty())
        options.insert("xauthority", absolutePath(cookies.toStdString()));
    return options;
}

QString absolutePath(const std::string& typed) {
    return QDir::cleanPath(QDir::current().absoluteFilePath(QString::fromStdString(typed)));
}

} // namespace entracte
