#include "dbus/service/Validation.h"

#include "session/base/BusAddress.h"
#include "session/engine/RetentionText.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cstdint>
#include <set>
#include <string_view>

namespace entracte::service {

namespace {

tl::unexpected<Error> refuse(std::string sentence, std::string hint = {}) {
    return fail(ErrorCode::InvalidArgument, std::move(sentence), {}, std::move(hint));
}

// The next code point of UTF-8 (RFC 3629: no overlong form, no surrogate), or nullopt.
std::optional<char32_t> nextCodePoint(std::string_view& rest) {
    const auto first = static_cast<std::uint8_t>(rest[0]);
    const std::size_t length = first < 0x80             ? 1
                               : (first & 0xe0) == 0xc0 ? 2
                               : (first & 0xf0) == 0xe0 ? 3
                               : (first & 0xf8) == 0xf0 ? 4
                                                        : 0;
    if (length == 0 || rest.size() < length)
        return std::nullopt;
    char32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<std::uint8_t>(rest[i]);
        if ((byte & 0xc0) != 0x80)
            return std::nullopt;
        point = (point << 6) | (byte & 0x3fu);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return std::nullopt;
    rest.remove_prefix(length);
    return point;
}

bool isPrintable(char32_t point) {
    const auto within = [point](char32_t low, char32_t high) {
        return point >= low && point <= high;
    };
    return !(within(0, 0x1f) || within(0x7f, 0x9f) ||    // controls
             within(0x200b, 0x200f) ||                   // invisible, direction marks
             within(0x2028, 0x202e) ||                   // separators, embeddings, overrides
             within(0x2060, 0x206f) || point == 0xfeff); // invisible operators, isolates
}

bool isBlank(const std::string& text) {
    return text.find_first_not_of(' ') == std::string::npos;
}

// Whether `path` is `folder` or lies in it.
bool isIn(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Reads the options one by one, and tells which nobody asked for.
class OptionReader {
public:
    explicit OptionReader(const Options& options) : m_options(options) {}

    template <typename T>
    Result<std::optional<T>> take(const std::string& name) {
        m_known.insert(name);
        const auto found = m_options.find(name);
        if (found == m_options.end())
            return std::optional<T>();
        if (!found->second.containsValueOfType<T>())
            return refuse("The option \"" + name + "\" has the wrong type.");
        return std::optional<T>(found->second.get<T>());
    }

    Status nothingElse() const {
        for (const auto& [name, value] : m_options)
            if (!m_known.contains(name))
                return refuse("There is no option \"" +
                              (isPrintableUtf8(name) && name.size() <= 64 ? name : "…") + "\".");
        return {};
    }

private:
    const Options& m_options;
    std::set<std::string> m_known;
};

// What a screen whose size nobody named is like: a new one, or the one that the session had.
enum class Sized : std::uint8_t { Newly, AsItWas };

Result<std::optional<ScreenSpec>> takeScreen(OptionReader& reader, Sized sized) {
    ENTRACTE_ASSIGN(kind, reader.take<std::string>("screen"));
    ENTRACTE_ASSIGN(width, reader.take<std::uint16_t>("width"));
    ENTRACTE_ASSIGN(height, reader.take<std::uint16_t>("height"));
    ENTRACTE_ASSIGN(fullScreen, reader.take<bool>("fullScreen"));
    ENTRACTE_ASSIGN(display, reader.take<std::string>("display"));
    ENTRACTE_ASSIGN(xauthority, reader.take<std::string>("xauthority"));
    ENTRACTE_ASSIGN(sessionBus, reader.take<std::string>("sessionBus"));
    if (!kind && !width && !height && !fullScreen && !display && !xauthority && !sessionBus)
        return std::optional<ScreenSpec>();

    ScreenSpec screen;
    if (!kind || *kind == "host")
        screen.kind = ScreenKind::Host;
    else if (*kind == "window")
        screen.kind = ScreenKind::Window;
    else if (*kind == "headless")
        screen.kind = ScreenKind::Headless;
    else
        return refuse("A screen is \"host\", \"window\" or \"headless\".");
    screen.width = width.value_or(screen.width);
    screen.height = height.value_or(screen.height);
    if (!width && !height && sized == Sized::AsItWas)
        screen.width = screen.height = 0;
    else if (screen.width < 64 || screen.width > 16384 || screen.height < 64 ||
             screen.height > 16384)
        return refuse("A screen has 64 to 16384 pixels each way.");
    screen.fullScreen = fullScreen.value_or(false);
    if (screen.fullScreen && (screen.kind != ScreenKind::Window || width || height))
        return refuse("Only the screen \"window\" can be full screen, and has no size then.");
    screen.display = display.value_or("");
    if (!screen.display.empty())
        ENTRACTE_TRY(checkDisplay(screen.display));
    else if (screen.kind != ScreenKind::Headless)
        return refuse("This kind of screen needs an X display, and none was named.",
                      "Set DISPLAY, or ask for a headless screen.");
    screen.xauthority = xauthority.value_or("");
    if (!screen.xauthority.empty())
        ENTRACTE_TRY(checkPath(screen.xauthority, "The path of the X cookies"));
    screen.sessionBus = sessionBus.value_or("");
    if (!screen.sessionBus.empty() && !isUnixBusAddress(screen.sessionBus))
        return refuse("The address of a session bus is \"unix:path=…\" or \"unix:abstract=…\".");
    return std::optional<ScreenSpec>(screen);
}

// "nat", "none", "host-limited:PORT,PORT,…", as networkName writes it.
Result<NetworkSpec> parseNetwork(const std::string& text) {
    constexpr std::string_view kLimited = "host-limited:";
    NetworkSpec network;
    if (text == "nat")
        network.kind = NetworkKind::Nat;
    if (text == "nat" || text == "none")
        return network;
    const auto wrong = [] {
        return refuse("A network is \"nat\", \"none\" or \"host-limited:PORT,PORT\".",
                      "At most 64 ports of this computer, from 1 to 65535.");
    };
    if (!text.starts_with(kLimited))
        return wrong();
    network.kind = NetworkKind::HostLimited;
    for (std::string_view rest = std::string_view(text).substr(kLimited.size());;) {
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
        if (error != std::errc{} || port == 0 || network.hostPorts.size() == kMaxHostPorts)
            return wrong();
        network.hostPorts.push_back(port);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        if (rest.empty())
            return network;
        if (rest.front() != ',')
            return wrong();
        rest.remove_prefix(1);
    }
}

Result<std::optional<NetworkSpec>> takeNetwork(OptionReader& reader) {
    ENTRACTE_ASSIGN(text, reader.take<std::string>("network"));
    if (!text)
        return std::optional<NetworkSpec>();
    ENTRACTE_ASSIGN(network, parseNetwork(*text));
    return std::optional<NetworkSpec>(network);
}

std::string nameFromCommand(const std::vector<std::string>& command) {
    if (command.empty())
        return "session";
    const auto& program = command.front();
    auto name = program.substr(program.rfind('/') + 1);
    return checkName(name) ? name : "session";
}

} // namespace

bool isPrintableUtf8(const std::string& text) {
    for (std::string_view rest(text); !rest.empty();) {
        const auto point = nextCodePoint(rest);
        if (!point || !isPrintable(*point))
            return false;
    }
    return true;
}

Status checkName(const std::string& name) {
    if (name.empty() || name.size() > kMaxNameBytes || isBlank(name) || !isPrintableUtf8(name))
        return refuse("A session's name is 1 to 64 bytes of printable text.");
    return {};
}

Status checkComment(const std::string& comment) {
    if (comment.size() > kMaxCommentBytes || !isPrintableUtf8(comment))
        return refuse("A comment is one line of at most 1024 bytes of printable text.");
    return {};
}

Status checkCommand(const std::vector<std::string>& command, bool required) {
    if (command.empty())
        return required ? Status(refuse("No program was named.")) : Status();
    if (command.front().empty())
        return refuse("The program's name is empty.");
    std::size_t bytes = 0;
    for (const auto& argument : command) {
        bytes += argument.size() + 1;
        if (argument.find('\0') != std::string::npos)
            return refuse("An argument of the command contains a NUL byte.");
    }
    if (command.size() > kMaxArguments || bytes > kMaxCommandBytes)
        return refuse("The command is too long.", "At most 1024 arguments and 96 KiB.");
    return {};
}

Status checkEnvironment(const std::map<std::string, std::string>& environment) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : environment) {
        const auto letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        };
        const bool wellFormed = !name.empty() && name.size() <= 128 && letter(name[0]) &&
                                std::all_of(name.begin(), name.end(), [&](char c) {
                                    return letter(c) || (c >= '0' && c <= '9');
                                });
        if (!wellFormed)
            return refuse(
                "The name of an environment variable is letters, digits and underscores.");
        if (value.find('\0') != std::string::npos)
            return refuse("The environment variable " + name + " contains a NUL byte.");
        bytes += name.size() + value.size() + 2;
    }
    if (environment.size() > kMaxVariables || bytes > kMaxEnvironmentBytes)
        return refuse("The environment is too large.", "At most 1024 variables and 96 KiB.");
    return {};
}

