#include "session/engine/SessionRecord.h"

#include "session/base/BusAddress.h"
#include "session/base/Printable.h"
#include "session/engine/RetentionText.h"

#include <algorithm>

namespace entracte {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::size_t kMaxName = 64;         // bytes
constexpr std::size_t kMaxWords = 4096;      // arguments, variables, folders
constexpr std::size_t kMaxText = 128 * 1024; // bytes of all arguments and variables together
constexpr std::size_t kMaxPath = 4095;       // bytes

Status checkPath(const std::string& path, const char* what) {
    if (path.empty() || path.front() != '/' || path.size() > kMaxPath ||
        path.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument,
                    std::string("The ") + what + " must be an absolute path.");
    return {};
}

ScreenSpec screenFromJson(const json& value) {
    ScreenSpec screen;
    const int kind = value.at("kind");
    if (kind < 0 || kind > static_cast<int>(ScreenKind::Headless))
        throw json::other_error::create(501, "no such kind of screen", nullptr);
    screen.kind = static_cast<ScreenKind>(kind);
    value.at("width").get_to(screen.width);
    value.at("height").get_to(screen.height);
    value.at("display").get_to(screen.display);
    value.at("xauthority").get_to(screen.xauthority);
    screen.clipboard = value.value("clipboard", false); // these are not in the first versions'
    screen.fullScreen = value.value("fullScreen", false);
    return screen;
}

NetworkSpec networkFromJson(const json& value) {
    NetworkSpec network;
    const int kind = value.at("kind");
    if (kind < 0 || kind > static_cast<int>(NetworkKind::HostLimited))
        throw json::other_error::create(501, "no such kind of network", nullptr);
    network.kind = static_cast<NetworkKind>(kind);
    value.at("hostPorts").get_to(network.hostPorts);
    return network;
}

SessionSpec specOf(const json& value) {
    SessionSpec spec;
    value.at("name").get_to(spec.name);
    spec.screen = screenFromJson(value.at("screen"));
    value.at("command").get_to(spec.command);
    value.at("environment").get_to(spec.environment);
    value.at("workingDirectory").get_to(spec.workingDirectory);
    for (const json& folder : value.at("sharedFolders"))
        spec.sharedFolders.push_back({folder.at("path"), folder.at("readOnly")});
    // Not in the records of the first versions, whose sessions had none.
    if (const auto network = value.find("network"); network != value.end())
        spec.network = networkFromJson(*network);
    spec.isPrivate = value.value("private", false);
    spec.endsWithCommand = value.value("endsWithCommand", false);
    spec.commandPid = value.value("commandPid", 0);
    return spec;
}

json markToJson(const MoveMark& mark) {
    return {{"state", static_cast<int>(mark.state)}, {"id", mark.id}, {"peer", mark.peer}};
}

MoveMark markFromJson(const json& value) {
    MoveMark mark;
    const int state = value.at("state");
    if (state < 0 || state > static_cast<int>(MoveState::Arriving))
        throw json::other_error::create(501, "no such mark of a move", nullptr);
    mark.state = static_cast<MoveState>(state);
    value.at("id").get_to(mark.id);
    value.at("peer").get_to(mark.peer);
    return mark;
}

tl::unexpected<Error> unreadable(std::string detail) {
    return fail(ErrorCode::Internal, "What is remembered of a session cannot be read.",
                std::move(detail));
}

} // namespace

