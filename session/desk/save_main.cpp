// entracte-save [--suspend] [--notify]: in a session, has this session saved by the helper outside.
// Exit status 0: it is saved, or it is the saved one that came back; 4: it is not.

#include "session/desk/Connect.h"

#include <systemd/sd-bus.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace {

using namespace entracte::desk;
using entracte::UniqueFd;

constexpr int kPatienceMs = 10 * 60 * 1000; // a large session on a slow disk
constexpr int kFailed = 4;                  // xdg-open(1): the action failed

struct Said {
    bool good;
    const char* english;
    const char* german;
};

constexpr Said kSaved{true, "The session is saved.", "Die Sitzung ist gesichert."};
constexpr Said kBack{true, "The session goes on from where it was saved.",
                     "Die Sitzung geht dort weiter, wo sie gesichert wurde."};
constexpr Said kClosed{false, "The session was not saved: nobody outside saves it from in here.",
                       "Die Sitzung wurde nicht gesichert: Von hier aus sichert sie niemand."};
constexpr Said kTooSoon{false,
                        "The session was not saved: it has just been asked for. Wait a moment.",
                        "Die Sitzung wurde nicht gesichert: Das war eben erst verlangt. Warten "
                        "Sie einen Augenblick."};
constexpr Said kNotSaved{
    false, "The session was not saved, and goes on. Try again, or save it from outside.",
    "Die Sitzung wurde nicht gesichert und läuft weiter. Versuchen Sie es noch einmal, oder von "
    "außen."};
constexpr Said kNoAnswer{false, "It is not known whether the session was saved: no answer came.",
                         "Ob die Sitzung gesichert wurde, ist nicht bekannt: Es kam keine "
                         "Antwort."};

// Asks, and waits for the first frame that is an answer. Null: none came.
std::optional<Frame> asked(Line& line, const UniqueFd& socket, const char* what) {
    if (!line.send({Kind::Save, 0, 1, joined({what})}) || !line.flush())
        return std::nullopt;
    for (;;) {
        short heard = 0;
        if (!waitFor(line, socket, kPatienceMs, heard))
            return std::nullopt;
        if (!line.flush() || ((heard & ~POLLOUT) != 0 && !line.read()))
            return std::nullopt;
        while (auto frame = line.next())
            if (frame->kind == Kind::Linked || frame->kind == Kind::Unavailable ||
                frame->kind == Kind::Saved)
                return frame;
    }
}

const Said& ask(const char* what) {
    const auto socket = connectToInit();
    if (!socket)
        return kClosed;
    Line line(socket.get());
    auto answer = asked(line, socket, what);
    if (answer && answer->kind == Kind::Linked) {
        // The way out was opened anew: the session came out of a snapshot, or something ended.
        answer = asked(line, socket, kRestoredWord);
        return answer && answer->payload == joined({kSavedWord}) ? kBack : kNoAnswer;
    }
    if (!answer)
        return kNoAnswer;
    if (answer->kind == Kind::Unavailable)
        return kClosed;
    if (answer->payload == joined({kSavedWord}))
        return kSaved;
    return answer->payload == joined({kTooSoonWord}) ? kTooSoon : kNotSaved;
}

bool speaksGerman() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* const value = std::getenv(name); value && *value)
            return std::strncmp(value, "de", 2) == 0;
    return false;
}

// By the daemon of the session's own desktop, or the person's outside.
void notify(const char* text) {
    sd_bus* bus = nullptr;
    if (sd_bus_open_user(&bus) < 0)
        return;
    sd_bus_call_method(bus, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                       "org.freedesktop.Notifications", "Notify", nullptr, nullptr, "susssasa{sv}i",
                       "Entracte", 0U, "org.entracte.Desktop", "Entracte", text, 0, 0, -1);
    sd_bus_flush_close_unref(bus);
}

} // namespace

int main(int argc, char** argv) {
    bool suspend = false;
    bool tell = false;
    for (int i = 1; i < argc; ++i) {
        suspend = suspend || std::strcmp(argv[i], "--suspend") == 0;
        tell = tell || std::strcmp(argv[i], "--notify") == 0;
        if (std::strcmp(argv[i], "--suspend") != 0 && std::strcmp(argv[i], "--notify") != 0) {
            std::fputs("entracte-save saves the session that it is called in, which goes on.\n"
                       "  --suspend   the session ends then, until it is resumed\n"
                       "  --notify    tell how it went by a notification, too\n",
                       std::strcmp(argv[i], "--help") == 0 ? stdout : stderr);
            return std::strcmp(argv[i], "--help") == 0 ? 0 : 2;
        }
    }
    const Said& said = ask(suspend ? kSuspendWord : kSnapshotWord);
    const char* const text = speaksGerman() ? said.german : said.english;
    std::fprintf(said.good ? stdout : stderr, "%s\n", text);
    if (tell)
        notify(text);
    return said.good ? 0 : kFailed;
}