Status checkPath(const std::string& path, const std::string& what) {
    if (path.empty() || path[0] != '/' || path.size() >= PATH_MAX ||
        path.find('\0') != std::string::npos)
        return refuse(what + " is not an absolute path.");
    for (std::size_t begin = 0; begin < path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto component = std::string_view(path).substr(begin, end - begin);
        // An empty one (a doubled slash) would let a path look like another.
        if (component == "." || component == ".." || (component.empty() && begin > 0))
            return refuse(what + " contains \".\", \"..\" or \"//\".", "Give the path as it is.");
        begin = end + 1;
    }
    return {};
}

Status checkDisplay(const std::string& display) {
    // X(7), "DISPLAY NAMES": hostname:displaynumber.screennumber; a path or protocol/ may stand
    // before.
    const auto colon = display.rfind(':');
    const auto digits = [](std::string_view text) {
        return !text.empty() && text.size() <= 5 &&
               std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    bool good = display.size() <= 255 && colon != std::string::npos;
    if (good) {
        const std::string_view number = std::string_view(display).substr(colon + 1);
        const auto dot = number.find('.');
        good =
            digits(number.substr(0, dot)) && (dot == number.npos || digits(number.substr(dot + 1)));
        for (const char c : std::string_view(display).substr(0, colon))
            good = good &&
                   ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    std::string_view("-._/:[]%").find(c) != std::string_view::npos);
    }
    return good ? Status()
                : Status(refuse("This is not the name of an X display.", "Such as \":0\"."));
}

