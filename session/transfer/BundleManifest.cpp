#include "session/transfer/BundleManifest.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace entracte {

namespace {

using nlohmann::json;

constexpr std::array kNeedNames = {"file", "socket", "lower"};
constexpr std::size_t kMaxSockets = 1024;
constexpr std::size_t kMaxFiles = 200'000;
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxInput = 1u << 20; // bytes of text
constexpr int kMaxDepth = 12;

Error damaged(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The file is not a session that Entracte exported.",
            std::move(detail), "Nothing was changed."};
}

bool isWithinAny(const std::string& path, const std::vector<std::string>& folders) {
    return std::ranges::any_of(folders, [&](const std::string& folder) {
        return path == folder || path.starts_with(folder == "/" ? folder : folder + "/");
    });
}

// Those that can be written, or all.
std::vector<std::string> sharedFolders(const json& spec, bool readOnlyToo) {
    std::vector<std::string> folders;
    if (const auto found = spec.find("sharedFolders"); found != spec.end() && found->is_array())
        for (const json& one : *found)
            if (one.is_object() && one.contains("path") && one.at("path").is_string())
                if (readOnlyToo || !one.value("readOnly", false))
                    folders.push_back(one.at("path").get<std::string>());
    return folders;
}

bool isFileName(const std::string& name) {
    return name.starts_with("entracte-file-") && imageKind(name) == ImageKind::Memory;
}

// One file of the host's: path, content, hash, size, times, mode, uid, gid, shared, nothing, and
// in place of a content the name under which a move brought it earlier (HostFiles.cpp).
Result<json> sanitizeFile(const json& entry, const ImageRules& rules,
                          const std::vector<std::string>& shared) {
    // The eleventh would be its number in the store that it came from.
    if (!entry.is_array() || entry.size() < 10 || entry.size() > 12 ||
        (entry.size() > 10 && !entry.at(10).is_null()))
        return fail(damaged("an entry of the list of files"));
    json file = entry;
    file.erase(file.begin() + 10, file.end());
    const auto path = entry.at(0).get<std::string>();
    const auto content = entry.at(1).get<std::string>();
    const auto hash = entry.at(2).get<std::string>();
    const auto earlier = entry.size() > 11 ? entry.at(11).get<std::string>() : std::string();
    auto mode = entry.at(6).get<std::uint32_t>();
    if (!isPlainPath(path) || hash.size() > 128 || (!content.empty() && !isFileName(content)) ||
        (!earlier.empty() && !isFileName(earlier)))
        return fail(damaged("an entry of the list of files"));
    // A document is always brought by content.
    const bool isFile = S_ISREG(mode) && content.empty() == !earlier.empty() &&
                        (earlier.empty() || !entry.at(9).get<bool>());
    if (!isFile && !(S_ISDIR(mode) && content.empty() && earlier.empty()))
        return fail(damaged("a kept file that is none"));
    mode &= S_ISREG(mode) ? S_IFMT | 0777u : S_IFMT | 01777u;
    file[6] = mode;
    for (const int number : {3, 4, 5, 7, 8})
        if (!entry.at(static_cast<std::size_t>(number)).is_number_integer())
            return fail(damaged("an entry of the list of files"));
    const bool within = isWithinAny(path, shared);
    if (entry.at(9).get<bool>() && !within)
        return fail(damaged("a document in no shared folder"));
    file[9] = within && S_ISREG(mode);
    if (within) {
        file[7] = rules.uid;
        file[8] = rules.gid;
        if (!earlier.empty())
            return fail(damaged("a document that is not in it"));
    }
    if (!earlier.empty()) {
        file.push_back(nullptr);
        file.push_back(earlier);
    }
    return file;
}

// Of a snapshot, as its machine calls it.
std::string idOf(const json& id) {
    auto text = id.get<std::string>();
    const bool isId =
        text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!isId)
        throw json::other_error::create(501, "the name of a round that is none", nullptr);
    return text;
}

Status checkSurvey(const json& restore) {
    const auto survey = restore.find("survey");
    if (survey != restore.end() && survey->dump().size() > (4u << 20))
        return fail(damaged("a picture that is too large"));
    return {};
}

} // namespace