json specToJson(const SessionSpec& spec) {
    json folders = json::array();
    for (const SharedFolder& folder : spec.sharedFolders)
        folders.push_back({{"path", folder.path}, {"readOnly", folder.readOnly}});
    return {
        {"name", spec.name},
        {"screen",
         {{"kind", static_cast<int>(spec.screen.kind)},
          {"width", spec.screen.width},
          {"height", spec.screen.height},
          {"display", spec.screen.display},
          {"xauthority", spec.screen.xauthority},
          {"clipboard", spec.screen.clipboard},
          {"fullScreen", spec.screen.fullScreen}}},
        {"command", spec.command},
        {"environment", spec.environment},
        {"workingDirectory", spec.workingDirectory},
        {"sharedFolders", folders},
        {"private", spec.isPrivate},
        {"endsWithCommand", spec.endsWithCommand},
        {"commandPid", spec.commandPid},
        {"network",
         {{"kind", static_cast<int>(spec.network.kind)}, {"hostPorts", spec.network.hostPorts}}}};
}

Result<SessionSpec> specFromJson(const json& value) try {
    SessionSpec spec = specOf(value);
    ENTRACTE_TRY(checkSpec(spec));
    return spec;
} catch (const json::exception& problem) {
    return unreadable(problem.what());
}

Return afterUnaskedEnd(Return before) {
    return before == Return::Trying ? Return::None : Return::Due;
}