Result<SessionSpec> sessionSpec(const std::vector<std::string>& command, const Options& options) {
    SessionSpec spec;
    OptionReader reader(options);
    ENTRACTE_ASSIGN(name, reader.take<std::string>("name"));
    using Environment = std::map<std::string, std::string>;
    ENTRACTE_ASSIGN(environment, reader.take<Environment>("environment"));
    ENTRACTE_ASSIGN(workingDirectory, reader.take<std::string>("workingDirectory"));
    ENTRACTE_ASSIGN(share, reader.take<std::vector<std::string>>("share"));
    ENTRACTE_ASSIGN(shareReadOnly, reader.take<std::vector<std::string>>("shareReadOnly"));
    ENTRACTE_ASSIGN(screen, takeScreen(reader, Sized::Newly));
    ENTRACTE_ASSIGN(network, takeNetwork(reader));
    ENTRACTE_ASSIGN(clipboard, reader.take<bool>("clipboard"));
    ENTRACTE_ASSIGN(isPrivate, reader.take<bool>("private"));
    ENTRACTE_ASSIGN(endsWithCommand, reader.take<bool>("endsWithCommand"));
    ENTRACTE_TRY(reader.nothingElse());

    ENTRACTE_TRY(checkCommand(command, false));
    spec.command = command;
    spec.endsWithCommand = endsWithCommand.value_or(false);
    spec.name = name ? *name : nameFromCommand(command);
    ENTRACTE_TRY(checkName(spec.name));
    if (environment) {
        ENTRACTE_TRY(checkEnvironment(*environment));
        spec.environment = *environment;
    }
    if (workingDirectory && !workingDirectory->empty()) {
        ENTRACTE_TRY(checkPath(*workingDirectory, "The working directory"));
        spec.workingDirectory = *workingDirectory;
    }
    if (!screen)
        return refuse("No screen was named.", "Set DISPLAY, or ask for a headless screen.");
    spec.screen = *screen;
    spec.screen.clipboard = clipboard.value_or(false);
    spec.isPrivate = isPrivate.value_or(false);
    spec.network = network.value_or(NetworkSpec{NetworkKind::Nat, {}, false});

    const auto addShares = [&spec](const auto& paths, bool readOnly) -> Status {
        for (const auto& path : paths.value_or(std::vector<std::string>())) {
            ENTRACTE_TRY(checkPath(path, "A shared folder"));
            bool ofTheSystem = path == "/" || (isIn(path, "/run") && !isIn(path, "/run/media"));
            for (const std::string_view folder : {"/proc", "/sys", "/dev"})
                ofTheSystem = ofTheSystem || isIn(path, folder);
            if (ofTheSystem)
                return refuse("The folder " + path + " cannot be shared with a session.",
                              "Share a folder with documents.");
            spec.sharedFolders.push_back({path, readOnly});
        }
        return {};
    };
    ENTRACTE_TRY(addShares(share, false));
    ENTRACTE_TRY(addShares(shareReadOnly, true));
    if (spec.sharedFolders.size() > kMaxShares)
        return refuse("A session shares at most 32 folders.");
    return spec;
}

