#include "session/store/Manifest.h"

#include "session/store/PartHash.h"
#include "session/store/PartReader.h"

#include <fmt/format.h>

namespace entracte {

namespace {

using nlohmann::json;
constexpr const char* kFormat = "entracte-snapshot";
constexpr int kMaxDepth = 32;

std::string serialise(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string hashOf(const json& document) {
    const std::string text = serialise(document);
    PartHash hash;
    hash.add(std::as_bytes(std::span(text)));
    return hash.finish();
}

json infoToJson(const SnapshotInfo& info) {
    json value{{"id", info.id},
               {"session", info.session},
               {"comment", info.comment},
               {"takenUnixMs", info.takenUnixMs},
               {"imageBytes", info.imageBytes},
               {"storedBytes", info.storedBytes},
               {"layerBytes", info.layerBytes},
               {"hostFileBytes", info.hostFileBytes},
               {"hostFileStoredBytes", info.hostFileStoredBytes},
               {"frozenMicros", info.frozenMicros},
               {"totalMillis", info.totalMillis},
               {"windows", info.windows},
               {"programs", info.programs},
               {"suspended", info.suspended}};
    if (info.pinned) // else left out: earlier versions know nothing of it
        value["pinned"] = true;
    if (info.origin != SnapshotOrigin::Asked)
        value["origin"] = static_cast<int>(info.origin);
    return value;
}

SnapshotInfo infoFromJson(const json& value) {
    SnapshotInfo info;
    value.at("id").get_to(info.id);
    value.at("session").get_to(info.session);
    value.at("comment").get_to(info.comment);
    value.at("takenUnixMs").get_to(info.takenUnixMs);
    value.at("imageBytes").get_to(info.imageBytes);
    value.at("storedBytes").get_to(info.storedBytes);
    value.at("layerBytes").get_to(info.layerBytes);
    value.at("frozenMicros").get_to(info.frozenMicros);
    value.at("totalMillis").get_to(info.totalMillis);
    value.at("windows").get_to(info.windows);
    value.at("programs").get_to(info.programs);
    value.at("suspended").get_to(info.suspended);
    info.hostFileBytes = value.value("hostFileBytes", std::uint64_t{0});
    info.hostFileStoredBytes = value.value("hostFileStoredBytes", std::uint64_t{0});
    info.pinned = value.value("pinned", false);
    const int origin = value.value("origin", 0);
    if (origin >= 0 && origin <= static_cast<int>(SnapshotOrigin::Program))
        info.origin = static_cast<SnapshotOrigin>(origin);
    return info;
}

tl::unexpected<Error> damaged(std::string detail) {
    return fail(damagedPart(kManifestName, std::move(detail)));
}

Status checkVersion(const json& document) {
    if (!document.is_object() || document.value("format", "") != kFormat)
        return damaged("it is no manifest");
    const json& version = document.value("version", json());
    if (!version.is_number_integer())
        return damaged("it names no version");
    if (const auto number = version.get<std::int64_t>(); number != kManifestVersion)
        return fail(
            Error(ErrorCode::HostMismatch,
                  fmt::format("The snapshot was written by {} Entracte (format {}; this one "
                              "reads format {}).",
                              number > kManifestVersion ? "a newer" : "an older", number,
                              kManifestVersion))
                .withHint("Nothing was changed. Resume it with the Entracte that wrote it."));
    return {};
}

// Deeper than anything that we write: left out, and so not canonical (and the stack stays small).
json parseShallow(std::string_view text) {
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth < kMaxDepth; };
    return json::parse(text, shallow, false);
}

} // namespace

std::string infoToText(const SnapshotInfo& info) {
    return serialise(infoToJson(info));
}

Result<SnapshotInfo> infoFromText(std::string_view text) try {
    return infoFromJson(parseShallow(text));
} catch (const json::exception& problem) {
    return damaged(problem.what());
}

std::string recordToText(const SnapshotRecord& record) {
    return serialise({{"info", infoToJson(record.info)}, {"restore", record.restore}});
}

Result<SnapshotRecord> recordFromText(std::string_view text) try {
    const json document = parseShallow(text);
    return SnapshotRecord{infoFromJson(document.at("info")), document.at("restore")};
} catch (const json::exception& problem) {
    return damaged(problem.what());
}

std::string formatManifest(const Manifest& manifest) {
    json parts = json::array();
    for (const PartFacts& part : manifest.parts)
        parts.push_back({{"name", part.name},
                         {"storedBytes", part.storedBytes},
                         {"contentBytes", part.contentBytes},
                         {"blake2b", part.blake2b}});
    json document{{"format", kFormat},
                  {"version", kManifestVersion},
                  {"info", infoToJson(manifest.record.info)},
                  {"restore", manifest.record.restore},
                  {"parts", parts}};
    document["blake2b"] = hashOf(document);
    return serialise(document) + "\n";
}

Result<Manifest> parseManifest(std::string_view text) try {
    json document = parseShallow(text);
    if (document.is_discarded())
        return damaged("it is no JSON");
    ENTRACTE_TRY(checkVersion(document));
    if (serialise(document) + "\n" != text)
        return damaged("it is not in canonical form");
    const auto written = document.at("blake2b").get<std::string>();
    document.erase("blake2b");
    if (hashOf(document) != written)
        return damaged("its hash differs");

    Manifest manifest;
    manifest.record.info = infoFromJson(document.at("info"));
    manifest.record.restore = document.at("restore");
    for (const json& part : document.at("parts"))
        manifest.parts.push_back(
            {part.at("name"), part.at("storedBytes"), part.at("contentBytes"), part.at("blake2b")});
    if (manifest.parts.size() != 2 || manifest.parts[0].name != kImagesPart ||
        manifest.parts[1].name != kLayerPart)
        return damaged("it names other parts than it should");
    return manifest;
} catch (const json::exception& problem) {
    return damaged(problem.what());
}

} // namespace entracte
