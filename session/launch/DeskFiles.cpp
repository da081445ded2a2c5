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

Status write(const fs::path& file, const char* text) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream(file) << text;
    if (!fs::exists(file, error))
        return fail(ErrorCode::System, "\"" + file.string() + "\" could not be made.");
    return {};
}

} // namespace

Status makeDeskFiles(const std::string& first, const std::string& last, bool wholeDesktop) {
    ENTRACTE_TRY(write(fs::path(wholeDesktop ? last : first) /
                           "dbus-1/services/org.freedesktop.Notifications.service",
                       kService));
    const fs::path fallback(last);
    ENTRACTE_TRY(write(fallback / "applications/entracte-open.desktop", kEntry));
    ENTRACTE_TRY(write(fallback / "applications/mimeinfo.cache", kCache));
    // The first that xdg-open(1) and Python's webbrowser try when nobody handles links.
    std::error_code error;
    fs::create_directories(fallback / "bin", error);
    const auto link = fallback / "bin/x-www-browser";
    if (!fs::is_symlink(link, error)) {
        error.clear();
        fs::create_symlink("/usr/lib/entracte/entracte-open", link, error);
    }
    return error ? Status(fail(Error::fromErrno("\"" + link.string() + "\" could not be made",
                                                error.value())))
                 : Status();
}

} // namespace entracte::launch