Status checkScheduleSeconds(std::uint32_t everySeconds) {
    if (everySeconds != 0 &&
        (everySeconds < kMinScheduleSeconds || everySeconds > kMaxScheduleSeconds))
        return refuse("A session is saved every 10 seconds at most, and once a year at least.");
    return {};
}

Result<std::uint32_t> takeScheduleSeconds(Options& options) {
    OptionReader reader(options);
    ENTRACTE_ASSIGN(seconds, reader.take<std::uint32_t>("everySeconds"));
    options.erase("everySeconds");
    ENTRACTE_TRY(checkScheduleSeconds(seconds.value_or(0)));
    return seconds.value_or(0);
}

Result<std::string> takeRetention(Options& options) {
    OptionReader reader(options);
    ENTRACTE_ASSIGN(keep, reader.take<std::string>("keep"));
    options.erase("keep");
    ENTRACTE_TRY(parseRetention(keep.value_or(std::string())));
    return keep.value_or(std::string());
}

Result<SessionLimits> sessionLimits(const Options& options) {
    OptionReader reader(options);
    SessionLimits limits;
    ENTRACTE_ASSIGN(memory, reader.take<std::uint64_t>("memoryBytes"));
    ENTRACTE_ASSIGN(cpu, reader.take<std::uint32_t>("cpuPercent"));
    ENTRACTE_ASSIGN(processes, reader.take<std::uint32_t>("processes"));
    ENTRACTE_TRY(reader.nothingElse());
    limits = {memory.value_or(0), cpu.value_or(0), processes.value_or(0)};
    // Below these a session could not even draw a window, let alone be saved.
    if ((limits.memoryBytes > 0 && limits.memoryBytes < 64u << 20) ||
        limits.memoryBytes > std::uint64_t{1} << 50)
        return refuse("A session's memory is limited to 64 MiB at least.");
    if (limits.cpuPercent > 100'000 || (limits.processes > 0 && limits.processes < 16) ||
        limits.processes > 4'000'000)
        return refuse("A session has at least 16 processes, and at most 1000 processors.");
    return limits;
}

namespace {
Status checkPeer(const std::string& peer) {
    if (peer.empty() || peer.size() > kMaxPeer || !isPrintableUtf8(peer))
        return refuse("The other machine's name has 1 to 200 bytes of printable text.");
    return {};
}
} // namespace

Result<ImportWishes> importWishes(const Options& options) {
    OptionReader reader(options);
    ImportWishes wishes;
    ENTRACTE_ASSIGN(name, reader.take<std::string>("name"));
    ENTRACTE_ASSIGN(move, reader.take<std::string>("move"));
    ENTRACTE_ASSIGN(peer, reader.take<std::string>("peer"));
    ENTRACTE_ASSIGN(lineage, reader.take<std::string>("lineage"));
    ENTRACTE_ASSIGN(stage, reader.take<bool>("stage"));
    ENTRACTE_ASSIGN(deltas, reader.take<bool>("deltas"));
    ENTRACTE_TRY(reader.nothingElse());
    if (name) {
        ENTRACTE_TRY(checkName(*name));
        wishes.name = *name;
    }
    if (move.has_value() != peer.has_value() || move.has_value() != lineage.has_value())
        return refuse("A move has an id, a peer and a lineage.");
    if (move) {
        ENTRACTE_TRY(parseId(*move));
        ENTRACTE_TRY(parseId(*lineage));
        ENTRACTE_TRY(checkPeer(*peer));
        wishes.move = *move;
        wishes.peer = *peer;
        wishes.lineage = *lineage;
    }
    wishes.stage = stage.value_or(false);
    if (wishes.stage && !move)
        return refuse("Only what a move brings can be staged.");
    wishes.deltas = deltas.value_or(false);
    if (wishes.deltas && !wishes.stage)
        return refuse("Only what is staged may name what came before.");
    return wishes;
}

