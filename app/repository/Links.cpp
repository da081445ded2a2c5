#include "app/repository/Links.h"

#include "app/repository/Remotes.h"

#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace entracte::repository {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Error unreadable(const fs::path& file) {
    return {ErrorCode::SnapshotDamaged,
            "The file " + file.string() + " is damaged.",
            {},
            "Remove it: the session then counts as one that was never pushed."};
}

std::string hostName() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

std::string userName() {
    const passwd* const entry = ::getpwuid(::getuid());
    return entry ? entry->pw_name : std::to_string(::getuid());
}

template <std::size_t Size>
std::array<std::byte, Size> random() {
    std::array<std::byte, Size> bytes{};
    ::randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

} // namespace

bool Links::has(const std::string& session) const {
    std::error_code problem;
    return fs::exists(m_folder / (session + ".json"), problem);
}

Result<Link> Links::of(const std::string& session) const {
    Link link;
    if (!has(session)) {
        link.lineage = random<sizeof(LineageId)>();
        return link;
    }
    const auto file = m_folder / (session + ".json");
    const auto json = Json::parse(contentOf(file), nullptr, false);
    const auto text = [](const Json& from, const char* key) {
        const auto found = from.is_object() ? from.find(key) : from.end();
        return from.is_object() && found != from.end() && found->is_string()
                   ? found->get<std::string>()
                   : std::string();
    };
    if (!unhex(text(json, "lineage"), link.lineage))
        return fail(unreadable(file));
    if (const auto remotes = json.find("remotes"); remotes != json.end() && remotes->is_object())
        for (const auto& [name, at] : remotes->items())
            link.remotes[name] = {text(at, "leaseKey"),
                                  !at.is_object() || !at.contains("free") || at["free"] != false};
    return link;
}

Status Links::save(const std::string& session, const Link& link) const {
    Json json{{"lineage", hex(link.lineage)}, {"remotes", Json::object()}};
    for (const auto& [name, at] : link.remotes)
        json["remotes"][name] = {{"leaseKey", at.leaseKey}, {"free", at.free}};
    return saveFile(m_folder / (session + ".json"), json.dump(2) + "\n");
}

Result<Myself> Links::myself() const {
    const auto file = m_folder / "machine";
    std::array<std::byte, 32> number{};
    std::string text = contentOf(file).substr(0, 2 * number.size());
    if (!unhex(text, number)) {
        text = hex(random<32>());
        ENTRACTE_TRY(saveFile(file, text + "\n"));
    }
    const std::string all = text + contentOf("/etc/machine-id");
    Myself myself;
    const ObjectName mixed = nameOf(std::as_bytes(std::span(all)));
    std::copy_n(mixed.hash.begin(), myself.machine.size(), myself.machine.begin());
    myself.host = hostName();
    myself.user = userName();
    return myself;
}

} // namespace entracte::repository
