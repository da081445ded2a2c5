#include "session/launch/DeskFiles.h"

#include <filesystem>
#include <fstream>

namespace entracte::launch {

namespace {

namespace fs = std::filesystem;

constexpr const char* kService = "[D-BUS Service]\n"
                                 "Name=org.freedesktop.Notifications\n"
                                 "Exec=/usr/lib/entracte/entracte-notifier\n";
constexpr const char* kEntry =
    "[Desktop Entry]\n"
    "Type=Application\n"
    "Name=Open on the desktop outside\n"
    "Exec=/usr/lib/entracte/entracte-open %u\n"
    "NoDisplay=true\n"
    "MimeType=x-scheme-handler/http;x-scheme-handler/https;x-scheme-handler/mailto;\n"
    "InitialPreference=1\n";
// update-desktop-database(1) writes such a file for what is installed.
constexpr const char* kCache = "[MIME Cache]\n"
                               "x-scheme-handler/http=entracte-open.desktop;\n"
                               "x-scheme-handler/https=entracte-open.desktop;\n"
                               "x-scheme-handler/mailto=entracte-open.desktop;\n";

// In the place of the application, which is outside and cannot be reached from in here.
constexpr const char* kApplication =
    "[Desktop Entry]\n"
    "Type=Application\n"
    "Name=Save this session\n"
    "Name[de]=Diese Sitzung sichern\n"
    "Comment=Save all programs as they are; they go on\n"
    "Comment[de]=Alle Programme sichern, wie sie sind; sie laufen weiter\n"
    "Keywords=snapshot;Entracte;\n"
    "Keywords[de]=Schnappschuss;Sicherung;Entracte;\n"
    "Exec=/usr/lib/entracte/entracte-save --notify\n"
    "Icon=org.entracte.Desktop\n"
    "Terminal=false\n"
    "Categories=Utility;\n"
    "Actions=suspend;\n"
    "\n"
    "[Desktop Action suspend]\n"
    "Name=Save and suspend\n"
    "Name[de]=Sichern und anhalten\n"
    "Exec=/usr/lib/entracte/entracte-save --suspend --notify\n";
// Menus that show no actions have it as an entry.
constexpr const char* kSuspend =
    "[Desktop Entry]\n"
    "Type=Application\n"
    "Name=Suspend this session\n"
    "Name[de]=Diese Sitzung anhalten\n"
    "Comment=Save all programs as they are, and end them until the session is resumed\n"
    "Comment[de]=Alle Programme sichern, wie sie sind, und beenden, bis die Sitzung fortgesetzt "
    "wird\n"
    "Exec=/usr/lib/entracte/entracte-save --suspend --notify\n"
    "Icon=org.entracte.Desktop\n"
    "Terminal=false\n"
    "Categories=Utility;\n";

Status write(const fs::path& file, const char* text) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream(file) << text;
    if (!fs::exists(file, error))
        return fail(ErrorCode::System, "\"" + file.string() + "\" could not be made.");
    return {};
}

Status link(const fs::path& at, const std::string& program) {
    std::error_code error;
    fs::create_directories(at.parent_path(), error);
    if (fs::is_symlink(at, error))
        return {};
    error.clear();
    fs::create_symlink("/usr/lib/entracte/" + program, at, error);
    return error ? Status(fail(Error::fromErrno("\"" + at.string() + "\" could not be made",
                                                error.value())))
                 : Status();
}

} // namespace

Status makeDeskFiles(const std::string& first, const std::string& last, bool wholeDesktop) {
    ENTRACTE_TRY(write(fs::path(wholeDesktop ? last : first) /
                           "dbus-1/services/org.freedesktop.Notifications.service",
                       kService));
    const fs::path fallback(last);
    ENTRACTE_TRY(write(fallback / "applications/entracte-open.desktop", kEntry));
    ENTRACTE_TRY(write(fallback / "applications/mimeinfo.cache", kCache));
    if (wholeDesktop) { // which has a menu
        const fs::path menu = fs::path(first) / "applications";
        ENTRACTE_TRY(write(menu / "org.entracte.Desktop.desktop", kApplication));
        ENTRACTE_TRY(write(menu / "org.entracte.Suspend.desktop", kSuspend));
    }
    // The first that xdg-open(1) and Python's webbrowser try when nobody handles links.
    ENTRACTE_TRY(link(fallback / "bin/x-www-browser", "entracte-open"));
    return link(fallback / "bin/entracte-save", "entracte-save");
}

} // namespace entracte::launch