Result<DepartWishes> departWishes(const Options& options) {
    OptionReader reader(options);
    ENTRACTE_ASSIGN(move, reader.take<std::string>("move"));
    ENTRACTE_ASSIGN(peer, reader.take<std::string>("peer"));
    ENTRACTE_ASSIGN(since, reader.take<std::string>("since"));
    ENTRACTE_ASSIGN(comment, reader.take<std::string>("comment"));
    ENTRACTE_ASSIGN(deltas, reader.take<bool>("deltas"));
    ENTRACTE_TRY(reader.nothingElse());
    if (!move || !peer || !since)
        return refuse("A session departs by a move, to a peer, since a snapshot.");
    ENTRACTE_TRY(parseId(*move));
    ENTRACTE_TRY(parseId(*since));
    ENTRACTE_TRY(checkPeer(*peer));
    ENTRACTE_TRY(checkComment(comment.value_or("")));
    return DepartWishes{comment.value_or(""), *since, *move, *peer, deltas.value_or(false)};
}

Result<MoveStep> moveStep(const std::string& step, const std::string& move,
                          const std::string& peer) {
    static const std::map<std::string, MoveStep> kSteps{{"give", MoveStep::Give},
                                                        {"leave", MoveStep::Leave},
                                                        {"take-back", MoveStep::TakeBack},
                                                        {"take", MoveStep::Take},
                                                        {"drop", MoveStep::Drop}};
    const auto found = kSteps.find(step);
    if (found == kSteps.end())
        return refuse("There is no such step of a move.");
    if (found->second != MoveStep::TakeBack)
        ENTRACTE_TRY(parseId(move));
    if (found->second == MoveStep::Give)
        ENTRACTE_TRY(checkPeer(peer));
    return found->second;
}

Result<ExportWishes> exportWishes(const Options& options) {
    OptionReader reader(options);
    ExportWishes wishes;
    ENTRACTE_ASSIGN(compress, reader.take<bool>("compress"));
    ENTRACTE_ASSIGN(since, reader.take<std::string>("since"));
    ENTRACTE_TRY(reader.nothingElse());
    wishes.compress = compress.value_or(true);
    if (since) {
        ENTRACTE_TRY(parseId(*since));
        wishes.since = *since;
    }
    return wishes;
}

Result<ResumeWishes> resumeWishes(const Options& options) {
    OptionReader reader(options);
    ResumeWishes wishes;
    ENTRACTE_ASSIGN(screen, takeScreen(reader, Sized::AsItWas));
    wishes.screen = screen;
    ENTRACTE_ASSIGN(network, takeNetwork(reader));
    wishes.network = network;
    ENTRACTE_ASSIGN(files, reader.take<std::string>("files"));
    ENTRACTE_ASSIGN(move, reader.take<std::string>("move"));
    ENTRACTE_ASSIGN(word, reader.take<sdbus::UnixFd>("word"));
    ENTRACTE_TRY(reader.nothingElse());
    if (move) {
        ENTRACTE_TRY(parseId(*move));
        wishes.move = *move;
    }
    if (word && !move)
        return refuse("Only a move has a word to say.");
    if (word)
        wishes.word = std::make_shared<UniqueFd>(word->release());
    if (files == "current")
        wishes.files = FilesPolicy::Current;
    else if (files == "saved")
        wishes.files = FilesPolicy::Saved;
    else if (files == "both")
        wishes.files = FilesPolicy::Both;
    else if (files && files != "ask")
        return refuse("Files are \"ask\", \"current\", \"saved\" or \"both\".");
    return wishes;
}

Result<std::optional<ScreenSpec>> screenSpec(const Options& options) {
    OptionReader reader(options);
    ENTRACTE_ASSIGN(screen, takeScreen(reader, Sized::AsItWas));
    ENTRACTE_TRY(reader.nothingElse());
    return screen;
}

} // namespace entracte::service