std::string formatRecord(const SessionRecord& record) {
    const json document{{"version", kVersion},
                        {"id", record.id},
                        {"owner", record.owner},
                        {"ownerName", record.ownerName},
                        {"spec", specToJson(record.spec)},
                        {"state", static_cast<int>(record.state)},
                        {"createdUnixMs", record.createdUnixMs},
                        {"screenDisplay", record.shownOn.display},
                        {"init",
                         {{"pid", record.init.pid},
                          {"startTicks", record.init.startTicks},
                          {"bootId", record.init.bootId}}},
                        {"screenName", record.shownOn.place},
                        {"screenCookies", record.shownOn.cookieFile},
                        {"sessionBus", record.spec.screen.sessionBus},
                        {"schedule",
                         {{"everySeconds", record.schedule.everySeconds},
                          {"pausedUntilUnixMs", record.schedule.pausedUntilUnixMs}}},
                        {"retention", record.retention},
                        {"limits",
                         {{"memoryBytes", record.limits.memoryBytes},
                          {"cpuPercent", record.limits.cpuPercent},
                          {"processes", record.limits.processes}}},
                        {"resumeAutomatically", record.resumeAutomatically},
                        {"return", static_cast<int>(record.comeback)},
                        {"layer", record.layer},
                        {"previousLayer", record.previousLayer},
                        {"move", markToJson(record.move)},
                        {"lineage", record.lineage},
                        {"arrived", record.arrived},
                        {"beforeArrival", markToJson(record.beforeArrival)}};
    return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<SessionRecord> parseRecord(std::string_view text) try {
    const json document = json::parse(text);
    if (document.at("version") != kVersion)
        return fail(ErrorCode::HostMismatch, "A session was made by another version of Entracte.",
                    "session.json has the version " + document.at("version").dump());
    SessionRecord record;
    ENTRACTE_ASSIGN(id, parseId(document.at("id").get<std::string>()));
    record.id = id;
    document.at("owner").get_to(record.owner);
    document.at("ownerName").get_to(record.ownerName);
    record.spec = specOf(document.at("spec"));
    const int state = document.at("state");
    if (state < 0 || state > static_cast<int>(SessionState::Ended))
        return unreadable("no such state");
    record.state = static_cast<SessionState>(state);
    document.at("createdUnixMs").get_to(record.createdUnixMs);
    document.at("screenDisplay").get_to(record.shownOn.display);
    document.at("init").at("pid").get_to(record.init.pid);
    document.at("init").at("startTicks").get_to(record.init.startTicks);
    document.at("init").at("bootId").get_to(record.init.bootId);
    // Not in the records of the first version:
    record.shownOn.place = document.value("screenName", "");
    if (!record.shownOn.place.empty())
        ENTRACTE_TRY(parseId(record.shownOn.place));
    record.shownOn.cookieFile = document.value("screenCookies", "");
    if (const auto bus = document.value("sessionBus", ""); isUnixBusAddress(bus))
        record.spec.screen.sessionBus = bus;
    if (const auto schedule = document.find("schedule"); schedule != document.end()) {
        schedule->at("everySeconds").get_to(record.schedule.everySeconds);
        schedule->at("pausedUntilUnixMs").get_to(record.schedule.pausedUntilUnixMs);
    }
    if (const auto limits = document.find("limits"); limits != document.end()) {
        limits->at("memoryBytes").get_to(record.limits.memoryBytes);
        limits->at("cpuPercent").get_to(record.limits.cpuPercent);
        limits->at("processes").get_to(record.limits.processes);
    }
    record.retention = document.value("retention", "");
    ENTRACTE_TRY(parseRetention(record.retention));
    record.resumeAutomatically = document.value("resumeAutomatically", false);
    // Records of before it was written down: what was interrupted comes back.
    const int comeback = document.value(
        "return",
        static_cast<int>(record.state == SessionState::Interrupted ? Return::Due : Return::None));
    if (comeback < 0 || comeback > static_cast<int>(Return::Trying))
        return unreadable("no such kind of return");
    record.comeback = static_cast<Return>(comeback);
    document.at("layer").get_to(record.layer);
    document.at("previousLayer").get_to(record.previousLayer);
    for (const std::string& layer : {record.layer, record.previousLayer})
        if (!layer.empty())
            ENTRACTE_TRY(parseId(layer));
    if (document.contains("move")) {
        record.move = markFromJson(document.at("move"));
        record.beforeArrival = markFromJson(document.at("beforeArrival"));
        document.at("lineage").get_to(record.lineage);
        document.at("arrived").get_to(record.arrived);
        for (const std::string& named : record.arrived)
            ENTRACTE_TRY(parseId(named));
        for (const std::string& named : {record.move.id, record.beforeArrival.id, record.lineage})
            if (!named.empty())
                ENTRACTE_TRY(parseId(named));
    }
    return record;
} catch (const json::exception& problem) {
    return unreadable(problem.what());
}

ScreenSpec sizedLike(ScreenSpec asked, const ScreenSpec& before) {
    if (asked.width == 0 || asked.height == 0) {
        asked.width = before.width;
        asked.height = before.height;
        asked.fullScreen |= before.fullScreen;
    }
    asked.clipboard = before.clipboard;
    if (asked.sessionBus.empty())
        asked.sessionBus = before.sessionBus;
    return asked;
}

Status checkSpec(const SessionSpec& spec) {
    if (spec.name.empty() || spec.name.size() > kMaxName ||
        printable(spec.name, kMaxName) != spec.name)
        return fail(ErrorCode::InvalidArgument,
                    "The name of a session has 1 to 64 bytes of printable text.");
    if (!spec.workingDirectory.empty())
        ENTRACTE_TRY(checkPath(spec.workingDirectory, "working directory"));
    if (spec.command.size() > kMaxWords || spec.environment.size() > kMaxWords ||
        spec.sharedFolders.size() > kMaxWords || spec.network.hostPorts.size() > kMaxHostPorts)
        return fail(ErrorCode::InvalidArgument,
                    "The command, its variables or its folders are too many.");
    std::size_t text = 0;
    const auto add = [&](const std::string& word) {
        text += word.size();
        return word.find('\0') == std::string::npos;
    };
    bool good = std::ranges::all_of(spec.command, add);
    for (const auto& [name, value] : spec.environment)
        good =
            good && !name.empty() && name.find('=') == std::string::npos && add(name) && add(value);
    if (!good || text > kMaxText || (!spec.command.empty() && spec.command.front().empty()))
        return fail(ErrorCode::InvalidArgument,
                    "The command or its variables are too long, or hold what no command can.");
    for (const SharedFolder& folder : spec.sharedFolders)
        ENTRACTE_TRY(checkPath(folder.path, "shared folder"));
    return {};
}

} // namespace entracte
