// entracte-desktop: sessions in a window and in the tray. Talks to entracted over D-Bus and has no
// privileges of its own.

#include "app/common/InsideSession.h"
#include "app/desktop/Application.h"
#include "app/desktop/SingleInstance.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLibraryInfo>
#include <QTranslator>
#include <QUrl>

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

using namespace entracte::desktop;

namespace {

// Told without a window, and so without a display.
bool asksForWordsOnly(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const QByteArray& argument) {
        return argument == "-h" || argument == "--help" || argument == "--help-all" ||
               argument == "-v" || argument == "--version";
    });
}

bool hasDisplay(int argc, char** argv) {
    const bool named = std::any_of(argv + 1, argv + argc, [](const QByteArray& argument) {
        return argument.startsWith("-platform") || argument.startsWith("--platform") ||
               argument.startsWith("-display") || argument.startsWith("--display");
    });
    return named || !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
           !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

// Text waits for fontconfig to read its configuration, which takes as long as all else of a start
// together: it is read while Qt connects to the display.
class FontsAhead {
public:
    FontsAhead() {
        // Qt has it loaded; where it does without, there is nothing to read.
        auto* const library = dlopen("libfontconfig.so.1", RTLD_LAZY | RTLD_NOLOAD);
        if (auto* const read = library ? dlsym(library, "FcInit") : nullptr)
            m_reader = std::thread(reinterpret_cast<int (*)()>(read));
    }
    ~FontsAhead() {
        if (m_reader.joinable())
            m_reader.join();
    }
    FontsAhead(const FontsAhead&) = delete;
    FontsAhead& operator=(const FontsAhead&) = delete;

private:
    std::thread m_reader;
};

} // namespace

int main(int argc, char** argv) {
    const bool wordsOnly = asksForWordsOnly(argc, argv);
    if (!wordsOnly && !hasDisplay(argc, argv)) {
        std::fputs("entracte-desktop needs a display: neither DISPLAY nor WAYLAND_DISPLAY is set. "
                   "Without one, use the command entracte.\n",
                   stderr);
        return 1;
    }
    std::optional<FontsAhead> fonts;
    if (!wordsOnly)
        fonts.emplace();
    const std::unique_ptr<QCoreApplication> application(wordsOnly ? new QCoreApplication(argc, argv)
                                                                  : new QApplication(argc, argv));
    QCoreApplication::setApplicationName("entracte");
    QCoreApplication::setApplicationVersion(ENTRACTE_VERSION);
    QGuiApplication::setDesktopFileName("org.entracte.Desktop");

    if (QLocale().language() == QLocale::C) // it has no way to write a time for people
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));

    QTranslator qts;
    QTranslator ours;
    // Qt's own words only in the language that ours are in: half of a dialog in each helps nobody,
    // and those of Hebrew would turn English ones around (who wants Hebrew, or else English, has
    // both among the languages that QLocale() goes through). English has a translation, too: its
    // plurals.
    if (ours.load(QLocale(), "entracte", "_", ":/i18n")) {
        if (qts.load(QLocale(ours.language()), "qtbase", "_",
                     QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
            QCoreApplication::installTranslator(&qts);
    } else {
        static_cast<void>(ours.load(":/i18n/entracte_en.qm"));
    }
    QCoreApplication::installTranslator(&ours);
    if (!wordsOnly)
        QGuiApplication::setApplicationDisplayName(QCoreApplication::translate("main", "Entracte"));

    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate(
        "main",
        "Saves running desktop sessions and brings them back, in a window and in the tray."));
    const QCommandLineOption background(
        "background",
        QCoreApplication::translate("main", "Start in the tray, without a window (as at login)."));
    const QCommandLineOption snapshot(
        "snapshot-now", QCoreApplication::translate("main", "Save every running session."));
    const QCommandLineOption fresh("new-session",
                                   QCoreApplication::translate("main", "Ask for a new session."));
    const QCommandLineOption check("check",
                                   QCoreApplication::translate("main", "Check this computer."));
    const QCommandLineOption quit(
        "quit", QCoreApplication::translate("main", "End the application; sessions go on."));
    const QCommandLineOption sessionBus(
        "session-bus",
        QCoreApplication::translate("main", "Look for the helper on the session bus."));
    parser.addOptions({background, snapshot, fresh, check, quit, sessionBus});
    parser.addPositionalArgument(
        "file",
        QCoreApplication::translate("main",
                                    "An exported session: shows what is in it, and imports."),
        "[FILE]");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.process(*application);

    if (entracte::insideSession()) { // where it is started at a desktop's login, too
        std::fputs("entracte-desktop looks after sessions from outside of them. "
                   "In a session, entracte-save saves it.\n",
                   stderr);
        return 0;
    }
    QString action;
    for (const auto* const option : {&snapshot, &fresh, &check, &quit})
        if (parser.isSet(*option))
            action = option->names().first();

    QStringList files; // also by the address that a file manager may give
    for (const auto& file : parser.positionalArguments())
        files.append(file.startsWith("file:") ? QUrl(file).toLocalFile()
                                              : QFileInfo(file).absoluteFilePath());

    SingleInstance instance;
    if (instance.claim(action, files) == SingleInstance::Role::Second || action == "quit")
        return 0;
    fonts.reset();
    Application desktop(parser.isSet(sessionBus) ? QDBusConnection::sessionBus()
                                                 : QDBusConnection::systemBus());
    QObject::connect(&instance, &SingleInstance::asked, &desktop, &Application::perform);
    QObject::connect(&instance, &SingleInstance::filesAsked, &desktop, &Application::openFiles);
    desktop.begin(parser.isSet(background));
    if (!action.isEmpty())
        desktop.perform(action);
    if (!files.isEmpty())
        desktop.openFiles(files);
    return QApplication::exec();
}