std::string formatBundleManifest(const BundleManifest& manifest) {
    json needs = json::array();
    for (const AccessNeed& need : manifest.needs)
        needs.push_back({kNeedNames[static_cast<std::size_t>(need.kind)], need.bits, need.path});
    json all{{"format", kBundleFormat},
             {"version", kBundleVersion},
             {"name", manifest.name},
             {"info", manifest.info},
             {"restore", manifest.restore},
             {"imageBytes", manifest.imageBytes},
             {"layerBytes", manifest.layerBytes}};
    if (!needs.empty())
        all["needs"] = std::move(needs);
    // Names are bytes that programs chose.
    return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

void forgetScreen(json& spec) {
    const auto screen = spec.find("screen");
    if (screen == spec.end() || !screen->is_object())
        return;
    for (const char* ofThePerson : {"display", "xauthority"})
        (*screen)[ofThePerson] = "";
    (*screen)["clipboard"] = false;
    screen->erase("sessionBus");
}

Result<BundleManifest> parseBundleManifest(std::string_view text) try {
    int depth = 0;
    bool deep = false;
    const auto watch = [&](int now, json::parse_event_t, json&) {
        depth = std::max(depth, now);
        deep = deep || now > kMaxDepth;
        return !deep;
    };
    if (text.size() > kMaxBundleManifest)
        return fail(damaged("its manifest is too large"));
    const json all = json::parse(text, watch, false);
    if (deep || !all.is_object() || all.value("format", "") != kBundleFormat)
        return fail(damaged("its manifest is none"));
    if (all.at("version").get<int>() != kBundleVersion)
        return fail(ErrorCode::HostMismatch, "The file was exported by a newer Entracte.", {},
                    "Nothing was changed. Update Entracte on this computer.");
    BundleManifest manifest;
    all.at("name").get_to(manifest.name);
    manifest.info = all.at("info");
    manifest.restore = all.at("restore");
    all.at("imageBytes").get_to(manifest.imageBytes);
    all.at("layerBytes").get_to(manifest.layerBytes);
    if (!manifest.info.is_object() || !manifest.restore.is_object() ||
        !manifest.restore.at("spec").is_object())
        return fail(damaged("its manifest lacks what is needed"));
    if (const auto needs = all.find("needs"); needs != all.end())
        for (const json& one : *needs) {
            const auto kind = std::ranges::find(kNeedNames, one.at(0).get<std::string>());
            AccessNeed need{static_cast<AccessNeed::Kind>(kind - kNeedNames.begin()),
                            one.at(1).get<std::uint8_t>(), one.at(2).get<std::string>()};
            if (kind == kNeedNames.end() || need.bits > 7 || !isPlainPath(need.path))
                return fail(damaged("its needs make no sense"));
            manifest.needs.push_back(std::move(need));
        }
    return manifest;
} catch (const json::exception& problem) {
    return fail(damaged(problem.what()));
}

Status sanitizeManifest(BundleManifest& manifest, const ImageRules& rules) try {
    const json& from = manifest.restore;
    if (from.at("owner").get<std::uint32_t>() != rules.uid)
        return fail(ErrorCode::HostMismatch,
                    "The session belongs to the user number " +
                        std::to_string(from.at("owner").get<std::uint32_t>()) + "; yours is " +
                        std::to_string(rules.uid) + ".",
                    {},
                    "Nothing was changed. A session can only go on under the same user number.");
    json to;
    to["spec"] = from.at("spec");
    forgetScreen(to["spec"]);
    to["owner"] = rules.uid;
    to["ownerName"] = from.at("ownerName").get<std::string>();
    to["host"] = from.at("host");
    if (!to["host"].is_object() || to["host"].dump().size() > 65536)
        return fail(damaged("it does not tell its machine"));
    to["sockets"] = from.at("sockets").get<std::vector<std::uint64_t>>();
    if (to["sockets"].size() > kMaxSockets)
        return fail(damaged("more connections than there can be"));
    to["bareNetwork"] = from.value("bareNetwork", false);
    const json files = from.value("files", json::array());
    if (!files.is_array() || files.size() > kMaxFiles)
        return fail(damaged("its list of files"));
    const auto shared = sharedFolders(to["spec"], false);
    to["files"] = json::array();
    const auto everyShared = sharedFolders(to["spec"], true);
    for (const json& entry : files) {
        ENTRACTE_ASSIGN(file, sanitizeFile(entry, rules, shared));
        // Folders there are the person's to make.
        if (!S_ISDIR(file.at(6).get<std::uint32_t>()) ||
            !isWithinAny(file.at(0).get<std::string>(), everyShared))
            to["files"].push_back(std::move(file));
    }
    if (const auto input = from.find("input"); input != from.end()) { // read where it is used
        if (!input->is_object() || input->dump().size() > kMaxInput)
            return fail(damaged("what was typed meanwhile"));
        to["input"] = *input;
    }
    ENTRACTE_TRY(checkSurvey(from));
    if (from.contains("survey"))
        to["survey"] = from.at("survey");
    if (from.contains("criu"))
        to["criu"] = from.at("criu").get<std::string>().substr(0, 64);
    // Names of rounds of a move: of the one that this names files and memory of, and of this one.
    if (const auto base = from.find("base"); base != from.end())
        to["base"] = idOf(*base);
    if (const auto id = manifest.info.find("id"); id != manifest.info.end() && *id != "")
        to["cameAs"] = idOf(*id);
    to["imported"] = true;
    manifest.restore = std::move(to);
    json info;
    info["comment"] = manifest.info.value("comment", "").substr(0, kMaxText);
    info["takenUnixMs"] = manifest.info.value("takenUnixMs", std::int64_t{0});
    info["frozenMicros"] = manifest.info.value("frozenMicros", std::uint32_t{0});
    info["windows"] = manifest.info.value("windows", std::uint32_t{0});
    info["programs"] = manifest.info.value("programs", std::uint32_t{0});
    info["suspended"] = manifest.info.value("suspended", false);
    manifest.info = std::move(info);
    manifest.needs.clear();
    return {};
} catch (const json::exception& problem) {
    return fail(damaged(problem.what()));
}

} // namespace entracte
